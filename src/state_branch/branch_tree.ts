/**
 * The tree of a commit of the state branch. Files outside sessions are read at once; of the
 * sessions only the folders, until their content is needed: there may be thousands.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { removedSession } from "../snapshot/contents.ts";
import { FOLDERS, SESSION_ID } from "../state_layout/names.ts";
import type { Git, GitRun } from "./git.ts";
import {
  missing,
  readObjects,
  type Tree,
  treeEntries,
  type TreeEntry,
  type TreeFile,
} from "./objects.ts";

/** More sessions than this are asked for by asking for all: command lines have an end. */
const MOST_NAMED = 200;

const ALL_SESSIONS: readonly string[] = [`${FOLDERS.sessions}/`];

/** More than the list of so many sessions' files has, or that of the others: a tree can be without end. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What a commit of the branch holds. */
export class BranchTree {
  /** Null for one that holds nothing. */
  readonly commit: string | null;
  /** Files beside the sessions by their paths, those in folders too. */
  readonly files: Tree;
  /** Ids of the trees that the sessions' folders are, by session. */
  readonly folders: ReadonlyMap<string, string>;
  /** What else is in the folder of sessions, by name. */
  readonly strays: ReadonlyMap<string, TreeEntry>;
  readonly #git: Git;
  readonly #known = new Map<string, Tree>();

  private constructor(
    git: Git,
    commit: string | null,
    files: Tree,
    inSessions: ReadonlyMap<string, TreeEntry>,
  ) {
    this.#git = git;
    this.commit = commit;
    this.files = files;
    const folders = new Map<string, string>();
    const strays = new Map<string, TreeEntry>();
    for (const [name, entry] of inSessions) {
      if (entry.type === "tree" && SESSION_ID.test(name)) folders.set(name, entry.oid);
      else strays.set(name, entry);
    }
    this.folders = folders;
    this.strays = strays;
  }

  /**
   * Reads the tree of a commit.
   * @param commit null for a branch that does not exist yet.
   * @throws `git_failed` if it is not a commit.
   */
  static async open(git: Git, commit: string | null): Promise<BranchTree> {
    if (commit === null) return new BranchTree(git, null, new Map(), new Map());
    const [top, sessions] = await readObjects(git, [
      `${commit}^{tree}`,
      `${commit}:${FOLDERS.sessions}`,
    ]);
    const entries = treeEntries(git, top);
    if (top?.type !== "tree") throw missing(git, `${commit}^{tree}`);
    if (entries.has(FOLDERS.sessions) && sessions?.type !== "tree") {
      throw missing(git, entries.get(FOLDERS.sessions)?.oid ?? commit);
    }
    const names = [...entries.keys()].filter((name) => name !== FOLDERS.sessions);
    const files = names.length === 0 ? new Map() : await list(git, commit, names);
    return new BranchTree(git, commit, files, treeEntries(git, sessions));
  }

  /** Sessions that have records of removals. */
  get recorded(): readonly string[] {
    return [...this.files.keys()].flatMap((path) => removedSession(path) ?? []);
  }

  /** The files of sessions by their paths; none for a session that does not exist. */
  async filesOf(ids: Iterable<string>): Promise<Tree> {
    const wanted = [...new Set(ids)].filter((id) => this.folders.has(id));
    const missing = wanted.filter((id) => !this.#known.has(id));
    if (missing.length > 0 && this.commit !== null) {
      const paths = missing.map((id) => `${FOLDERS.sessions}/${id}/`);
      const found = await list(
        this.#git,
        this.commit,
        paths.length > MOST_NAMED ? ALL_SESSIONS : paths,
      );
      const bySession = new Map<string, Map<string, TreeFile>>(
        missing.map((id) => [id, new Map()]),
      );
      for (const [path, file] of found) bySession.get(path.split("/")[1] ?? "")?.set(path, file);
      for (const [id, files] of bySession) this.#known.set(id, files);
    }
    return new Map(wanted.flatMap((id) => [...this.#known.get(id) ?? []]));
  }
}

/** Files below names of a commit. */
async function list(git: Git, commit: string, names: readonly string[]): Promise<Tree> {
  const args = ["ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", ...names];
  const stdout = await listed(git, args, names === ALL_SESSIONS ? {} : { mostBytes: MOST_BYTES });
  const tree = new Map<string, TreeFile>();
  for (const entry of stdout.split("\0")) {
    const parts = /^(100644|100755) blob ([0-9a-f]+) +(\d+|BAD)\t(.*)$/s.exec(entry);
    const [, , oid, size, path] = parts ?? [];
    if (oid === undefined || path === undefined) continue;
    if (size === "BAD") throw missing(git, oid);
    tree.set(path, { oid, size: Number(size) });
  }
  return tree;
}

/** What git lists. @throws `git_failed` with a way out, where a commit has more names than a state has. */
async function listed(git: Git, args: readonly string[], options: GitRun): Promise<string> {
  try {
    return (await git.run(args, options)).stdout;
  } catch (error) {
    const most = error instanceof OrchestratorError ? error.details?.["mostBytes"] : undefined;
    if (typeof most !== "number") throw error;
    const [commit = ""] = args.slice(args.indexOf("--full-tree") + 1);
    throw new OrchestratorError(
      "git_failed",
      `Cannot read the state branch: the names of the files in commit ${
        commit.slice(0, 12)
      } take more than ${
        exactByteSize(most)
      }, which no state does (\`orchestrator config set state_branch NAME\` uses another branch)`,
      {
        hint: `\`git ls-tree -r --name-only ${commit}\` lists them`,
        cause: error,
      },
    );
  }
}
