/**
 * Advancing a session to its next phase.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Advances to the next phase, by what the journal says.
 * @throws what `sessionToChange` and `decide` refuse, e.g. `phase_blocked`.
 */
export async function advancePhase(workspace: Workspace): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  const { state } = await manager.loadToPlan(session, { replay: true });
  const { proofsToRecord } = await import("./proofs_seen.ts");
  const { found, foreign } = await proofsToRecord(workspace, state, { phase: state.phase ?? "" });
  const { sayingWhere } = await import("./work_place.ts");
  return await sayingWhere(foreign, () =>
    manager.change(
      session,
      "advance",
      (newest) => decide(newest, { kind: "advance", ...found }, { actor }),
      { replay: true },
    ));
}
