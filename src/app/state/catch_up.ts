/**
 * Taking in what a state branch has of a session, before it is changed here. What the refs of this clone
 * know costs no network; the server is asked where much depends on it.
 * @module
 */
import type { MergedSession } from "../../state_branch/merge.ts";
import { lastFetch } from "../../state_branch/last_fetch.ts";
import { approvalsOf } from "../../workflow/given_approvals.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { StateBranch } from "../../state_branch/branch.ts";
import type { Workspace } from "../workspace.ts";
import { branchWith } from "./all_branches.ts";
import { findStateBranch } from "./find_branch.ts";
import { mayBeAhead, relationThere } from "./ahead.ts";
import type { Found } from "./open_seen.ts";
import { orWarn } from "./or_warn.ts";
import { warnOfMerge } from "./warnings.ts";
import { LOOK_EVERY_MS, rememberFetch } from "./when_to_fetch.ts";

/** Work that relies on an approval: the answer of the server counts so long. */
const RELYING_MS = 5000;

/**
 * Takes in what a branch has of a session. Never fails the command: without the server it goes on with
 * what is known here, and says so.
 * @param how.moves whether the session is to be moved on, or ended: the server is asked then.
 * @returns the sessions that were touched.
 */
export async function catchUpWith(
  workspace: Workspace,
  before: SessionState,
  { moves }: { readonly moves: boolean },
): Promise<readonly MergedSession[]> {
  const merged: MergedSession[] = [];
  await orWarn(workspace, "The state branch was not merged", async () => {
    const asks = moves || isDue(workspace, before);
    if (!asks && !mayBeAhead(workspace, before)) return;
    const known = await branchWith(workspace, before.session);
    // One that no branch has is asked for where the state is kept on one.
    if (known === null && !await isKept(workspace)) return;
    if (known !== null && await relationThere(workspace, known, before.session) === "newer") {
      merged.push(...await take(workspace, { ...known, before }));
    }
    if (!asks) return;
    const asked = await askServer(workspace, known);
    if (asked === null || asked.commit === known?.commit) return;
    merged.push(...await take(workspace, { ...asked, before }));
  });
  return merged;
}

async function isKept(workspace: Workspace): Promise<boolean> {
  return (await workspace.config()).get("web_mode") || workspace.mayBeBehind;
}

function isDue(workspace: Workspace, before: SessionState): boolean {
  const last = lastFetch(workspace.paths.root);
  // Nothing has come here from a branch, unless the branch was asked.
  if (last === null || last === "never") return false;
  const passed = workspace.io.now().getTime() - last.time;
  const most = WORK.has(workspace.operation) && approvalsOf(before).length > 0
    ? RELYING_MS
    : LOOK_EVERY_MS;
  return passed < 0 || passed > most;
}

/** The commands with which work goes on. */
const WORK: ReadonlySet<string> = new Set(["complete", "skip"]);

async function askServer(
  workspace: Workspace,
  known: Found | null,
): Promise<{ readonly branch: StateBranch; readonly commit: string } | null> {
  const name = known === null ? null : known.branch.options.found ?? known.branch.branch;
  const branch = await findStateBranch(workspace, {
    hurried: true,
    ...(name === null ? {} : { branch: name, offline: true }),
  });
  if (branch === null || branch.remote === null) return null;
  rememberFetch(workspace);
  const commit = await branch.fetch(name ?? branch.branch);
  return commit === null ? null : { branch, commit };
}

async function take(
  workspace: Workspace,
  { branch, commit, before }: {
    readonly branch: StateBranch;
    readonly commit: string;
    readonly before: SessionState;
  },
): Promise<readonly MergedSession[]> {
  const { session, seq } = before;
  const report = await branch.bringIn(commit, [session]);
  await workspace.refresh();
  warnOfMerge(report, (text) => workspace.warn(text));
  const own = report.sessions.find(({ id }) => id === session);
  if (own !== undefined && own.branch === null) {
    const more = (await workspace.manager.load(session)).state.seq - seq;
    if (more > 0) {
      workspace.warn(
        `Took in ${more} ${
          more === 1 ? "event" : "events"
        } of session ${session} from branch ${branch.branch}`,
      );
    }
  }
  return report.sessions;
}
