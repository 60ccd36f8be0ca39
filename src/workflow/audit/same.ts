/**
 * Comparing what a line records with what must be recorded. The order of keys means nothing.
 * @module
 */
import { isRecord, own } from "../record.ts";
import { REDACTED } from "../redacted.ts";
import { isRedactedText } from "../redacted_text.ts";

/** Where two values differ first. */
export interface Difference {
  /** Names and numbers from the top, joined by dots. */
  readonly path: string;
  readonly expected: unknown;
  readonly recorded: unknown;
}

/**
 * The first difference of two JSON values; null when they are the same.
 * @param redacted texts of `recorded` may have had secrets removed.
 */
export function firstDifference(
  expected: unknown,
  recorded: unknown,
  redacted = false,
): Difference | null {
  return differ(expected, recorded, "", redacted);
}

function differ(
  expected: unknown,
  recorded: unknown,
  path: string,
  redacted: boolean,
): Difference | null {
  if (expected === recorded) return null;
  // Of one of both the whole text was taken out since: what secrets were removed from is not known.
  if (redacted && (isRedactedText(expected) || isRedactedText(recorded))) return null;
  if (typeof expected === "string" && typeof recorded === "string") {
    return redacted && sameButForSecrets(expected, recorded) ? null : { path, expected, recorded };
  }
  if (Array.isArray(expected) && Array.isArray(recorded)) {
    const length = Math.max(expected.length, recorded.length);
    for (let index = 0; index < length; index += 1) {
      const found = differ(expected[index], recorded[index], below(path, String(index)), redacted);
      if (found !== null) return found;
    }
    return null;
  }
  if (isRecord(expected) && isRecord(recorded)) {
    for (const key of keysOf(expected, recorded, redacted)) {
      const found = differ(own(expected, key), own(recorded, key), below(path, key), redacted);
      if (found !== null) return found;
    }
    return null;
  }
  return { path, expected, recorded };
}

/** The keys to compare. One that a secret was removed from stands for another one. */
function keysOf(
  expected: Readonly<Record<string, unknown>>,
  recorded: Readonly<Record<string, unknown>>,
  redacted: boolean,
): Iterable<string> {
  const keys = Object.keys(recorded);
  const there = Object.keys(expected);
  if (redacted && keys.length === there.length) {
    const kept = keys.filter((key) => !key.includes(REDACTED));
    if (kept.length < keys.length) return kept;
  }
  const more = keys.filter((key) => !Object.hasOwn(expected, key));
  return more.length === 0 ? there : [...there, ...more];
}

function below(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

/** Whether `recorded` is `expected` with parts of it replaced by {@link REDACTED}. */
function sameButForSecrets(expected: string, recorded: string): boolean {
  if (expected === recorded) return true;
  const parts = recorded.split(REDACTED);
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1 || !expected.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = expected.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return expected.length - last.length >= at && expected.endsWith(last);
}
