/**
 * What is said of state that is read from the state branch.
 * @module
 */
import type { BranchView } from "../workspace.ts";

/** Which commit is read, and that this passes with the next change. */
export function branchRemark({ name, commit }: BranchView): string {
  return `on branch ${name} (${commit.slice(0, 12)}); the next change imports it`;
}
