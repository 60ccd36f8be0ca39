/**
 * What the repository's journal says of a session.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { accountOf, type SessionAccount } from "../session/repository_log/earlier.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Sessions, Warnings } from "./workspace.ts";

/** Reads it; where it cannot be read, that is a warning: it holds nothing up. */
export async function readAccount(
  workspace: Pick<Sessions, "manager"> & Warnings,
  state: SessionState,
): Promise<SessionAccount> {
  try {
    return await accountOf(workspace.manager.backend, state);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    workspace.warn(`The repository's journal could not be read: ${error.message}`);
    return { arrivals: [], earlier: [] };
  }
}
