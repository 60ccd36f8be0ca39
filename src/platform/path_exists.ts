/**
 * Whether a path exists, as opposed to "cannot be determined".
 * @module
 */
import { statSync } from "node:fs";
import { isAbsent } from "../errors.ts";
import { ioError } from "./io_error.ts";

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
