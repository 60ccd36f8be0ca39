/**
 * Replacing the branch's history by one commit.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StateBranch } from "./branch.ts";
import { commitMessage } from "./commit.ts";
import { Trouble } from "./git.ts";
import { syncObjects, writeCommit } from "./objects.ts";
import { localRef, remoteRef } from "./places.ts";
import { pushState } from "./push.ts";
import { setRef } from "./refs.ts";
import { pushCommit } from "./server.ts";

/** What was replaced. */
export interface CompactReport {
  readonly commit: string;
  /** How many commits it replaces. */
  readonly replaced: number;
  /** Why only the local history was replaced; null when there is no other. */
  readonly problem: string | null;
}

/**
 * Replaces the branch's history by one commit with the same content: every session of the branch, here
 * or not, and every record of a removal.
 * @throws `git_failed` when the server refuses it; then nothing changed.
 */
export function compactState(state: StateBranch): Promise<CompactReport> {
  return state.repairing(() => compact(state));
}

async function compact(state: StateBranch): Promise<CompactReport> {
  const { git, name } = state;
  const pushed = await pushState(state, "Before compacting");
  const count = Number(await git.line(["rev-list", "--count", pushed.commit]));
  const tree = await git.line(["rev-parse", `${pushed.commit}^{tree}`]);
  const commit = await writeCommit(git, {
    tree,
    parents: [],
    message: commitMessage("Compact the history", `${count} commits before`),
    time: state.options.now(),
  });
  syncObjects(git, [commit]);
  if (pushed.safe && pushed.branch !== null) {
    try {
      await pushCommit(git, state.remote, {
        commit,
        branch: state.branch,
        expected: pushed.commit,
      });
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      throw new OrchestratorError(
        "git_failed",
        `Cannot compact branch "${state.branch}": ${error.message}`,
        { cause: error },
      );
    }
    await setRef(git, remoteRef(name), commit, pushed.commit);
  }
  await setRef(git, localRef(name), commit, pushed.commit);
  return {
    commit,
    replaced: count,
    problem: state.remote === null ? state.nowhere : pushed.problem,
  };
}
