/**
 * Careful access to values of unknown shape.
 * @module
 */
import { isRecord } from "../workflow/record.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The own field `key`; what every object inherits (`constructor` …) is not a field. */
export function field(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** The field as a string; null when it is absent, null or something else. */
export function textField(fields: Fields, key: string): string | null {
  const value = field(fields, key);
  return typeof value === "string" ? value : null;
}

/** The field as an object; null when it is absent or something else. */
export function fieldsField(fields: Fields, key: string): Fields | null {
  const value = field(fields, key);
  return isRecord(value) ? value : null;
}

/** The field as a list of strings, without what is no string; empty when absent. */
export function textsField(fields: Fields, key: string): readonly string[] {
  const value = field(fields, key);
  return Array.isArray(value) ? value.filter((element) => typeof element === "string") : [];
}

/**
 * `fields` without `keys` and without what says nothing: nulls, empty objects and empty lists.
 * @returns null when nothing is left.
 */
export function rest(fields: Fields, keys: readonly string[]): Fields | null {
  const left = Object.entries(fields).filter(([key, value]) =>
    !keys.includes(key) && !saysNothing(value)
  );
  return left.length === 0 ? null : Object.fromEntries(left);
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/;

/**
 * An old timestamp as RFC 3339 UTC. The old tool wrote `Z` and `+00:00`; microseconds are kept. A
 * timestamp without a zone counts as UTC, which is what its writers used for state.
 * @returns null when `value` is no timestamp.
 */
export function utc(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const match = INSTANT.exec(value.trim());
  if (match === null) return null;
  const [, date = "", time = "", fraction = "", zone = "Z"] = match;
  if (/^(?:z|[+-]00:?(?:00)?)$/i.test(zone)) {
    const plain = `${date}T${time}${fraction}Z`;
    return Number.isNaN(Date.parse(plain)) ? null : plain;
  }
  const hours = zone.slice(0, 3);
  const minutes = zone.slice(3).replace(":", "") || "00";
  const instant = Date.parse(`${date}T${time}${hours}:${minutes}`);
  if (Number.isNaN(instant)) return null;
  return `${new Date(instant).toISOString().slice(0, 19)}${fraction}Z`;
}
