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
]);
