/**
 * A git directory that cannot be written, as in the sandboxes of some agents.
 * @module
 */
import { resolve } from "node:path";
import { OrchestratorError } from "../../errors.ts";
import { partBelow } from "../../platform/path.ts";
import type { OrchestratorPaths } from "../../project/paths.ts";

/** What git says of an object store, or of refs, that it may not write. */
const SIGNS =
  /insufficient permission|read-only file system|unable to create temporary|permission denied|operation not permitted/i;

/**
 * Whether an error means that nothing can be committed here. A state that cannot be written is another
 * matter: there is nothing to hand over then.
 * @param gitDirectory the one that worktrees share; the state may be in it.
 */
export function isUnwritable(
  error: unknown,
  { root, stateDirectory }: Pick<OrchestratorPaths, "root" | "stateDirectory">,
  gitDirectory: string,
): error is OrchestratorError {
  if (!(error instanceof OrchestratorError)) return false;
  if (error.code === "git_failed") return SIGNS.test(error.message);
  const path = error.details?.["path"];
  if (error.code !== "read_only" || typeof path !== "string") return false;
  const file = resolve(root, path);
  return partBelow(resolve(root, gitDirectory), file) !== null &&
    partBelow(resolve(root, stateDirectory), file) === null;
}
