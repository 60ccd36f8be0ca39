/**
 * Advancing a session to its next phase.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import { keepState } from "./state/keep.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Advances to the next phase, by what the journal says, and keeps the state.
 * @throws what `sessionToChange` and `decide` refuse, e.g. `phase_blocked`.
 */
export async function advancePhase(workspace: Workspace): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  const change = await manager.change(
    session,
    "advance",
    (state) => decide(state, { kind: "advance" }, { actor }),
    { replay: true },
  );
  if (change.events.length > 0) await keepState(workspace, `Advance to ${change.state.phase}`);
  return change;
}
