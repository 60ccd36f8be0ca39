/**
 * Checks the length and form of texts.
 * @module
 */
import { type ErrorCode, OrchestratorError, type Result } from "../errors.ts";
import { said, tellingLength, visible } from "./redacted.ts";

/** What a text must keep to. */
export interface TextRule {
  /** What the text is for, as it follows "Cannot": `skip "run_tests"`. */
  readonly doing: string;
  /** What the text is: `reason`, `notes`, `name`. */
  readonly what: string;
  /** Most characters, in UTF-16 units, after trimming. */
  readonly max: number;
  /**
   * Fewest characters besides what secrets were replaced by and what tells nothing; 1 when absent: then
   * one must be visible.
   */
  readonly min?: number;
  /** Counts every character, as programs did that recorded no rules. */
  readonly asBefore?: boolean | undefined;
  /** True when line breaks and other control characters are not allowed. */
  readonly oneLine?: true;
}

const CONTROL = /\p{Cc}/u;

/** The trimmed text, or the refusal with its length and the limit. */
export function checkText(text: unknown, rule: TextRule): Result<string> {
  const { doing, what, max, min = 1, asBefore = false } = rule;
  const are = what.endsWith("s") ? "are" : "is";
  if (typeof text !== "string") {
    return refused("invalid_argument", `Cannot ${doing}: the ${what} must be a text`);
  }
  const value = text.trim();
  if (value.includes("\0")) {
    return refused(
      "invalid_argument",
      `Cannot ${doing}: the ${what} must not contain a NUL character`,
    );
  }
  if (rule.oneLine && CONTROL.test(value)) {
    return refused("invalid_argument", `Cannot ${doing}: the ${what} must be a single line`);
  }
  const { length: whole } = said(value);
  const length = asBefore ? whole : min === 1 ? visible(value).length : tellingLength(value);
  if (length < min) {
    const counted = length < whole && whole >= min
      ? " without what cannot be seen, and signs that are repeated or stand alone"
      : "";
    return refused(
      "too_short",
      min === 1
        ? `Cannot ${doing}: the ${what} must not be empty`
        : `Cannot ${doing}: the ${what} ${are} ${
          counted === "" ? whole : length
        } characters long${counted} (minimum ${min})`,
    );
  }
  if (value.length > max) {
    return refused(
      "too_long",
      `Cannot ${doing}: the ${what} ${are} ${value.length} characters long (limit ${max})`,
    );
  }
  return { value };
}

/** Like {@link checkText}, but a missing or blank text is undefined. */
export function checkOptionalText(text: unknown, rule: TextRule): Result<string | undefined> {
  if (text === undefined || text === null) return { value: undefined };
  if (typeof text === "string" && text.trim() === "") return { value: undefined };
  return checkText(text, rule);
}

/** Every text of a list checked by the same rule; blank ones are left out. */
export function checkTexts(
  texts: unknown,
  rule: TextRule,
  most: number,
): Result<readonly string[]> {
  if (!Array.isArray(texts)) {
    return refused("invalid_argument", `Cannot ${rule.doing}: each ${rule.what} must be a text`);
  }
  if (texts.length > most) {
    return refused(
      "too_long",
      `Cannot ${rule.doing}: ${texts.length} were given as ${rule.what} (limit ${most})`,
    );
  }
  const values: string[] = [];
  for (const text of texts) {
    const checked = checkOptionalText(text, rule);
    if (checked.error !== undefined) return checked;
    if (checked.value !== undefined) values.push(checked.value);
  }
  return { value: values };
}

/** A name for a message: quoted, on one line, and no longer than a line. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name);
}

function refused(code: ErrorCode, message: string): Result<never> {
  return { error: new OrchestratorError(code, message) };
}
