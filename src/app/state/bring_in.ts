/**
 * Bringing in what the state branch has, before the first change.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import type { Workspace } from "../workspace.ts";
import { isIncomplete, lookIsDue, rememberFetch, webMode } from "./when_to_fetch.ts";
import { orWarn } from "./or_warn.ts";
import { warnOfMerge } from "./warnings.ts";

/**
 * Brings in what the branch has: into a clone without state, and now and then where there is some,
 * since a disk may be reused and others may have gone on. Never fails the command: without the server
 * it goes on with what is here, and says so.
 * @returns the sessions that were touched; null where the branch was not asked.
 */
export async function bringIn(workspace: Workspace): Promise<readonly MergedSession[] | null> {
  let merged: readonly MergedSession[] | null = null;
  const wanted = await isIncomplete(workspace.manager) || lookIsDue(workspace) ||
    await waits(workspace);
  if (!wanted) return null;
  await orWarn(workspace, "The state branch was not merged", async () => {
    const { findStateBranch, LOOK_SECONDS, warnOfNowhere } = await import("./find_branch.ts");
    rememberFetch(workspace);
    const branch = await findStateBranch(workspace, { patience: LOOK_SECONDS });
    if (branch !== null) warnOfNowhere(workspace, branch);
    if (branch === null || branch.remote === null) return;
    // What it is not about stays on the branch, and is read there.
    const report = await branch.pull({ with: [] });
    const { sessions, onlyThere, problem } = report;
    merged = sessions;
    await workspace.refresh();
    if (problem !== null) workspace.warn(`The state branch could not be fetched: ${problem}`);
    warnOfMerge(report, (text) => workspace.warn(text));
    if (sessions.length > 0) {
      const what = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
      const more = onlyThere === 0
        ? ""
        : `; ${onlyThere} more ${onlyThere === 1 ? "is" : "are"} on the branch only`;
      workspace.warn(`Imported ${what} from branch ${branch.branch}${more}`);
    }
  });
  return merged;
}

/** Whether the session waits for a person, who may have decided on another machine. */
async function waits(workspace: Workspace): Promise<boolean> {
  if (!await webMode(workspace)) return false;
  try {
    const choice = await workspace.choose();
    if (choice === null) return false;
    const { waitingFor } = await import("../../workflow/waiting.ts");
    return waitingFor((await workspace.manager.load(choice.id)).state).length > 0;
  } catch (error) {
    // What is wrong with it is the change's own affair.
    if (error instanceof OrchestratorError) return false;
    throw error;
  }
}
