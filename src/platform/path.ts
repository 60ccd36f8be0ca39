/**
 * Two questions about a path, without `node:path`, whose loading is not free.
 * @module
 */
import { statSync } from "node:fs";
import { isAbsent } from "../errors.ts";
import { ioError } from "./io_error.ts";
import { isWindows } from "./runtime.ts";

/**
 * Whether `path` exists. Unlike `existsSync`, which returns false on every error, this returns
 * false only when nothing exists: callers write files because of that answer, so a failing disk
 * must not cause it.
 * @throws {OrchestratorError} When the system cannot determine it.
 */
export function pathExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw ioError("read", path, error);
  }
}

/** The directory part: `/a` of `/a/b`, `/` of `/a`, `.` of `a`. */
export function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), isWindows ? path.lastIndexOf("\\") : -1);
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}
