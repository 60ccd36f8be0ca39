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
import type { Context } from "../context.ts";
import { branchRemark } from "../output/status_text.ts";
import { Beyond } from "./beyond.ts";
import { isIncomplete, lookIsDue, quietly, rememberLook } from "./hooks.ts";
import { findStateBranch, LOOK_SECONDS, warnOfNowhere } from "./place.ts";

const UNREAD = "The state branch could not be read";

/**
 * Lets a reading command look at the branch in a clone that has no state of its own, or not all of
 * it because bringing it in was cut off: then the context's sessions are those of the branch.
 */
export async function lookAtBranch(context: Context): Promise<void> {
  if (!context.mayBeBehind || context.branchView !== null) return;
  if (context.meta !== null && !await isIncomplete(context.manager)) return;
  await quietly(context, UNREAD, async () => {
    const found = await openBranch(context);
    if (found === null || (await found.backend.sessions()).length === 0) return;
    if ((await found.branch.notThere()).length > 0) return;
    await show(context, found);
  });
}

/** Says that the session that was chosen is read from the branch. */
export async function sayBranch(context: Context): Promise<void> {
  const { beyond } = context;
  if (beyond === null || context.branchView !== null) return;
  const { branch, commit, backend } = beyond;
  await say(context, { branch, commit, backend: backend.there });
}

/**
 * Asks the branch, when it was not asked for a while, whether it has gone further with a session.
 * Where it has, the command looks at the branch; where both have gone on, it says so.
 */
export async function compareWithBranch(context: Context, choice: SessionChoice): Promise<void> {
  if (!context.mayBeBehind || context.branchView !== null || !lookIsDue(context)) return;
  await quietly(context, UNREAD, async () => {
    const found = await openBranch(context);
    if (found === null || !await found.backend.hasSession(choice.id)) return;
    const there = await readLines(found.backend, choice.id);
    const here = await readLines(context.manager.backend, choice.id);
    const { relation } = relate(there?.all ?? [], here?.all ?? null);
    if (relation === "newer") {
      context.warn(
        `The session has gone on elsewhere: this is what branch ${found.branch.name} has, not this machine`,
      );
      await show(context, found);
    }
    if (relation === "diverged") {
      context.warn(
        "The session has gone on elsewhere too, in another way: the next change keeps both",
      );
    }
  });
}

interface Found {
  readonly branch: StateBranch;
  readonly backend: TreeBackend;
  readonly commit: string;
}

async function openBranch(context: Context): Promise<Found | null> {
  rememberLook(context);
  const branch = await findStateBranch(context, { patience: LOOK_SECONDS });
  if (branch === null) return null;
  warnOfNowhere(context, branch);
  const commit = await fetched(context, branch);
  if (commit === null) return null;
  return { branch, commit, backend: new TreeBackend(branch.git, await branch.tree(commit)) };
}

/** Reads all that the branch has from it, from now on. */
async function show(context: Context, found: Found): Promise<void> {
  const { branch, commit, backend } = found;
  const here = (await context.manager.ids()).filter((id) => backend.tree.folders.has(id));
  const all = new Set([...here, ...await branch.onlyThere(commit)]);
  context.lookBeyond(await Beyond.open(branch, commit, context.manager, all));
  await say(context, found);
}

async function say(context: Context, { branch, backend, commit }: Found): Promise<void> {
  const meta = await metaOf(branch.git, backend.tree.files) ?? context.meta;
  if (meta === null) return;
  const view = { name: branch.name, commit };
  context.lookAt(view, meta);
  // The screen of status says it itself.
  if (context.spec.path !== "status") context.warn(`This is ${branchRemark(view)}`);
}

async function fetched(context: Context, branch: StateBranch): Promise<string | null> {
  try {
    return await branch.fetch();
  } catch (error) {
    const known = await branch.knownTip();
    if (!(error instanceof Trouble) || known === null) throw error;
    context.warn(`The state branch may have moved on since: ${error.message}`);
    return known;
  }
}
