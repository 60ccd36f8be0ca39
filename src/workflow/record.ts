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
