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

/**
 * Sessions whose folder some commit has taken away, with the newest commit that did. Only the folder of
 * sessions is compared, never what is in them: a hostile one may be without end.
 */
async function takenAway(git: Git, tips: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await git.run(["rev-list", "--topo-order", "--parents", ...tips]);
  // A merge is compared with each of its parents: it may have taken what only one of them had.
  const steps = stdout.split("\n").flatMap((line) => {
    const [commit = "", ...parents] = line.split(" ");
    return parents.map((parent) => ({ commit, parent }));
  });
  const folders = await sessionFolders(
    git,
    steps.flatMap(({ commit, parent }) => [commit, parent]),
  );
  const newest = new Map<string, string>();
  for (const { commit, parent } of steps) {
    const [before, after] = [folders.get(parent), folders.get(commit)];
    if (before === undefined || before === after) continue;
    const pair = `${before} ${after ?? EMPTY_TREES[git.objectFormat]}`;
    if (!newest.has(pair)) newest.set(pair, commit);
  }
  if (newest.size === 0) return new Map();
  const compared = await git.run(
    ["diff-tree", "--stdin", "--no-renames", "--diff-filter=D", "--name-only"],
    { input: [...newest.keys()].map((pair) => `${pair}\n`).join("") },
  );
  const gone = new Map<string, string>();
  let commit: string | undefined;
  for (const line of compared.stdout.split("\n")) {
    const next = newest.get(line);
    if (next !== undefined) commit = next;
    else if (SESSION_ID.test(line) && commit !== undefined && !gone.has(line)) {
      gone.set(line, commit);
    }
  }
  return gone;
}

/** Ids of the tree without entries. */
const EMPTY_TREES = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
} as const;

/** Ids of the folders of sessions, by commit. */
async function sessionFolders(
  git: Git,
  commits: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const all = [...new Set(commits)];
  const { stdout } = await git.run(["cat-file", "--batch-check=%(objecttype) %(objectname)"], {
    input: all.map((commit) => `${commit}:${FOLDERS.sessions}\n`).join(""),
  });
  const answers = stdout.split("\n");
  return new Map(all.flatMap((commit, index) => {
    const [, oid] = /^tree ([0-9a-f]+)$/.exec(answers[index] ?? "") ?? [];
    return oid === undefined ? [] : [[commit, oid] as const];
  }));
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
