/**
 * Sessions that lie in a linked worktree itself although the state is the main checkout's: from before
 * the state was shared, or from a time with `state_home: worktree`.
 * @module
 */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isAbsent, OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { FOLDERS, KEYS, SESSION_ID, STATE_DIRECTORY } from "../state_layout/names.ts";
import { gitDirectory, readSmall } from "./git_remote.ts";
import { readRepositoryMeta, type RepositoryMeta } from "./identity.ts";
import type { OrchestratorPaths } from "./paths.ts";

/**
 * Ids of the sessions of this checkout that do not count; none where the state is its own.
 * @throws I/O errors
 */
export function ownSessions({ root, stateHome }: OrchestratorPaths): readonly string[] {
  return stateHome?.shared === undefined ? [] : sessionsBelow(root, stateHome.directory);
}

/**
 * Those of them that the shared state does not hold as far as they go: with the worktree they would be lost.
 * @throws I/O errors
 */
export function sessionsOnlyHere(paths: OrchestratorPaths): readonly string[] {
  const own = join(paths.root, STATE_DIRECTORY);
  return ownSessions(paths).filter((id) => !isHeld(own, paths.stateHome?.directory, id));
}

/** A linked worktree in portable mode. */
export interface PortableWorktree {
  readonly root: string;
  readonly meta: RepositoryMeta;
}

/**
 * The linked worktrees of a repository that are in portable mode, committed or not; what cannot be read is
 * left out.
 * @throws I/O errors
 */
export function portableWorktrees(
  { root }: Pick<OrchestratorPaths, "root">,
): readonly PortableWorktree[] {
  return linkedWorktrees(root).flatMap((worktree) => {
    try {
      const meta = readRepositoryMeta(join(worktree, STATE_DIRECTORY, KEYS.meta));
      return meta?.mode === "portable" ? [{ root: worktree, meta }] : [];
    } catch (error) {
      if (error instanceof OrchestratorError) return [];
      throw error;
    }
  });
}

/** A linked worktree with sessions of its own. */
export interface WorktreeWithSessions {
  readonly root: string;
  readonly sessions: readonly string[];
}

/**
 * The linked worktrees of a repository that have sessions of their own, by git's list of them. What its
 * state holds as well is left out.
 * @throws I/O errors
 */
export function worktreesWithSessions(
  { root, stateDirectory }: OrchestratorPaths,
): readonly WorktreeWithSessions[] {
  return linkedWorktrees(root).flatMap((worktree) => {
    const own = join(worktree, STATE_DIRECTORY);
    const sessions = sessionsBelow(worktree, stateDirectory)
      .filter((id) => !isHeld(own, stateDirectory, id));
    return sessions.length === 0 ? [] : [{ root: worktree, sessions }];
  });
}

/** Where git's list says that the linked worktrees are. */
function linkedWorktrees(root: string): readonly string[] {
  const common = gitDirectory(root);
  if (common === null) return [];
  return namesIn(join(common, "worktrees")).sort().flatMap((name) => {
    const admin = join(common, "worktrees", name);
    const file = readSmall(join(admin, "gitdir"))?.trim();
    return file === undefined || file === "" ? [] : [dirname(resolve(admin, file))];
  });
}

/** None where the folder is a link to the shared state, which people made themselves. */
function sessionsBelow(root: string, shared: string): readonly string[] {
  const own = join(root, STATE_DIRECTORY);
  const ids = namesIn(join(own, FOLDERS.sessions)).filter((name) => SESSION_ID.test(name));
  return ids.length === 0 || realOf(own) === realOf(shared) ? [] : ids.sort();
}

/** Whether the journal of a session in `shared` begins with all of that in `own`. */
function isHeld(own: string, shared: string | undefined, id: string): boolean {
  if (shared === undefined) return false;
  const [here, there] = [own, shared].map((state) => join(state, KEYS.sessionJournal(id)));
  try {
    if (here === undefined || there === undefined) return false;
    const { size } = statSync(here);
    if (size > statSync(there).size) return false;
    return readFileSync(here).equals(readFileSync(there).subarray(0, size));
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError("read", folder, error);
  }
}

function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isAbsent(error)) return path;
    throw ioError("read", path, error);
  }
}
