/**
 * What is recorded in place of a secret, and what is left of a text then.
 * @module
 */

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/**
 * What a text says besides that secrets were removed from it: the rules for lengths and phrases apply
 * to this part.
 */
export function said(text: string): string {
  return text.includes(REDACTED) ? text.replaceAll(REDACTED, "").trim() : text.trim();
}

/** Besides white space: controls, what only changes other characters, and blanks that are letters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** What of a text can be seen, {@link said} in it; white space between words is one space. */
export function visible(text: string): string {
  return said(text).replace(/\s+/gu, " ").replace(INVISIBLE, "").trim();
}

/**
 * How many characters a text has that tell something: those that can be seen, a repeated sign once. 0
 * when no letter or digit is among them.
 */
export function tellingLength(text: string): number {
  if (!/[\p{L}\p{N}]/u.test(visible(text))) return 0;
  return visible(text).replace(/([^\p{L}\p{N}\p{M}\s])\1+/gu, "$1").length;
}

/** Whether a value has a text, at any depth, from which something was removed. */
export function isRedacted(value: unknown): boolean {
  if (typeof value === "string") return value.includes(REDACTED);
  if (Array.isArray(value)) return value.some(isRedacted);
  if (typeof value !== "object" || value === null) return false;
  for (const key of Object.keys(value)) {
    if (key.includes(REDACTED) || isRedacted((value as Record<string, unknown>)[key])) return true;
  }
  return false;
}

/** Fields with texts, at any depth, that come from people or from a program's output. */
export const WORDS: ReadonlySet<string> = new Set([
  "task",
  "name",
  "project",
  "constraints",
  "notes",
  "text",
  "reason",
  "skipReason",
  "abandonReason",
  "withdrawnReason",
  "programs",
  "terminal",
  "endNotes",
  "message",
  "decisions",
  "files",
  "evidence",
  "outputTail",
  "history",
  "legacy",
  // Names of files and branches.
  "changed",
  "unwatched",
  "submodules",
  "hidden",
  "branch",
  "worktree",
  "program",
]);
