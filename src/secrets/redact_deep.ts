/**
 * Redacting values, not only texts.
 * @module
 */

/** A copy of plain data with `clean` applied to every text in it; names of fields stay. */
export function redactDeep(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === "string") return clean(value);
  if (Array.isArray(value)) return value.map((entry) => redactDeep(entry, clean));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, redactDeep(entry, clean)]),
  );
}
