/**
 * A session's standing, for programs.
 * @module
 */
import type { Progress } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { stepData } from "./next_step.ts";

/** The payload of `status --json` (and of `start --json`). */
export function statusData(
  state: SessionState,
  progress: Progress,
  more: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return {
    session: state.session,
    name: state.name,
    task: state.task,
    project: state.project,
    workflow: state.definition.name,
    status: state.status,
    active: state.status === "active",
    phase: state.phase,
    progress: { done: progress.done, total: progress.total },
    phases: progress.phases,
    items: progress.items,
    blockers: progress.blockers,
    skips: progress.skips,
    bypasses: progress.bypasses,
    constraints: state.constraints,
    notes: state.notes,
    checkpoints: state.checkpoints,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    ...(state.endNotes === undefined ? {} : { endNotes: state.endNotes }),
    ...(state.abandonReason === undefined ? {} : { abandonReason: state.abandonReason }),
    ...(state.imported === undefined ? {} : { imported: state.imported }),
    lineage: state.lineage,
    seq: state.seq,
    ...more,
    next: stepData(progress.next),
  };
}
