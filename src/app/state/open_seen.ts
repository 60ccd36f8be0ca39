/**
 * A state branch as it was last seen here.
 * @module
 */
import type { StateBranch } from "../../state_branch/branch.ts";
import { isState } from "../../state_branch/protected.ts";
import { TreeBackend } from "../../state_branch/tree_backend.ts";

/** A branch, and the commit of it that is read. */
export interface Found {
  readonly branch: StateBranch;
  readonly backend: TreeBackend;
  readonly commit: string;
}

/** A branch as it was last seen here; null where it was not, or holds something else. */
export async function openSeen(branch: StateBranch, at?: string): Promise<Found | null> {
  const commit = at ?? await branch.knownTip();
  if (commit === null) return null;
  const tree = await branch.tree(commit);
  if (!await isState(branch.git, tree.files)) return null;
  return { branch, commit, backend: new TreeBackend(branch.git, tree) };
}
