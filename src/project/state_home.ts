/**
 * Where the state of a project is when its checkout is a linked worktree of git's: in the main
 * checkout, for `git worktree remove` deletes ignored files without a word.
 *
 * The one place that decides it. It reads git's own files and starts no program; `GIT_DIR` and
 * `GIT_COMMON_DIR`, which hooks have set, are not asked (gitrepository-layout(5), "commondir" and
 * "worktrees/<id>/gitdir"). Both directions have to agree, as real paths: a `.git` file that came with
 * a copied folder leads nowhere.
 *
 * 1. `state_home: worktree` (`ORCHESTRATOR_STATE_HOME`, or the person's own file): the checkout's own.
 * 2. The main checkout is in portable mode, or nothing was initialised there and this checkout is in
 *    portable mode: the checkout's own, for committed state belongs to a branch. Else committed files
 *    do not count because they are there.
 * 3. The main checkout's; without one (a bare repository, or one whose main checkout is the home
 *    directory) `orchestrator/state` in the directory that all worktrees share.
 *
 * Submodules and repositories made with `--separate-git-dir` are no linked worktrees.
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { sha256Hex } from "../platform/hash.ts";
import { readTextWithin } from "../platform/within.ts";
import { isPlainWorktreeName } from "../state_layout/grammar.ts";
import type { LinkedWorktree, StateHome } from "../state_layout/home.ts";
import { KEYS, STATE_DIRECTORY } from "../state_layout/names.ts";
import { BARE_FOLDERS, BARE_STATE, GIT_FOLDER } from "../state_layout/places.ts";
import { readRepositoryMeta, type RepositoryMode } from "./identity.ts";
import type { OrchestratorPaths } from "./paths.ts";

/** The variable that names a place for the state of linked worktrees. */
export const STATE_HOME_VARIABLE = "ORCHESTRATOR_STATE_HOME";

/** What the place of the state depends on, besides git's files. */
export interface PlaceQuery {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's own configuration files, lowest first. */
  readonly userFiles: readonly string[];
  readonly home: string | undefined;
}

/**
 * Finds the place of the state.
 * @param gitFile the nearest `.git` upwards from the root, which is a file.
 * @returns null where the state is the root's own and no linked worktree is in play.
 * @throws OrchestratorError `worktree_broken` where git's two directions do not agree: then nobody can
 * tell where the state is, and a second one must not begin.
 */
export function findStateHome(
  paths: Pick<OrchestratorPaths, "root">,
  gitFile: string,
  query: PlaceQuery,
): StateHome | null {
  const admin = adminDirectory(gitFile);
  if (admin === null) return null;
  const common = readStrictly(join(admin, "commondir"))?.trim();
  if (common === undefined || common === "") {
    if (statSync(join(admin, "HEAD"), { throwIfNoEntry: false }) === undefined) {
      if (basename(dirname(admin)) !== "worktrees") return null;
      return wantsOwn(query) ? null : brokenLink(gitFile, admin);
    }
    if (!isBareRepository(admin)) return null;
    return {
      directory: join(realpathSync(admin), GIT_FOLDER, BARE_STATE),
      worktree: null,
      why: "bare",
    };
  }
  const worktree = linkedWorktree(gitFile, admin, resolve(admin, common));
  if (wantsOwn(query)) return { ...ownPlace(paths.root), worktree, why: "setting" };
  if (worktree === null) throw moved(gitFile, admin);
  const directory = sharedDirectory(paths.root, gitFile, worktree, query.home);
  const mode = modeIn(directory);
  const isPortable = mode === "portable" ||
    (mode === null && modeIn(ownPlace(paths.root).directory) === "portable");
  if (isPortable) return { ...ownPlace(paths.root), worktree, why: "portable" };
  const key = worktreeKey(worktree.name);
  return { directory, worktree, why: "shared", shared: { key, of: stateOf(directory, worktree) } };
}

/**
 * What stands for a worktree in names of the state directory: git's own name for it, where that is
 * the same on every file system; else a hash of it. Never its path, for a worktree can be moved.
 */
function worktreeKey(name: string): string {
  return isPlainWorktreeName(name) ? name : `h-${sha256Hex(name).slice(0, 32)}`;
}

function ownPlace(root: string) {
  return { directory: join(root, STATE_DIRECTORY) };
}

/** What is shown as the owner of the state. */
function stateOf(directory: string, { main, common }: LinkedWorktree): string {
  return main !== null && directory.startsWith(main + sep) ? dirname(directory) : common;
}

/** The directory that a `.git` file names; null where it names none. */
function adminDirectory(gitFile: string): string | null {
  const target = /^gitdir:[ \t]*(.+?)[\r\n]*$/.exec(readStrictly(gitFile) ?? "")?.[1];
  if (target === undefined || isNetworkPath(target)) return null;
  return isAbsolute(target) ? target : resolve(dirname(gitFile), target);
}

/** A stranger's server must not see this user's login. */
function isNetworkPath(path: string): boolean {
  return sep === "\\" && /^[\\/]{2}/.test(path);
}

/** The worktree, where both directions agree; else null. */
function linkedWorktree(gitFile: string, admin: string, common: string): LinkedWorktree | null {
  const back = readStrictly(join(admin, "gitdir"))?.trim();
  if (back === undefined || back === "" || isNetworkPath(back)) return null;
  const [realAdmin, realCommon] = [realOf(admin), realOf(common)];
  if (realAdmin === null || realCommon === null) return null;
  const name = basename(realAdmin);
  if (realAdmin !== join(realCommon, "worktrees", name)) return null;
  // Since git 2.48 it may be relative to the directory that it is in.
  const here = realOf(resolve(realAdmin, back));
  if (here === null || here !== realOf(gitFile)) return null;
  return { name, common: realCommon, main: mainCheckout(realCommon) };
}

/** Whether a repository's directory says that it has no checkout of its own (`core.bare`). */
function isBareRepository(directory: string): boolean {
  return ["config", "config.worktree"].some((name) =>
    /^\s*bare\s*=\s*(true|yes|on|1)\s*$/im.test(readStrictly(join(directory, name)) ?? "")
  );
}

/** The checkout that has the shared directory as its `.git`. */
function mainCheckout(common: string): string | null {
  const config = readStrictly(join(common, "config")) ?? "";
  // A submodule's repository is elsewhere, and its configuration names its checkout.
  const named = /^\s*worktree\s*=\s*"?([^"\r\n]+?)"?\s*$/m.exec(config)?.[1];
  if (named !== undefined) {
    const top = realOf(resolve(common, named));
    if (top === null) return null;
    const admin = adminDirectory(join(top, ".git")) ?? join(top, ".git");
    return realOf(admin) === common ? top : null;
  }
  if (basename(common) !== ".git" || isBareRepository(common)) return null;
  return dirname(common);
}

/**
 * The state directory that all worktrees share. A project in a subfolder has it in the same subfolder.
 * @throws `worktree_broken` where a link in the main checkout leads elsewhere.
 */
function sharedDirectory(
  root: string,
  gitFile: string,
  { main, common }: LinkedWorktree,
  home: string | undefined,
): string {
  const below = relative(realOf(dirname(gitFile)) ?? dirname(gitFile), realOf(root) ?? root);
  const isHome = main !== null && home !== undefined && main === realOf(home);
  if (main === null || isHome) {
    return below === ""
      ? join(common, GIT_FOLDER, BARE_STATE)
      : join(common, GIT_FOLDER, BARE_FOLDERS, below.split(sep).join("+"));
  }
  const folder = join(main, below);
  const real = realOf(folder);
  if (real === null || real === folder) return join(folder, STATE_DIRECTORY);
  throw new OrchestratorError(
    "worktree_broken",
    `Cannot find the state of "${root}": "${folder}" in the main checkout leads to "${real}"`,
    {
      hint: `Set ${STATE_HOME_VARIABLE}=worktree to keep the state in this worktree`,
      details: { root, main },
    },
  );
}

/** The mode of what is initialised in a state directory; null where nothing is, or it is damaged. */
function modeIn(directory: string): RepositoryMode | null {
  try {
    return readRepositoryMeta(join(directory, KEYS.meta))?.mode ?? null;
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.kind !== "corrupt") throw error;
    // Whoever reads the state says what is wrong with it.
    return "normal";
  }
}

/** Whether the person wants a state for each worktree. The strongest layer decides. */
function wantsOwn({ env, userFiles }: PlaceQuery): boolean {
  const variable = env[STATE_HOME_VARIABLE];
  if (variable === "worktree" || variable === "shared") return variable === "worktree";
  for (const file of userFiles.toReversed()) {
    const value = /^state_home:[ \t]*["']?(shared|worktree)\b/m.exec(readStrictly(file) ?? "")?.[1];
    if (value !== undefined) return value === "worktree";
  }
  return false;
}

/** Git's own files and a person's configuration are small. */
const MOST_BYTES = 1024 * 1024;

/**
 * A text; null only where there is none. What cannot be read must not make a linked worktree seem to be
 * none, or a state of its own seem to be meant.
 */
function readStrictly(path: string): string | null {
  try {
    return readTextWithin(null, path, MOST_BYTES);
  } catch (error) {
    // Part of a path that is a file, or a folder of that name.
    if (error instanceof OrchestratorError && error.code === "file_unknown") return null;
    throw error;
  }
}

function realOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw ioError("read", path, error);
  }
}

/** @throws always: git's directory for this worktree is not there. */
function brokenLink(gitFile: string, admin: string): never {
  const common = dirname(dirname(admin));
  const top = dirname(gitFile);
  const isPruned = readStrictly(join(common, "HEAD")) !== null;
  throw new OrchestratorError(
    "worktree_broken",
    isPruned
      ? `Cannot find the state of "${top}": git has pruned this worktree from "${common}"`
      : `Cannot find the state of "${top}": the repository of this worktree is not at "${common}"`,
    {
      hint: isPruned
        ? `Work in the main checkout, which has the sessions; ${STATE_HOME_VARIABLE}=worktree gives this folder a state of its own`
        : "Run `git worktree repair` with this folder's path in the main checkout, where it is now",
      details: { worktree: top, repository: common },
    },
  );
}

function moved(gitFile: string, admin: string): OrchestratorError {
  const top = dirname(gitFile);
  return new OrchestratorError(
    "worktree_broken",
    `Cannot find the state of "${top}": git has the worktree "${basename(admin)}" at another path`,
    {
      hint: "If this folder was moved, run `git worktree repair` in it",
      details: { worktree: top, repository: dirname(dirname(admin)) },
    },
  );
}
