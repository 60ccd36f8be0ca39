/**
 * Work that must not fail the command it belongs to.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { Warnings } from "../workspace.ts";

/** Whatever a server or a branch does, there is also what is here: it is warned of. */
export async function orWarn(
  workspace: Warnings,
  what: string,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await task();
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    workspace.warn(`${what}: ${error.message}`);
  }
}
