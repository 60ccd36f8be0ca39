/**
 * What a check is. Each lives in a file of its own under `checks/`, named after its id.
 *
 * A check looks and never changes anything; what it can put right it does in `fix`, which may be
 * called any number of times and then changes nothing more.
 * @module
 */
import type { Examination } from "./examination.ts";

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

/** What the checks are about, in the order they are shown. */
export const AREAS = [
  "installation",
  "project",
  "layout",
  "sessions",
  "locks",
  "workflow",
  "config",
  "secrets",
  "environment",
  "state",
] as const;

export type Area = (typeof AREAS)[number];

/** What a check found. */
export interface Finding {
  readonly level: Level;
  /** What was seen: one sentence without a full stop. Paths below the root are relative. */
  readonly seen: string;
  /** What to do; never a command that destroys anything. Absent when nothing is to do. */
  readonly todo?: string;
  /** Whether {@link Check.fix} can put it right. */
  readonly fixable?: boolean;
  /** Single facts for programs and for a longer list. */
  readonly list?: readonly string[];
}

/** One check. */
export interface Check {
  /** `<area>.<name>`, stable: `sessions.chain`. */
  readonly id: string;
  readonly area: Area;
  /** What is looked at, as a noun: `Journals`. */
  readonly title: string;
  /** Why it matters: one sentence without a full stop. */
  readonly why: string;
  /** True when it asks the network; left out with `--offline`. */
  readonly network?: true;
  readonly run: (examination: Examination) => Promise<Finding> | Finding;
  /**
   * Puts right what `run` found fixable.
   * @returns what was done, one sentence each.
   */
  readonly fix?: (examination: Examination) => Promise<readonly string[]>;
}

/** Nothing to say against it. */
export function ok(seen: string): Finding {
  return { level: "ok", seen };
}

/** Could not be looked at, for a reason that is no fault. */
export function skipped(seen: string): Finding {
  return { level: "skipped", seen };
}

/** Thrown by what a check looks at when nobody can tell; the check is skipped. */
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
