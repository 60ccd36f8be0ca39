/**
 * What commands read that are about all sessions: those that are here, and those of the state branch.
 * @module
 */
import type { Workspace } from "../workspace.ts";
import { mayHaveMore } from "./known_branch.ts";
import { refsMayKnow } from "./known_refs.ts";

/** Sees what the state branch has besides what is here, from now on. Nothing can be changed then. */
export async function readWithBranch(workspace: Workspace): Promise<void> {
  if (workspace.mayBeBehind) await (await import("./branch_view.ts")).lookAtBranch(workspace);
  if (await mayHaveMore(workspace)) {
    await (await import("./find_on_branch.ts")).seeBranchSessions(workspace);
  }
  if (await refsMayKnow(workspace)) {
    await (await import("./branch_view.ts")).lookAtKnownBranch(workspace);
  }
}
