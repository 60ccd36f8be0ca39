/**
 * Work that a command wrote down to be finished by the next one, if it dies: an intent log. It is only
 * ever this machine's own, and git never tracks it; one that a clone brings is not obeyed.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isTracked } from "../platform/own_link.ts";
import type { OrchestratorPaths } from "./paths.ts";

/**
 * Refuses an intent log that git tracks. Where git does not answer, the paths in it are all that is
 * checked.
 * @param path absolute path of the file, or of the folder that holds it.
 * @throws `state_corrupt`
 */
export function requireOwnWork(paths: OrchestratorPaths, path: string): void {
  if (isTracked(path) !== true) return;
  throw new OrchestratorError(
    "state_corrupt",
    `Cannot finish the operation in "${
      paths.relative(path)
    }": git tracks the file, so this machine did not create it`,
    {
      hint: "Remove it from git: it was committed by mistake, or to make commands change files",
      details: { path },
    },
  );
}

/** Whether `path` names something below a directory: relative, with `/`, without `.` and `..`. */
export function isSafePath(path: unknown): path is string {
  return typeof path === "string" && !/[\\\0]/.test(path) && !/^[A-Za-z]:/.test(path) &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
