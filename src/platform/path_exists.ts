/**
 * Whether something is there, told apart from not being able to tell.
 * @module
 */
import { statSync } from "node:fs";
import { isAbsent } from "../errors.ts";
import { ioError } from "./io_error.ts";

/**
 * Whether `path` leads to something. Unlike `existsSync`, which answers no to whatever goes wrong,
 * this answers no only when nothing is there: where a no decides what is written, a failing disk must
 * not say it.
 * @throws {OrchestratorError} When the system cannot tell.
 */
export function pathExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw ioError("read", path, error);
  }
}
