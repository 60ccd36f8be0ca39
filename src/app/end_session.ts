/**
 * Ending a session whose workflow is not finished.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import type { Workspace } from "./workspace.ts";

/** A session to end. */
export interface EndRequest {
  readonly reason: string;
  /** Its id, a prefix of it, or its name; the chosen session when absent. */
  readonly session?: string | undefined;
}

/**
 * Abandons a session as it is.
 * @throws what `sessionToChange` and `decide` refuse, e.g. `too_short` for the reason.
 */
export async function endSession(
  workspace: Workspace,
  { reason, session }: EndRequest,
): Promise<Change> {
  const { manager, actor } = workspace;
  const id = await workspace.sessionToChange(session);
  return await manager.change(
    id,
    "abandon",
    (state) => decide(state, { kind: "abandon", reason }, { actor }),
  );
}
