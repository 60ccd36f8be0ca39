/**
 * JSON for people: what fits on a line stays on one.
 * @module
 */

/** Columns a line may have. */
const WIDTH = 96;

/** What stands for a time takes as much room as a time, so that lines break alike. */
const TIME = "2026-01-31T09:30:00.000Z";

/** Indented JSON text of a value. */
export function jsonText(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value);
  const width = indent.length + flat.replaceAll("<now>", TIME).length;
  if (typeof value !== "object" || value === null || width <= WIDTH) {
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
