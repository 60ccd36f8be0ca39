/**
 * The sessions that have a beginning in common with another one: those that it was split off from, and
 * those that were split off from it or from them.
 * @module
 */
import type { StorageBackend } from "../../storage/backend.ts";
import { completeIndex } from "../../state_branch/session_index.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Sessions, Workspace } from "../workspace.ts";
import { knownBranches } from "./all_branches.ts";
import { refsMayKnow } from "./known_refs.ts";
import { orWarn } from "./or_warn.ts";
import { mayHaveMore } from "./known_branch.ts";

/** A session that may have a beginning in common with another one, in a place that has a copy of it. */
export interface Copy {
  readonly id: string;
  readonly backend: StorageBackend;
}

/** The copies that are here. A split keeps the time at which its session began. */
export async function copiesHere(
  { manager }: Pick<Sessions, "manager">,
  { session, createdAt }: SessionState,
): Promise<readonly Copy[]> {
  const { backend } = manager;
  const copies: Copy[] = [];
  for (const id of await manager.listSessions()) {
    if (id === session || (await manager.meta(id))?.created !== createdAt) continue;
    copies.push({ id, backend });
  }
  return copies;
}

/**
 * The copies on the state branches, as the refs of this clone have them: no server is asked. Sessions
 * that are here are among them, as a branch may be further with one; those that were removed are not.
 */
export async function copiesOnBranches(
  workspace: Workspace,
  { session, createdAt }: SessionState,
): Promise<readonly Copy[]> {
  if (workspace.paths.isHome) return [];
  if (!await mayHaveMore(workspace) && !await refsMayKnow(workspace)) return [];
  const copies: Copy[] = [];
  await orWarn(workspace, "The state branch could not be read", async () => {
    const here = await workspace.manager.listSessions();
    for (const { branch, commit, backend } of await knownBranches(workspace)) {
      const only = await branch.onlyThere(commit);
      const index = await completeIndex(branch.git, backend.tree, only);
      const ids = [...only, ...here].filter((id) =>
        id !== session && index.get(id)?.created === createdAt
      );
      copies.push(...ids.map((id) => ({ id, backend })));
    }
  });
  return copies;
}
