/**
 * Work that must not fail the command it belongs to.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { machineFailure } from "../../platform/io_error.ts";
import type { Warnings } from "../workspace.ts";

/**
 * Whatever a server, a branch or a disk does, there is also what is here: it is warned of. A bug is
 * thrown.
 */
export async function orWarn(
  workspace: Warnings,
  what: string,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    const known = error instanceof OrchestratorError ? error : machineFailure(error);
    if (known === null) throw error;
    workspace.warn(`${what}: ${known.message}`);
  }
}
