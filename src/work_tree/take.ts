/**
 * Taking the work tree's id: the tree that a commit of all that is there would have. Nothing is
 * written anywhere.
 *
 * Git says what is not as HEAD has it, and hashes those files, so that line endings come out as in a
 * commit; filters are never run. The tree is worked out from HEAD's and these files.
 * @module
 */
import { lstatSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { Environment } from "../platform/processes.ts";
import { type Content, type ContentPlace, contentsOf } from "./content.ts";
import { GitFailure, LookingGit, TooSlow } from "./git.ts";
import { hiddenFiles } from "./hidden.ts";
import { hasOddBytes } from "./names.ts";
import { readStatus, type Status, type StatusEntry } from "./status.ts";
import { changedTree } from "./tree.ts";
import {
  type ChangedFile,
  type DirtySubmodule,
  type HiddenFiles,
  MOST_CHANGED,
  MOST_NAMES,
  type NoWorkTree,
  type WorkTree,
} from "../workflow/work_tree.ts";

/** What is asked for. */
export interface TakeRequest {
  /** Absolute path of the project; its repository may begin above it. */
  readonly root: string;
  readonly env: Environment;
  /** Names below `root` that do not count: the state directory. */
  readonly without: readonly string[];
  /** Default: {@link PATIENCE_MS}. */
  readonly timeoutMs?: number;
}

/** After this time there is no tree: a command must not wait for it longer. */
const PATIENCE_MS = 2000;

/** Takes the work tree. Never throws for what git or the repository do. */
export async function takeWorkTree(
  request: TakeRequest,
): Promise<{ readonly value: WorkTree } | { readonly missing: NoWorkTree }> {
  const { root, env, timeoutMs = PATIENCE_MS } = request;
  try {
    return { value: await take(new LookingGit(root, env, timeoutMs), request) };
  } catch (error) {
    return { missing: whyMissing(error, timeoutMs) };
  }
}

function whyMissing(error: unknown, timeoutMs: number): NoWorkTree {
  if (error instanceof TooSlow) {
    const message = `the work tree could not be taken within ${timeoutMs / 1000} s`;
    return { reason: "too_slow", message };
  }
  if (error instanceof GitFailure) {
    return /not a git repository/i.test(error.message)
      ? { reason: "no_repository", message: "there is no git repository" }
      : { reason: "git_failed", message: error.message };
  }
  if (error instanceof OrchestratorError) {
    return error.details?.["system"] === "ENOENT"
      ? { reason: "no_git", message: "git is not installed" }
      : { reason: "git_failed", message: error.message };
  }
  // A file that went, or cannot be read, while it was looked at.
  if (systemErrorCode(error) !== undefined) {
    return {
      reason: "git_failed",
      message: error instanceof Error ? error.message : String(error),
    };
  }
  throw error;
}

/** What of the configuration counts. */
interface Settings {
  /** Drivers of filters. */
  readonly filters: ReadonlySet<string>;
  readonly excludesFile: string | undefined;
  readonly sparse: boolean;
}

/** Where a repository is. */
interface Repository extends ContentPlace {
  readonly exclude: string;
  readonly attributes: string;
  readonly sparse: boolean;
  /** Where the project begins in it: empty, or a path that ends with `/`. */
  readonly prefix: string;
}

async function take(looking: LookingGit, request: TakeRequest): Promise<WorkTree> {
  // Before anything that could run a filter.
  const settings = await readSettings(looking);
  const git = looking.at(looking.root, settings.filters);
  const [output, listed, places] = await Promise.all([
    git.run(STATUS),
    git.run(["ls-files", "-z", "-v", "--full-name", "--", ":/"]),
    git.run(PLACES),
  ]);
  const repository = open(git, settings, places);
  refuseElsewhere(request.root, `${repository.git.root}/${repository.prefix}`);
  const status = readStatus(output);
  const left = leftOut(repository.prefix, request.without);
  const index = readIndexFlags(listed);
  const work = new Map<string, StatusEntry>();
  for (const entry of status.entries) {
    if (left(entry.path)) continue;
    // What the index lacks is untracked, and HEAD may have it.
    const { head } = work.get(entry.path) ?? entry;
    work.set(entry.path, { ...entry, head });
  }
  const flagged = (await flaggedEntries(repository, index)).filter(({ path }) => !left(path));
  // What git status says of such a path is about HEAD and the index only.
  for (const entry of flagged) {
    work.set(entry.path, { ...work.get(entry.path) ?? entry, mode: undefined, differs: true });
  }
  const submodules = await lookIntoSubmodules(repository, index, request);
  for (const { entry } of submodules) {
    work.set(entry.path, { ...work.get(entry.path) ?? entry, differs: true });
  }
  const [changed, hidden] = await Promise.all([
    changedFiles(repository, [...work.values()], submodules),
    hiddenFiles(repository.git, {
      own: repository.exclude,
      chosen: settings.excludesFile,
      env: request.env,
    }),
  ]);
  const without = request.without.map((name) => `${repository.prefix}${name}`).filter((path) =>
    [...index.paths, ...status.entries.map((entry) => entry.path)].some(isBelow(path))
  );
  const tree = await changedTree(repository.git, {
    commit: status.head,
    format: repository.format,
    changes: { changed, without },
  });
  return describe({ status, tree, hidden, changed, submodules, repository, flagged });
}

const STATUS: readonly string[] = [
  "status",
  "--porcelain=v2",
  "-z",
  "--branch",
  "--untracked-files=all",
  "--ignore-submodules=dirty",
  "--no-renames",
  "--no-ahead-behind",
];

const PLACES: readonly string[] = [
  "rev-parse",
  "--show-toplevel",
  "--git-path",
  "info/exclude",
  "--git-path",
  "info/attributes",
  "--show-object-format",
  "--show-prefix",
];

async function readSettings(git: LookingGit): Promise<Settings> {
  const wanted = "^(filter\\..*|core\\.(excludesfile|sparsecheckout))$";
  const output = await git.run(["config", "-z", "--get-regexp", wanted], { codes: [1] });
  const settings = output.split("\0").filter((line) => line !== "").map((line) => {
    const [key = "", ...value] = line.split("\n");
    return { key, value: value.join("\n") };
  });
  const filters = new Set(
    settings.flatMap(({ key }) => /^filter\.(.*)\.[^.]+$/s.exec(key)?.[1] ?? []),
  );
  const odd = [...filters].find((name) => /[=\n]/.test(name));
  if (odd !== undefined) {
    throw new GitFailure(`the filter ${JSON.stringify(odd)} cannot be kept from running`);
  }
  const last = (name: string) => settings.findLast(({ key }) => key === name)?.value;
  return {
    filters,
    excludesFile: last("core.excludesfile"),
    sparse: last("core.sparsecheckout") === "true",
  };
}

function open(git: LookingGit, { filters, sparse }: Settings, places: string): Repository {
  const [top = "", exclude = "", attributes = "", format = "", prefix = ""] = places.split("\n");
  return {
    git: git.at(top, filters),
    filters,
    sparse,
    format: format === "sha256" ? "sha256" : "sha1",
    exclude: resolve(git.root, exclude),
    attributes: resolve(git.root, attributes),
    prefix,
  };
}

/** The configuration can name another work tree (`core.worktree`), which has not the project's files. */
function refuseElsewhere(root: string, inWorkTree: string): void {
  // The runtime cannot look at such a name.
  if (hasOddBytes(inWorkTree)) return;
  const [own, named] = [root, inWorkTree].map((path) =>
    statSync(path, { bigint: true, throwIfNoEntry: false })
  );
  if (own === undefined || own.ino === named?.ino && own.dev === named.dev) return;
  throw new GitFailure(`git looks at another directory, ${inWorkTree} (core.worktree)`);
}

function isBelow(folder: string): (path: string) => boolean {
  return (path) => path === folder || path.startsWith(`${folder}/`);
}

/** Whether a path of the repository does not count. */
function leftOut(prefix: string, without: readonly string[]): (path: string) => boolean {
  const isOne = without.map((name) => isBelow(`${prefix}${name}`));
  return (path) => isOne.some((is) => is(path));
}

/** What `git ls-files -v` says of the index. */
interface IndexFlags {
  readonly paths: readonly string[];
  /** Paths that git does not compare with the disk; whether such a one may be absent there. */
  readonly unwatched: readonly { readonly path: string; readonly skipped: boolean }[];
}

function readIndexFlags(listed: string): IndexFlags {
  const paths: string[] = [];
  const unwatched: { readonly path: string; readonly skipped: boolean }[] = [];
  for (const line of listed.split("\0")) {
    const path = line.slice(2);
    if (path === "") continue;
    paths.push(path);
    const tag = line[0] ?? "H";
    if (tag === "S" || tag === "s") unwatched.push({ path, skipped: true });
    else if (tag !== tag.toUpperCase()) unwatched.push({ path, skipped: false });
  }
  return { paths, unwatched };
}

/** Of more paths than this the whole index is listed. */
const MOST_ARGUMENTS = 200;

/** Entries for paths that git does not compare, as git status would have them. */
async function flaggedEntries(
  { git, sparse }: Repository,
  { unwatched }: IndexFlags,
): Promise<readonly StatusEntry[]> {
  // A sparse checkout leaves files away; any other absence is a removal.
  const wanted = new Set(
    unwatched.filter(({ path, skipped }) => !(skipped && sparse) || exists(`${git.root}/${path}`))
      .map(({ path }) => path),
  );
  if (wanted.size === 0) return [];
  const paths = wanted.size > MOST_ARGUMENTS || [...wanted].some(hasOddBytes)
    ? []
    : ["--", ...[...wanted].map((path) => `:(top,literal)${path}`)];
  const output = await git.run(["ls-files", "-z", "-s", ...paths]);
  return output.split("\0").flatMap((line): readonly StatusEntry[] => {
    const parts = /^(\d{6}) ([0-9a-f]+) 0\t(.*)$/s.exec(line);
    const [, mode = "", oid = "", path = ""] = parts ?? [];
    if (!wanted.has(path) || mode === "160000") return [];
    const entry = { mode, oid };
    return [{ path, head: entry, index: entry, mode: undefined, differs: true }];
  });
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** The mode of a submodule. */
const GITLINK = "160000";

/** A submodule that is checked out. */
interface Submodule {
  readonly entry: StatusEntry;
  readonly head: string;
  /** Its own changes; undefined where there are none. */
  readonly dirty: DirtySubmodule | undefined;
}

/** Looks into submodules as into the repository itself: git status would start their own filters. */
async function lookIntoSubmodules(
  { git }: Repository,
  { paths }: IndexFlags,
  request: TakeRequest,
): Promise<readonly Submodule[]> {
  if (!paths.includes(".gitmodules")) return [];
  const listed = await git.run(["ls-files", "-z", "-s"]);
  const found: Submodule[] = [];
  for (const line of listed.split("\0")) {
    const parts = /^160000 ([0-9a-f]+) 0\t(.*)$/s.exec(line);
    const [, oid = "", path = ""] = parts ?? [];
    const root = `${git.root}/${path}`;
    if (path === "" || !exists(`${root}/.git`)) continue;
    const inside = await take(git.at(root, []), { ...request, root, without: [] });
    const entry = { mode: GITLINK, oid };
    found.push({
      entry: { path, head: entry, index: entry, mode: GITLINK, differs: true },
      head: inside.head ?? oid,
      dirty: inside.changedCount === 0 ? undefined : { path, tree: inside.tree },
    });
  }
  return found;
}

/** What is on disk where it is not what HEAD has, by path. */
async function changedFiles(
  repository: Repository,
  entries: readonly StatusEntry[],
  submodules: readonly Submodule[],
): Promise<readonly ChangedFile[]> {
  const commits = new Map(submodules.map(({ entry, head }) => [entry.path, head]));
  const files = entries.filter(({ path, differs, mode }) =>
    differs && mode !== null && !commits.has(path)
  );
  const contents = new Map<string, Content>(
    await contentsOf(
      repository,
      files.map(({ path, mode }) => ({ path, mode: mode ?? undefined })),
    ),
  );
  for (const [path, head] of commits) contents.set(path, { mode: GITLINK, blob: head });
  const changed = entries.flatMap((entry): readonly ChangedFile[] => {
    const { path, head } = entry;
    const now = contentOf(entry, contents);
    if (sameEntry(head, now)) return [];
    const as = contents.get(path)?.as;
    const { mode, oid: blob } = now ?? { mode: null, oid: null };
    return [{ path, mode, blob, ...(as === undefined ? {} : { as }) }];
  });
  return changed.sort(byPath);
}

/** What is there of an entry: what was looked at, or what the index has where nothing differs. */
function contentOf(
  { path, index, mode, differs }: StatusEntry,
  contents: ReadonlyMap<string, Content>,
): { readonly mode: string; readonly oid: string } | null {
  if (!differs) return index;
  // A submodule that is not checked out is what the index has.
  if (mode === null || (index?.mode === GITLINK && !contents.has(path))) {
    return mode === null ? null : index;
  }
  const content = contents.get(path);
  return content === undefined ? null : { mode: content.mode, oid: content.blob };
}

function byPath(one: ChangedFile, other: ChangedFile): number {
  return one.path < other.path ? -1 : one.path > other.path ? 1 : 0;
}

function sameEntry(
  one: { readonly mode: string; readonly oid: string } | null,
  other: { readonly mode: string; readonly oid: string } | null,
): boolean {
  return one?.mode === other?.mode && one?.oid === other?.oid;
}

function describe({ status, tree, hidden, changed, submodules, repository, flagged }: {
  readonly status: Status;
  readonly tree: string;
  readonly hidden: HiddenFiles | undefined;
  readonly changed: readonly ChangedFile[];
  readonly submodules: readonly Submodule[];
  readonly repository: Repository;
  readonly flagged: readonly StatusEntry[];
}): WorkTree {
  const dirty = submodules.flatMap((submodule) => submodule.dirty ?? []);
  const paths = new Set(changed.map(({ path }) => path));
  const unwatched = flagged.map(({ path }) => path).filter((path) => paths.has(path));
  const attributes = fileSha256(repository.attributes);
  return {
    head: status.head,
    branch: status.branch,
    tree,
    committable: changed.every(({ as }) => as === undefined),
    changed: changed.slice(0, MOST_CHANGED),
    changedCount: changed.length,
    ...(changed.length > 0 ? { changedSha256: sha256Hex(JSON.stringify(changed)) } : {}),
    ...(unwatched.length > 0 ? { unwatched: unwatched.slice(0, MOST_NAMES) } : {}),
    ...(dirty.length > 0 ? { submodules: dirty.slice(0, MOST_NAMES) } : {}),
    ...(hidden === undefined ? {} : { hidden }),
    ...(attributes === null ? {} : { infoAttributes: attributes }),
  };
}

function fileSha256(path: string): string | null {
  try {
    return sha256Hex(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}
