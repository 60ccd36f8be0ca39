/**
 * Git's own files, read so that an error is never taken for an answer: what cannot be read must not make
 * a linked worktree seem to be none.
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { pointerTarget } from "../platform/git_pointer.ts";
import { ioError } from "../platform/io_error.ts";
import { readTextWithin } from "../platform/within.ts";

/** Git's own files and a person's configuration are small. */
const MOST_BYTES = 1024 * 1024;

/**
 * A text; null only where there is none.
 * @throws I/O errors
 */
export function readStrictly(path: string): string | null {
  try {
    return readTextWithin(null, path, MOST_BYTES);
  } catch (error) {
    // Part of the path is a file.
    if (error instanceof OrchestratorError && error.code === "file_unknown") return null;
    throw error;
  }
}

/**
 * Whether there is anything at a path.
 * @throws I/O errors
 */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw ioError("read", path, error);
  }
}

/**
 * The real path; null where there is nothing.
 * @throws I/O errors
 */
export function realOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw ioError("read", path, error);
  }
}

/**
 * The directory that a `.git` file names (gitrepository-layout(5), "gitfile").
 * @returns null where it names none.
 * @throws I/O errors
 */
export function adminDirectory(gitFile: string): string | null {
  const target = pointerTarget(readStrictly(gitFile) ?? "");
  if (target === undefined) return null;
  return isAbsolute(target) ? target : resolve(dirname(gitFile), target);
}

/** Whether a directory is a repository's, as git tells it: by what is in it. */
export function isRepository(directory: string): boolean {
  return ["HEAD", "objects", "refs"].every((name) => isThere(join(directory, name)));
}
