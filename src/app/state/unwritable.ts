/**
 * A git directory that cannot be written, as in the sandboxes of some agents.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";

/** What git says of an object store, or of refs, that it may not write. */
const SIGNS =
  /insufficient permission|read-only file system|unable to create temporary|permission denied|operation not permitted/i;

/** Whether an error means that nothing can be committed here. */
export function isUnwritable(error: unknown): error is OrchestratorError {
  if (!(error instanceof OrchestratorError)) return false;
  return error.code === "read_only" || (error.code === "git_failed" && SIGNS.test(error.message));
}
