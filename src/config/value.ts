/**
 * Values of the configuration: from text, from YAML, and back.
 * @module
 */
import type { Result } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import type { ConfigKey, ConfigType, ConfigValue } from "./keys.ts";

/** A value, or what it must be instead, as in "must be <…>". */
export type CheckedValue = Result<ConfigValue, string>;

/** Longest text of a value, in UTF-16 units. */
const MAX_TEXT = 4096;

const YES = /^(true|yes|on|1)$/i;
const NO = /^(false|no|off|0)$/i;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
  t: 1024 ** 4,
  tib: 1024 ** 4,
  tb: 1000 ** 4,
};

/** What a key's value must be, as in "must be <…>". */
export function expectedOf(type: ConfigType): string {
  switch (type.kind) {
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number from ${type.min} to ${type.max}`;
    case "seconds":
      return `a number of seconds from ${type.min} to ${type.max}`;
    case "bytes":
      return `a size from ${exactByteSize(type.min)} to ${exactByteSize(type.max)}, e.g. 512 MiB`;
    case "text":
    case "list":
      return type.what;
    case "path":
      return "a path";
    case "choice":
      return `one of ${type.values.join(", ")}`;
  }
}

/**
 * Reads a value from a variable or from the command line. Lists are separated by commas.
 * @param text not empty: an empty variable counts as unset.
 */
export function valueFromText(type: ConfigType, text: string): CheckedValue {
  const word = text.trim();
  switch (type.kind) {
    case "boolean":
      if (YES.test(word)) return { value: true };
      return NO.test(word) ? { value: false } : { error: expectedOf(type) };
    case "integer":
    case "seconds":
      return checkValue(type, /^[+-]?(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : word);
    case "list":
      return checkValue(
        type,
        word.split(",").map((entry) => entry.trim()).filter((entry) => entry !== ""),
      );
    case "bytes":
    case "choice":
      return checkValue(type, word);
    case "text":
    case "path":
      return checkValue(type, text);
  }
}

/** Checks a value as YAML gives it: nothing is read into it that it does not say. */
export function checkValue(type: ConfigType, raw: unknown): CheckedValue {
  const wrong = { error: expectedOf(type) };
  switch (type.kind) {
    case "boolean":
      return typeof raw === "boolean" ? { value: raw } : wrong;
    case "integer":
      return Number.isInteger(raw) && inRange(raw, type) ? { value: raw } : wrong;
    case "seconds":
      return inRange(raw, type) ? { value: raw } : wrong;
    case "bytes": {
      const bytes = typeof raw === "string" ? readBytes(raw) : raw;
      return Number.isInteger(bytes) && inRange(bytes, type) ? { value: bytes } : wrong;
    }
    case "text":
      return isText(raw) && (type.pattern?.test(raw) ?? true) ? { value: raw } : wrong;
    case "path":
      if (!isText(raw)) return wrong;
      // The key itself where the path of its file belongs: refused before it is stored anywhere.
      if (/AGE-SECRET-KEY-/i.test(raw)) {
        return { error: "the path of a file, not the private key itself" };
      }
      return { value: raw };
    case "choice":
      return typeof raw === "string" && type.values.includes(raw) ? { value: raw } : wrong;
    case "list":
      return isListOf(type, raw) ? { value: raw } : wrong;
  }
}

/** Whether a value of a key may be a secret. */
export function isSecret({ secret }: ConfigKey, value: unknown): boolean {
  return secret === true ||
    secret === "in an address" && typeof value === "string" && value.includes("://");
}

/** A value as people read it; `(not set)` for none. */
export function valueText(key: ConfigKey, value: ConfigValue): string {
  if (value === null) return "(not set)";
  if (isSecret(key, value)) return "(hidden)";
  if (typeof value === "number" && key.type.kind === "bytes") return exactByteSize(value);
  if (typeof value === "object") return value.length === 0 ? "(none)" : value.join(", ");
  return withoutCredentials(String(value));
}

/** A text without the credentials of a URL in it. */
export function withoutCredentials(text: string): string {
  return text.replace(/^([a-z+]+:\/\/)[^@\/]*@/i, "$1…@");
}

/** A value as {@link valueFromText} reads it back; empty for none. */
export function valueWord(value: ConfigValue): string {
  if (value === null) return "";
  return typeof value === "object" ? value.join(",") : String(value);
}

/** What a wrong value is, without showing it. */
export function kindOfValue(raw: unknown): string {
  if (raw === null || raw === undefined) return "nothing";
  if (Array.isArray(raw)) return "a list";
  switch (typeof raw) {
    case "string":
      return "a text";
    case "boolean":
      return String(raw);
    case "number":
    case "bigint":
      return "a number";
    default:
      return "a map";
  }
}

function inRange(
  raw: unknown,
  { min, max }: { readonly min: number; readonly max: number },
): raw is number {
  return typeof raw === "number" && raw >= min && raw <= max;
}

/** One line of text without control characters, and not blank. */
function isText(raw: unknown): raw is string {
  return typeof raw === "string" && raw.trim() !== "" && raw.length <= MAX_TEXT &&
    !/[\p{Cc}\u2028\u2029]/u.test(raw);
}

function isListOf(
  type: Extract<ConfigType, { readonly kind: "list" }>,
  raw: unknown,
): raw is readonly string[] {
  if (!Array.isArray(raw) || new Set(raw).size !== raw.length) return false;
  return raw.every((entry: unknown) =>
    isText(entry) && (type.values?.includes(entry) ?? true) && (type.pattern?.test(entry) ?? true)
  );
}

function readBytes(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[(match?.[2] ?? "?").toLowerCase()];
  return match === null || unit === undefined ? null : Math.round(Number(match[1]) * unit);
}
