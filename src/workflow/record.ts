/**
 * Reading records whose keys come from users: `constructor` and `__proto__` are valid item ids.
 * @module
 */

/** The value a record itself has under `key`; never one it inherits. */
export function own<Value>(
  record: Readonly<Record<string, Value>>,
  key: string,
): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Whether a value is an object, as JSON and YAML have them: no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
