/**
 * A session's standing, for programs.
 * @module
 */
import type { departed } from "../../answers/parts.ts";
import type { bypass, givenApproval, standing } from "../../answers/standing.ts";
import type { DataOf } from "../../answers/table.ts";
import type { Actor } from "../../workflow/events.ts";
import type { GivenApproval } from "../../workflow/given_approvals.ts";
import type {
  BypassNotice,
  ItemProgress,
  PhaseProgress,
  Progress,
} from "../../workflow/progress.ts";
import type {
  CheckpointSummary,
  Claim,
  EarlierSession,
  SessionState,
} from "../../workflow/state.ts";
import { stepData } from "./next_step.ts";

/** The payload of `status --json` (and of `start --json`). */
export function statusData<More extends object>(
  state: SessionState,
  progress: Progress,
  more: More,
): DataOf<typeof standing> & More {
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
    phases: progress.phases.map(phaseData),
    items: progress.items.map(itemData),
    blockers: progress.blockers,
    approvals: progress.approvals.map(approvalData),
    ...(progress.revoked === undefined ? {} : { revoked: progress.revoked }),
    skips: progress.skips,
    bypasses: progress.bypasses.map(bypassData),
    ...(progress.remarks === undefined ? {} : { remarks: progress.remarks }),
    ...(state.definitionOrigin === undefined ? {} : { definitionOrigin: state.definitionOrigin }),
    constraints: state.constraints,
    notes: { ...state.notes, recent: state.notes.recent.map(byActor) },
    checkpoints: {
      ...state.checkpoints,
      recent: state.checkpoints.recent.map(checkpointData),
    },
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

/** A record with `actor` in place of `by`, the name that it has on disk. */
export function byActor<Rest extends object>(
  { by, ...rest }: Rest & { readonly by: Actor },
): Omit<Rest, "by"> & { readonly actor: Actor } {
  return { ...rest, actor: by };
}

/** A session that went, for programs. */
export function departedData(
  { done, total, what, session, name, task, status, seq, hash, time, by, why }: EarlierSession,
): DataOf<typeof departed> {
  const progress = { done, total };
  return { what, session, name, task, status, seq, hash, progress, time, actor: by, why };
}

/** A bypass: who is behind it is its `actor`. */
export function bypassData(notice: BypassNotice): DataOf<typeof bypass> {
  if (notice.kind === "journal_accepted") return byActor(notice);
  if (notice.kind === "approval_revoked") return byActor(notice);
  if (notice.kind === "earlier_session") return { ...departedData(notice), kind: notice.kind };
  return "by" in notice ? byActor(notice) : notice;
}

/** An approval: who gave it is its `actor`. */
export function approvalData({ by, ...given }: GivenApproval): DataOf<typeof givenApproval> {
  return by === undefined ? given : byActor({ ...given, by });
}

function phaseData({ done, total, ...phase }: PhaseProgress) {
  return { ...phase, progress: { done, total } };
}

function itemData({ next, claim, ...item }: ItemProgress) {
  return {
    ...item,
    ...(claim === undefined ? {} : { claim: claimData(claim) }),
    ...(next === undefined ? {} : { next: stepData(next) }),
  };
}

function claimData({ bound: _, ...claim }: Claim) {
  return byActor(claim);
}

function checkpointData({ id, time, ...checkpoint }: CheckpointSummary) {
  return { checkpoint: id, createdAt: time, ...checkpoint };
}
