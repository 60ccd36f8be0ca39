/**
 * Seeing the sessions that are only on the state branch, and bringing in the one that a change is about.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { findSession, type SessionQuery } from "../../session/resolve.ts";
import type { Workspace } from "../workspace.ts";
import { BranchSessions } from "./branch_sessions.ts";
import { orWarn } from "./or_warn.ts";
import { knowsBranch, mayHaveMore } from "./known_branch.ts";
import { refsMayKnow } from "./known_refs.ts";
import { warnOfMerge } from "./warnings.ts";

/** What is only on the branch, as far as it was last seen; null when nothing is. */
export async function openBranchSessions(workspace: Workspace): Promise<BranchSessions | null> {
  if (workspace.paths.isHome) return null;
  if (!await mayHaveMore(workspace) && !await refsMayKnow(workspace)) return null;
  let beyond: BranchSessions | null = null;
  await orWarn(workspace, "The state branch could not be read", async () => {
    const known = await (await import("./all_branches.ts")).openKnown(workspace);
    if (known === null) return;
    const opened = await BranchSessions.open(known.branch, known.commit, workspace.manager);
    if (opened.backend.only.size > 0) beyond = opened;
  });
  return beyond;
}

/** Lets a reading command see what is only on the branch, too. @returns whether there is anything. */
export async function seeBranchSessions(workspace: Workspace): Promise<boolean> {
  if (workspace.beyond !== null || workspace.branchView !== null) return false;
  if (workspace.meta === null) {
    return await (await import("./branch_view.ts")).lookAtKnownBranch(workspace);
  }
  const beyond = await openBranchSessions(workspace);
  if (beyond === null) return false;
  workspace.seeBranchSessions(beyond);
  return true;
}

/**
 * Brings in the session that a change is about, where it is only on the branch.
 * @returns whether it was brought in.
 */
export async function bringInNamed(workspace: Workspace, name?: string): Promise<boolean> {
  const beyond = await openBranchSessions(workspace);
  if (beyond === null) return false;
  const id = await chosenBeyond(beyond, workspace.query(name));
  if (id === null || !beyond.has(id)) return false;
  const { branch, commit } = beyond;
  const report = await branch.bringIn(commit, [id]);
  await workspace.refresh();
  warnOfMerge(report, (text) => workspace.warn(text));
  workspace.warn(`Imported session ${id} from branch ${branch.branch}`);
  return true;
}

async function chosenBeyond(beyond: BranchSessions, query: SessionQuery): Promise<string | null> {
  try {
    return (await beyond.choose(query))?.id ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}

/**
 * Takes over which sessions were removed on other machines, before sessions come in from elsewhere: one
 * that was removed is brought back as a record then.
 */
export async function takeRemovals(workspace: Workspace): Promise<void> {
  if (!await knowsBranch(workspace)) return;
  await orWarn(workspace, "The state branch could not be read", async () => {
    const { findStateBranch } = await import("./find_branch.ts");
    await (await findStateBranch(workspace))?.takeRemovals();
  });
}

/**
 * The session that a name means, be it here or on the branch, with what is only there.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function findAnywhere(
  workspace: Workspace,
  name: string,
  beyond: BranchSessions | null,
): Promise<string> {
  const query = workspace.query();
  return beyond === null
    ? await findSession(workspace.manager, name, query)
    : await beyond.find(name, query);
}
