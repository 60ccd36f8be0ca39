/**
 * What a run says of a configuration that is not in order.
 * @module
 */
import { type ConfigProblem, isUnknownKey, problemText } from "../config/problem.ts";
import type { Effect } from "./declared_changes.ts";

/** More problems of the configuration than this are counted, not listed. */
const PROBLEMS_WARNED_OF = 3;

/**
 * Warns of problems. Unknown keys are nothing to a command that only reads: another program, or a newer
 * version, may know them.
 */
export function warnOfProblems(
  workspace: { readonly effect: Effect; warn(message: string): void },
  problems: readonly ConfigProblem[],
): void {
  const reads = workspace.effect === "nothing";
  const told = reads ? problems.filter((problem) => !isUnknownKey(problem)) : problems;
  for (const problem of told.slice(0, PROBLEMS_WARNED_OF)) workspace.warn(problemText(problem));
  const more = told.length - PROBLEMS_WARNED_OF;
  if (more > 0) workspace.warn(`and ${more} more: orchestrator config validate`);
}
