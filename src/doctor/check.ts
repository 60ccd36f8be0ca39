/**
 * What a check is. Each has a file in `checks/`, named after its id.
 *
 * A check never changes anything; `fix` repairs what it can, and running it again changes nothing
 * more.
 * @module
 */
import type { Examination } from "./examination.ts";
import type { Finding } from "./finding.ts";

export {
  CannotTell,
  count,
  few,
  type Finding,
  type Level,
  ok,
  SEVERITY,
  skipped,
} from "./finding.ts";

/** The areas of the checks, in display order. */
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

/** One check. */
export interface Check {
  /** `<area>.<name>`, stable: `sessions.chain`. */
  readonly id: string;
  readonly area: Area;
  /** What is checked, as a noun: `Journals`. */
  readonly title: string;
  /** Why it matters: one sentence without a full stop. */
  readonly why: string;
  /** True when it uses the network; skipped with `--offline`. */
  readonly network?: true;
  /** True when it looks into the state directory; skipped where that cannot be used as a whole. */
  readonly needsState?: true;
  readonly run: (examination: Examination) => Promise<Finding> | Finding;
  /**
   * Repairs what `run` reported as fixable.
   * @returns what was done, one sentence each.
   */
  readonly fix?: (examination: Examination) => Promise<readonly string[]>;
}
