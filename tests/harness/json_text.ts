/**
 * JSON for people: what fits on a line stays on one.
 * @module
 */

/** Columns a line may have. */
const WIDTH = 96;

/** Indented JSON text of a value. */
export function jsonText(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value);
  if (typeof value !== "object" || value === null || indent.length + flat.length <= WIDTH) {
    return flat;
  }
  const deeper = `${indent}  `;
  const [open, close, entries] = Array.isArray(value)
    ? ["[", "]", value.map((entry) => jsonText(entry, deeper))]
    : [
      "{",
      "}",
      Object.entries(value).map(([key, entry]) =>
        `${JSON.stringify(key)}: ${jsonText(entry, deeper)}`
      ),
    ];
  return `${open}\n${entries.map((entry) => deeper + entry).join(",\n")}\n${indent}${close}`;
}
