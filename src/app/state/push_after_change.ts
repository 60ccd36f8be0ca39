/**
 * Keeping the state where it outlives this machine: pushed after each phase.
 * @module
 */
import type { Workspace } from "../workspace.ts";
import { rememberFetch, webMode } from "./when_to_fetch.ts";
import { orWarn } from "./or_warn.ts";

/**
 * Commits and pushes the state, with `web_mode`. Never fails the command.
 * @param reason what has just happened, for the commit's message.
 * @param last whether nothing may come after it, so that the push is always tried.
 */
export async function keepState(workspace: Workspace, reason: string, last = false): Promise<void> {
  if (!await webMode(workspace)) return;
  await orWarn(workspace, "The state was not pushed", async () => {
    const { findStateBranch, warnOfNowhere } = await import("./find_branch.ts");
    const branch = await findStateBranch(workspace);
    if (branch === null) {
      workspace.warn("State is only on this machine: not a git repository");
      return;
    }
    rememberFetch(workspace);
    const { pushState } = await import("../../state_branch/push.ts");
    const { warnOfPush } = await import("./warnings.ts");
    const report = await pushState(branch, reason, { patient: !last });
    if (branch.nowhere === null) warnOfPush(report, (text) => workspace.warn(text));
    else warnOfNowhere(workspace, branch);
  });
}
