/**
 * Finishing the workflow of a session.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import { proofPaths } from "../workflow/proof_paths.ts";
import { checkWaiver } from "../workflow/waiving.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Finishes the workflow, once each line of the journal has been decided again.
 * @throws what `sessionToChange` and `decide` refuse; `journal_corrupt`
 */
export async function finishWorkflow(
  workspace: Workspace,
  { notes, waive }: {
    readonly notes: string | undefined;
    /** Items whose stale proofs are accepted, and why. */
    readonly waive?: { readonly items: readonly string[]; readonly reason: string } | undefined;
  },
): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  const { state } = await manager.loadToPlan(session);
  // What is wrong in itself changes nothing, not even what is kept of a comparison.
  const refused = waive === undefined ? undefined : checkWaiver(state, waive, { actor }).error;
  if (refused !== undefined) throw refused;
  const { workNow } = await import("./work.ts");
  const work = await workNow(workspace, { state, named: proofPaths(state.definition) });
  const { proofsToRecord } = await import("./proofs_seen.ts");
  const { found, foreign } = await proofsToRecord(workspace, state, { tree: work.work.tree });
  const { sayingWhere } = await import("./work_place.ts");
  return await sayingWhere(foreign, () =>
    manager.change(
      session,
      "finish",
      (newest) =>
        decide(newest, {
          kind: "finish",
          ...(notes === undefined ? {} : { notes }),
          ...(waive === undefined ? {} : { waive }),
          ...work,
          ...found,
        }, { actor }),
      { replay: true, audit: "finish the workflow" },
    ));
}
