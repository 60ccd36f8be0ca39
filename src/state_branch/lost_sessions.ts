/**
 * Sessions that exist only in the history of the state branch: version 0.1.0 removed every session
 * from the branch that was not in the folder, without recording it.
 * @module
 */
import type { SessionManager } from "../session/session_manager.ts";
import { FOLDERS, JOURNAL, SESSION_ID } from "../state_layout/names.ts";
import { recordedSessions } from "../session/removed_sessions.ts";
import { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";

/** A session that went without a record of its removal. */
export interface LostSession {
  readonly id: string;
  /** The newest commit that has it. */
  readonly commit: string;
}

/**
 * Looks for them. Compacting a branch ends its history, and with it what can be found.
 * @param tips commits of the branch: of all that is here, and last seen on the server.
 * @throws `git_failed`
 */
export async function lostSessions(
  git: Git,
  manager: SessionManager,
  tips: readonly string[],
): Promise<readonly LostSession[]> {
  if (tips.length === 0) return [];
  const gone = await takenAway(git, tips);
  const trees: BranchTree[] = [];
  for (const tip of tips) trees.push(await BranchTree.open(git, tip));
  const accounted = new Set([
    ...await manager.listSessions(),
    ...await recordedSessions(manager.backend),
    ...trees.flatMap(({ folders, recorded }) => [...folders.keys(), ...recorded]),
  ]);
  const lost: LostSession[] = [];
  for (const [id, commit] of gone) {
    if (accounted.has(id)) continue;
    const parent = await parentWith(git, commit, `${FOLDERS.sessions}/${id}/${JOURNAL}`);
    if (parent !== null) lost.push({ id, commit: parent });
  }
  return lost.sort((left, right) => left.id < right.id ? -1 : 1);
}

/** Sessions whose journal some commit has taken away, with the newest commit that did. */
async function takenAway(git: Git, tips: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git.run([
    // A merge is compared with each of its parents: it may have taken what only one of them had.
    ...["log", "-z", "-m", "--topo-order", "--no-renames", "--diff-filter=D", "--name-only"],
    ...["--format=commit %H", ...tips, "--", `:(glob)${FOLDERS.sessions}/*/${JOURNAL}`],
  ]);
  const gone = new Map<string, string>();
  let commit = "";
  for (const part of stdout.split(/[\0\n]/)) {
    const [, found] = /^commit ([0-9a-f]+)$/.exec(part) ?? [];
    if (found !== undefined) commit = found;
    const id = part.split("/")[1] ?? "";
    if (SESSION_ID.test(id) && !gone.has(id)) gone.set(id, commit);
  }
  return gone;
}

async function parentWith(git: Git, commit: string, path: string): Promise<string | null> {
  const parents = (await git.line(["show", "-s", "--format=%P", commit])).split(" ");
  for (const parent of parents) {
    if (parent === "") continue;
    const { exitCode } = await git.run(["cat-file", "-e", `${parent}:${path}`], {
      codes: [1, 128],
    });
    if (exitCode === 0) return parent;
  }
  return null;
}
