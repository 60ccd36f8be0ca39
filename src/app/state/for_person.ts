/**
 * A person decides about a session that another machine works in: what the branch has is brought in
 * before, and what was decided is pushed.
 * @module
 */
import type { Workspace } from "../workspace.ts";
import { OrchestratorError } from "../../errors.ts";
import { ambiguousSession } from "../../session/ambiguous.ts";
import { branchWith, fetchBranches } from "./all_branches.ts";
import type { Found } from "./open_seen.ts";
import { BranchSessions } from "./branch_sessions.ts";
import { findStateBranch } from "./find_branch.ts";
import { refsMayKnow } from "./known_refs.ts";
import { orWarn } from "./or_warn.ts";
import { warnOfMerge } from "./warnings.ts";
import { webMode } from "./when_to_fetch.ts";

/**
 * Brings in the session that is decided about, where a branch has it. Asks the server once; without it
 * what was seen last counts. A session that no branch has costs nothing.
 * @throws `session_ambiguous` where a session here and another one on a branch have the name
 */
export async function bringInToDecide(workspace: Workspace): Promise<void> {
  if (workspace.paths.isHome) return;
  await requireOneName(workspace);
  await orWarn(workspace, "The state branch was not merged", async () => {
    const here = await chosenHere(workspace);
    if (here !== null && !await refsMayKnow(workspace)) return;
    if (here !== null && await branchWith(workspace, here) === null) return;
    for (const found of await fetchBranches(workspace)) {
      const id = here ?? await chosenThere(workspace, found);
      if (id === null || !found.backend.tree.folders.has(id)) continue;
      const report = await found.branch.bringIn(found.commit, [id]);
      await workspace.refresh();
      warnOfMerge(report, (text) => workspace.warn(text));
      if (here === null) {
        workspace.warn(`Imported session ${id} from branch ${found.branch.branch}`);
      }
      return;
    }
  });
}

/** Brings in what the branch has got while a person was asked. */
export async function catchUp(workspace: Workspace, session: string): Promise<void> {
  if (!await refsMayKnow(workspace)) return;
  await orWarn(workspace, "The state branch was not merged", async () => {
    const known = await branchWith(workspace, session);
    if (known === null) return;
    const { branch } = known;
    const commit = await branch.fetch(branch.options.found ?? branch.branch);
    if (commit === null || commit === known.commit) return;
    const report = await branch.bringIn(commit, [session]);
    await workspace.refresh();
    warnOfMerge(report, (text) => workspace.warn(text));
  });
}

/**
 * The branch to which a decision goes, by its name on the server; null where none has the session, and
 * where `web_mode` pushes it there by itself.
 */
export async function branchToTell(workspace: Workspace, session: string): Promise<string | null> {
  if (!await refsMayKnow(workspace)) return null;
  const found = await branchWith(workspace, session);
  if (found === null) return null;
  if (await webMode(workspace)) {
    const own = await findStateBranch(workspace, { offline: true });
    if (own?.name === found.branch.name) return null;
  }
  return found.branch.options.found ?? found.branch.branch;
}

/** A name that is here may be meant for an open session that is only on a branch. */
async function requireOneName(workspace: Workspace): Promise<void> {
  const { flag, variable } = workspace.query();
  const name = flag ?? variable ?? "";
  const here = name === "" ? null : await chosenHere(workspace);
  if (here === null || (await workspace.manager.meta(here))?.name !== name) return;
  if (!await refsMayKnow(workspace)) return;
  const others = new Set<string>();
  await orWarn(workspace, "The state branches could not be read", async () => {
    for (const { branch, commit } of await fetchBranches(workspace)) {
      const there = await BranchSessions.open(branch, commit, workspace.manager);
      for (const entry of await there.entries()) {
        if (entry.name === name && entry.status === "active") others.add(entry.id);
      }
    }
  });
  if (others.size > 0) throw ambiguousSession(name, [here, ...others]);
}

async function chosenHere(workspace: Workspace): Promise<string | null> {
  try {
    return (await workspace.choose())?.id ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}

async function chosenThere(
  workspace: Workspace,
  { branch, commit, backend }: Found,
): Promise<string | null> {
  const all = new Set(backend.tree.folders.keys());
  const sessions = await BranchSessions.open(branch, commit, workspace.manager, all);
  try {
    return (await sessions.choose(workspace.query()))?.id ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}
