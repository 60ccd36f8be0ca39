/**
 * What a state directory is called in git's own directory, which all worktrees share: a name that stays
 * when the repository or a worktree is moved.
 * @module
 */
import { dirname, relative } from "node:path";
import { existsSync, statSync } from "node:fs";
import { slashes } from "../platform/path.ts";
import { gitDirectory, nearestGit } from "./git_remote.ts";
import type { OrchestratorPaths } from "./paths.ts";
import { keysOfWorktrees, worktreeKey } from "./worktree_keys.ts";

/** What the names of the states of linked worktrees begin with. */
const OF_WORKTREES = "worktrees/";

/** A state directory's name, and git's own directory; null without git. Never throws. */
export function statePlaceName(
  { root, stateDirectory, stateHome }: OrchestratorPaths,
): { readonly git: string; readonly place: string } | null {
  try {
    const git = stateHome?.worktree?.common ?? gitDirectory(root);
    if (git === null || !existsSync(git)) return null;
    const linked = stateHome?.shared === undefined ? stateHome?.worktree ?? null : null;
    if (linked === null) return { git, place: slashes(relative(git, stateDirectory)) };
    const top = nearestGit(root, (path) => statSync(path, { throwIfNoEntry: false }))?.path ?? root;
    const below = slashes(relative(dirname(top), root));
    return { git, place: `${OF_WORKTREES}${worktreeKey(linked)}/${below}` };
  } catch {
    return null;
  }
}

/** Whether a state was that of a linked worktree which git does not have any more. Never throws. */
export function isOfRemovedWorktree(place: string, root: string): boolean {
  if (!place.startsWith(OF_WORKTREES)) return false;
  try {
    const key = place.slice(OF_WORKTREES.length).split("/")[0] ?? "";
    return keysOfWorktrees(root)?.has(key) === false;
  } catch {
    return false;
  }
}
