/**
 * `status` in a clone without state of its own, straight from the state branch. A private ref is
 * fetched; the work tree and the state directory are not touched.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import { DEFAULT_LIMITS } from "../snapshot/limits.ts";
import { Trouble } from "../state_branch/git.ts";
import { readSession, sessionsOf } from "../state_branch/merge.ts";
import { readBlobs, readTree, type Tree } from "../state_branch/objects.ts";
import { describe } from "../workflow/progress.ts";
import type { Answer } from "./command.ts";
import type { Context } from "./context.ts";
import { shortCommit } from "./output/state_text.ts";
import { statusData } from "./output/status_data.ts";
import { statusText } from "./output/status_text.ts";
import { findStateBranch } from "./state_place.ts";

/** The status on the branch; null when there is none to show. */
export async function branchStatus(context: Context): Promise<Answer | null> {
  if (context.meta !== null && (await context.manager.ids()).length > 0) return null;
  try {
    return await read(context);
  } catch (error) {
    if (!(error instanceof Trouble) && !(error instanceof OrchestratorError)) throw error;
    context.warn(`The state branch could not be read: ${error.message}`);
    return null;
  }
}

async function read(context: Context): Promise<Answer | null> {
  const branch = await findStateBranch(context);
  if (branch === null) return null;
  const commit = await fetched(context, branch);
  if (commit === null) return null;
  const { git } = branch;
  const tree = await readTree(git, commit);
  const id = await choose(context, tree, (oid) => readBlobs(git, [oid]));
  if (id === null) return null;
  const { state } = await readSession(git, tree, id, DEFAULT_LIMITS);
  const progress = describe(state);
  const remark = `on branch ${branch.name} (${shortCommit(commit)}); the next change brings it in`;
  return {
    data: statusData(state, progress, {
      origin: "branch",
      branch: { name: branch.name, commit },
    }),
    text: (style) => statusText(state, progress, { now: context.io.now(), remark }, style),
  };
}

async function fetched(
  context: Context,
  branch: NonNullable<Awaited<ReturnType<typeof findStateBranch>>>,
): Promise<string | null> {
  try {
    return await branch.fetch();
  } catch (error) {
    const known = await branch.remoteTip();
    if (!(error instanceof Trouble) || known === null) throw error;
    context.warn(`The state branch may have moved on since: ${error.message}`);
    return known;
  }
}

/** The session that is asked for, else the branch's current one, else its only one. */
async function choose(
  context: Context,
  tree: Tree,
  blob: (oid: string) => Promise<readonly Uint8Array[]>,
): Promise<string | null> {
  const ids = sessionsOf(tree);
  const text = async (path: string): Promise<string> => {
    const oid = tree.get(path)?.oid;
    const [bytes] = oid === undefined ? [] : await blob(oid);
    return new TextDecoder().decode(bytes ?? new Uint8Array());
  };
  const query = context.query();
  const wanted = query.flag ?? (query.variable === "" ? undefined : query.variable);
  if (wanted === undefined) {
    const current = (await text(KEYS.current)).trim();
    if (ids.includes(current)) return current;
    return ids.length === 1 ? ids[0] ?? null : null;
  }
  if (ids.includes(wanted)) return wanted;
  const matches: string[] = [];
  for (const id of ids) {
    const name = /"name": ?"((?:[^"\\]|\\.)*)"/.exec(await text(KEYS.sessionMeta(id)))?.[1];
    if (name === wanted || id.startsWith(wanted)) matches.push(id);
  }
  return matches.length === 1 ? matches[0] ?? null : null;
}
