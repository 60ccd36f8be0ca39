/**
 * What a check finds.
 * @module
 */

/** How a check turned out, from good to bad; `skipped` says nothing either way. */
export type Level = "ok" | "info" | "warning" | "error" | "skipped";

/** The order of levels; higher is worse. */
export const SEVERITY: Readonly<Record<Level, number>> = {
  skipped: 0,
  ok: 1,
  info: 2,
  warning: 3,
  error: 4,
};

/** What a check found. */
export interface Finding {
  readonly level: Level;
  /** What was found: one sentence without a full stop. Paths below the root are relative. */
  readonly seen: string;
  /** What to do; never a destructive command. Absent when there is nothing to do. */
  readonly todo?: string;
  /** Whether `Check.fix` can repair it. */
  readonly fixable?: boolean;
  /** Details for programs and for a longer list. */
  readonly list?: readonly string[];
}

/** No problem found. */
export function ok(seen: string): Finding {
  return { level: "ok", seen };
}

/** Could not be checked, for a reason that is not a problem. */
export function skipped(seen: string): Finding {
  return { level: "skipped", seen };
}

/** Thrown when a fact cannot be determined; the check is skipped. */
export class CannotTell extends Error {
  constructor(seen: string) {
    super(seen);
    this.name = "CannotTell";
  }
}

/** At most `most` entries of a list as words: `a, b and 3 more`. */
export function few(entries: readonly string[], most = 3): string {
  if (entries.length <= most) return entries.join(", ");
  return `${entries.slice(0, most).join(", ")} and ${entries.length - most} more`;
}

/** `1 session`, `2 sessions` */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
