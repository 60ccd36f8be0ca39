/**
 * Reading straight from the state branch: in a clone without state of its own, and where the branch
 * has gone further than an old disk. A private ref is fetched; the work tree and the state directory
 * are not touched.
 * @module
 */
import type { SessionChoice } from "../../session/resolve.ts";
import { readLines } from "../../session/journal_end.ts";
import { relate } from "../../snapshot/relation.ts";
import type { StateBranch } from "../../state_branch/branch.ts";
import { Trouble } from "../../state_branch/git.ts";
import { metaOf } from "../../state_branch/project_files.ts";
import { TreeBackend } from "../../state_branch/tree_backend.ts";
import type { Workspace } from "../workspace.ts";
import { BranchSessions } from "./branch_sessions.ts";
import { isIncomplete, lookIsDue, rememberFetch } from "./when_to_fetch.ts";
import { knownBranches, openKnown } from "./all_branches.ts";
import { findStateBranch, LOOK_SECONDS, warnOfNowhere } from "./find_branch.ts";
import { refsMayKnow } from "./known_refs.ts";
import type { Found } from "./open_seen.ts";
import { orWarn } from "./or_warn.ts";
import { branchRemark } from "./branch_remark.ts";

const UNREAD = "The state branch could not be read";

/**
 * Lets a reading command look at the branch in a clone that has no state of its own, or not all of
 * it because bringing it in was cut off: then the workspace's sessions are those of the branch.
 */
export async function lookAtBranch(workspace: Workspace): Promise<void> {
  if (!workspace.mayBeBehind || workspace.branchView !== null) return;
  if (workspace.meta !== null && !await isIncomplete(workspace.manager)) return;
  await orWarn(workspace, UNREAD, async () => {
    const found = await openBranch(workspace);
    if (found === null || (await found.backend.sessions()).length === 0) return;
    if ((await found.branch.notThere()).length > 0) return;
    await show(workspace, found);
  });
}

/**
 * Lets a reading command look at the branch as the refs of this clone have it, without asking a server:
 * where nothing else was found here.
 * @returns whether there is anything.
 */
export async function lookAtKnownBranch(workspace: Workspace): Promise<boolean> {
  if (workspace.paths.isHome || workspace.branchView !== null || workspace.beyond !== null) {
    return false;
  }
  if (!await refsMayKnow(workspace)) return false;
  let seen = false;
  await orWarn(workspace, UNREAD, async () => {
    const found = await openKnown(workspace);
    if (found === null || (await found.branch.onlyThere(found.commit)).size === 0) return;
    if (workspace.meta === null) {
      await show(workspace, found);
      await sayOthers(workspace, found);
    } else {
      const { branch, commit } = found;
      workspace.seeBranchSessions(await BranchSessions.open(branch, commit, workspace.manager));
    }
    seen = true;
  });
  return seen;
}

/** Says which branches are not shown: machines that began without each other have one each. */
async function sayOthers(workspace: Workspace, { branch: { name } }: Found): Promise<void> {
  const others = (await knownBranches(workspace)).filter(({ branch }) => branch.name !== name);
  if (others.length === 0) return;
  const names = others.map(({ branch }) => branch.branch).join(", ");
  workspace.warn(
    `Not shown: sessions of ${names}; orchestrator state pull --all takes in those of all state branches`,
  );
}

/** Says that the session that was chosen is read from the branch. */
export async function sayBranch(workspace: Workspace): Promise<void> {
  const { beyond } = workspace;
  if (beyond === null || workspace.branchView !== null) return;
  const { branch, commit, backend } = beyond;
  await say(workspace, { branch, commit, backend: backend.there });
}

/**
 * Asks the branch, when it was not asked for a while, whether it has gone further with a session.
 * Where it has, the command looks at the branch; where both have gone on, it says so.
 */
export async function compareWithBranch(
  workspace: Workspace,
  choice: SessionChoice,
): Promise<void> {
  if (!workspace.mayBeBehind || workspace.branchView !== null || !lookIsDue(workspace)) return;
  await orWarn(workspace, UNREAD, async () => {
    const found = await openBranch(workspace);
    if (found === null || !await found.backend.hasSession(choice.id)) return;
    const there = await readLines(found.backend, choice.id);
    const here = await readLines(workspace.manager.backend, choice.id);
    const { relation } = relate(there?.all ?? [], here?.all ?? null);
    if (relation === "newer") {
      workspace.warn(
        `The session has continued on another machine: this is the version on branch ${found.branch.name}`,
      );
      await show(workspace, found);
    }
    if (relation === "diverged") {
      workspace.warn(
        "The session has diverged: the next change keeps both versions",
      );
    }
  });
}

async function openBranch(workspace: Workspace): Promise<Found | null> {
  rememberFetch(workspace);
  const branch = await findStateBranch(workspace, { patience: LOOK_SECONDS });
  if (branch === null) return null;
  warnOfNowhere(workspace, branch);
  const commit = await fetched(workspace, branch);
  if (commit === null) return null;
  return { branch, commit, backend: new TreeBackend(branch.git, await branch.tree(commit)) };
}

/** Reads all that the branch has from it, from now on. */
async function show(workspace: Workspace, found: Found): Promise<void> {
  const { branch, commit, backend } = found;
  const here = (await workspace.manager.listSessions()).filter((id) =>
    backend.tree.folders.has(id)
  );
  const all = new Set([...here, ...await branch.onlyThere(commit)]);
  // What the branch has besides was removed here.
  if (all.size === 0) return;
  workspace.seeBranchSessions(await BranchSessions.open(branch, commit, workspace.manager, all));
  await say(workspace, found);
}

async function say(workspace: Workspace, { branch, backend, commit }: Found): Promise<void> {
  const meta = await metaOf(branch.git, backend.tree.files) ?? workspace.meta;
  if (meta === null) return;
  const view = { name: branch.branch, commit };
  workspace.lookAt(view, meta);
  if (!workspace.saysBranch) workspace.warn(`This is ${branchRemark(view)}`);
}

async function fetched(workspace: Workspace, branch: StateBranch): Promise<string | null> {
  try {
    return await branch.fetch();
  } catch (error) {
    const known = await branch.knownTip();
    if (!(error instanceof Trouble) || known === null) throw error;
    workspace.warn(`The state branch may have changed since: ${error.message}`);
    return known;
  }
}
