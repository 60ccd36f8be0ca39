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
 * 3. The repository's ({@link placeOf}): in the main checkout, or `orchestrator/state` in the directory
 *    that all worktrees share.
 *
 * A main checkout has the repository's, too. Where git's files do not lead to it (`--separate-git-dir`),
 * it leaves its path in git's directory; until it has, a linked worktree has no place for the state.
 * @module
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { replaceFile } from "../platform/atomic_file.ts";
import { isNetworkPath } from "../platform/git_pointer.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { readTextWithin } from "../platform/within.ts";

import type { LinkedWorktree, StateHome } from "../state_layout/home.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { KEYS, STATE_DIRECTORY } from "../state_layout/names.ts";
import { BARE_STATE, GIT_FOLDER } from "../state_layout/places.ts";
import { adminDirectory, isRepository, isThere, readStrictly, realOf } from "./git_files.ts";
import { modeSaid } from "./gitignore.ts";
import { readRepositoryMeta, type RepositoryMode } from "./identity.ts";
import type { OrchestratorPaths } from "./paths.ts";
import {
  checkoutPointer,
  holdsState,
  lookForMain,
  type Place,
  placeOf,
  type Repository,
  statePlaces,
} from "./state_places.ts";
import * as broken from "./state_lost.ts";
import { worktreeKey } from "./worktree_keys.ts";

/** The variable that names a place for the state of linked worktrees. */
export const STATE_HOME_VARIABLE = "ORCHESTRATOR_STATE_HOME";

/** What the place of the state depends on, besides git's files. */
export interface PlaceQuery {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The person's own configuration files, lowest first. */
  readonly userFiles: readonly string[];
  readonly home: string | undefined;
}

/** The nearest `.git` upwards from a root. */
export interface NearestGit {
  readonly path: string;
  /** What worktrees and submodules have; else it is a directory. */
  readonly isFile: boolean;
}

/**
 * Finds the place of the state.
 * @param git null where there is none.
 * @returns null where the state is the root's own and no linked worktree is in play.
 * @throws OrchestratorError `worktree_broken` where git's files make no sense or its two directions do
 * not agree, and I/O errors: then it cannot be told where the state is, and a second one must not begin.
 */
export function findStateHome(
  paths: Pick<OrchestratorPaths, "root">,
  git: NearestGit | null,
  query: PlaceQuery,
): StateHome | null {
  const { root } = paths;
  if (git === null) return inBareRepository(root);
  if (!git.isFile) return inMainCheckout(root, git, git.path, query);
  try {
    return behindFile(root, git, query);
  } catch (error) {
    // The person has said where it is.
    if (!(error instanceof OrchestratorError) || !wantsOwn(query)) throw error;
    return { ...ownPlace(root), worktree: null, why: "setting" };
  }
}

/** Where `.git` is a file. */
function behindFile(root: string, git: NearestGit, query: PlaceQuery): StateHome | null {
  const admin = adminDirectory(git.path);
  if (admin === null) throw broken.senseless(git.path);
  const common = readStrictly(join(admin, "commondir"))?.trim();
  if (common === undefined || common === "") {
    if (isThere(join(admin, "HEAD"))) return inMainCheckout(root, git, admin, query);
    if (basename(dirname(admin)) === "worktrees") throw broken.brokenLink(git.path, admin);
    // A submodule has its own, whatever became of its repository.
    if (holdsState(ownPlace(root).directory) || /[\\/]modules[\\/]/.test(admin)) return null;
    throw broken.senseless(git.path);
  }
  const worktree = linkedWorktree(git.path, admin, resolve(admin, common));
  if (wantsOwn(query)) return { ...ownPlace(root), worktree, why: "setting" };
  if (worktree === null) throw broken.moved(git.path, admin);
  return inLinkedWorktree(root, git, worktree, query);
}

/** In git's own directory of a repository that has no checkout. */
function inBareRepository(root: string): StateHome | null {
  for (let directory = root;; directory = dirname(directory)) {
    if (isRepository(directory)) {
      return { directory: join(directory, GIT_FOLDER, BARE_STATE), worktree: null, why: "bare" };
    }
    if (dirname(directory) === directory) return null;
  }
}

/** Where the checkout is no linked one: its own, but for a state that is elsewhere already. */
function inMainCheckout(
  root: string,
  git: NearestGit,
  admin: string,
  { home }: PlaceQuery,
): StateHome | null {
  const common = realOf(admin);
  if (common === null || !isThere(join(common, "HEAD"))) return null;
  const { top, below } = folderIn(git, root);
  const found = lookForMain(common);
  const isFound = found.mains.includes(top);
  const repository = isFound ? found : { ...found, mains: [top, ...found.mains] };
  const place = placeOf(statePlaces(repository, below, home), found.isBare);
  if (place.main !== top) return { directory: place.directory, worktree: null, why: "bare" };
  if (!isFound && found.mains.every((main) => main === dirname(common))) leavePointer(common, top);
  return null;
}

/** For the linked worktrees. Without it they say that they do not find the main checkout. */
function leavePointer(common: string, top: string): void {
  try {
    const path = checkoutPointer(common);
    makeDirectory(dirname(path));
    replaceFile(path, `${top}\n`, { within: null });
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
  }
}

/** The checkout of a `.git`, and where a root is in it. */
function folderIn(git: NearestGit, root: string) {
  const top = realOf(dirname(git.path)) ?? dirname(git.path);
  return { top, below: relative(top, realOf(root) ?? root) };
}

function inLinkedWorktree(
  root: string,
  git: NearestGit,
  worktree: Pick<LinkedWorktree, "name" | "common">,
  { home }: PlaceQuery,
): StateHome {
  const { below } = folderIn(git, root);
  const repository = lookForMain(worktree.common);
  const places = statePlaces(repository, below, home);
  requireNoLink(root, places, below);
  requireKnown(root, repository, places);
  const { directory, main } = placeOf(places, repository.isBare);
  const linked = { ...worktree, main };
  const mode = modeIn(directory);
  const own = mode === "portable" || mode === null ? modeIn(ownPlace(root).directory) : null;
  if (mode === "portable" || own === "portable") {
    const which = own !== "portable"
      ? { isOlder: true }
      : mode === "portable"
      ? { mainToo: true }
      : {};
    return { ...ownPlace(root), worktree: linked, why: "portable", ...which };
  }
  const second = places.find((place) =>
    place.directory !== directory && holdsState(place.directory)
  );
  return {
    directory,
    worktree: linked,
    why: "shared",
    ...(second === undefined ? {} : { second: second.directory }),
    shared: {
      key: worktreeKey(worktree),
      of: main === null ? worktree.common : dirname(directory),
    },
  };
}

/** A main checkout that is not known may have a state. */
function requireKnown(root: string, repository: Repository, places: readonly Place[]): void {
  if (repository.isKnown || places.some(({ directory }) => holdsState(directory))) return;
  throw broken.unknownMain(root, repository.common);
}

/** @throws `worktree_broken` where a link in the main checkout leads elsewhere. */
function requireNoLink(root: string, places: readonly Place[], below: string): void {
  for (const { main } of places) {
    if (main === null) continue;
    const folder = join(main, below);
    const real = realOf(folder);
    if (real !== null && real !== folder) throw broken.linked(root, folder, real);
  }
}

function ownPlace(root: string) {
  return { directory: join(root, STATE_DIRECTORY) };
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
  return { name, common: realCommon, main: null };
}

/**
 * The mode of what is initialised in a state directory; null where nothing is. Where `meta.json` is lost,
 * its `.gitignore` says it: what reads the state says what is wrong with the file.
 */
function modeIn(directory: string): RepositoryMode | null {
  try {
    const mode = readRepositoryMeta(join(directory, KEYS.meta))?.mode;
    if (mode !== undefined) return mode;
    return holdsState(directory) ? modeIgnored(directory) : null;
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.kind !== "corrupt") throw error;
    return modeIgnored(directory) ?? "normal";
  }
}

function modeIgnored(directory: string): RepositoryMode | null {
  return modeSaid(readTextWithin(directory, join(directory, KEYS.gitignore), LIMITS.text));
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
