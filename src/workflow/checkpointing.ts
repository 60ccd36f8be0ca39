/**
 * Deciding checkpoints: saving the state of a session and restoring it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Command, TEXT_LIMITS } from "./commands.ts";
import type { Decision } from "./decision.ts";
import type { WorkflowDefinition } from "./definition.ts";
import { requireCurrentPhase } from "./locate.ts";
import { didYouMean } from "./nearest.ts";
import { withdrawnSince } from "./evolve_withdrawal.ts";
import { own } from "./record.ts";
import { isDone, isRevoked } from "./reviews.ts";
import type { ItemStatus, PhaseStatus, SessionState, Snapshot } from "./state.ts";
import { checkOptionalText, checkText, checkTexts, quoted } from "./texts.ts";

/**
 * Decides `checkpoint create`. Ids are compared with the newest checkpoints the state knows; the
 * caller makes them unique.
 */
export function decideCreateCheckpoint(
  state: SessionState,
  command: Extract<Command, { kind: "create_checkpoint" }>,
): Decision {
  const doing = "create the checkpoint";
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const id = checkText(command.checkpoint, {
    doing,
    what: "id",
    max: TEXT_LIMITS.checkpoint,
    oneLine: true,
  });
  if (id.error !== undefined) return id;
  if (state.checkpoints.recent.some((checkpoint) => checkpoint.id === id.value)) {
    return {
      error: new OrchestratorError(
        "already_exists",
        `Cannot create the checkpoint ${
          quoted(id.value)
        }: a checkpoint with that ID already exists`,
        { hint: "Run `orchestrator checkpoint list`" },
      ),
    };
  }
  const message = checkOptionalText(command.message, {
    doing,
    what: "message",
    max: TEXT_LIMITS.checkpointMessage,
  });
  if (message.error !== undefined) return message;
  const decisions = checkTexts(
    command.decisions,
    { doing, what: "decision", max: TEXT_LIMITS.decision },
    TEXT_LIMITS.entries,
  );
  if (decisions.error !== undefined) return decisions;
  const files = checkTexts(
    command.files,
    { doing, what: "file", max: TEXT_LIMITS.file, oneLine: true },
    TEXT_LIMITS.entries,
  );
  if (files.error !== undefined) return files;
  const { status, phase, phases } = state;
  return {
    value: {
      events: [{
        type: "checkpoint_created",
        data: {
          checkpoint: id.value,
          message: message.value ?? null,
          decisions: decisions.value,
          files: files.value,
          snapshot: { status, phase, phases },
        },
      }],
    },
  };
}

/**
 * Decides `checkpoint restore`. The snapshot must come from the journal's `checkpoint_created` event
 * `checkpointSeq`, and fit the session's definition.
 */
export function decideRestoreCheckpoint(
  state: SessionState,
  command: Extract<Command, { kind: "restore_checkpoint" }>,
): Decision {
  const { checkpoint, checkpointSeq, snapshot } = command;
  const doing = `restore the checkpoint ${quoted(checkpoint)}`;
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const { count, recent } = state.checkpoints;
  const known = recent.find((summary) => summary.id === checkpoint);
  const wrong = known === undefined
    ? count === recent.length || checkpointSeq > state.seq
    : known.seq !== checkpointSeq;
  if (wrong) {
    return {
      error: new OrchestratorError(
        "checkpoint_unknown",
        `Cannot ${doing}: this session has no such checkpoint`,
        {
          hint: didYouMean(checkpoint, recent.map((summary) => summary.id)) ??
            "Run `orchestrator checkpoint list`",
        },
      ),
    };
  }
  const misfit = misfitOf(snapshot, state.definition);
  if (misfit !== undefined) {
    return { error: new OrchestratorError("state_corrupt", `Cannot ${doing}: ${misfit}`) };
  }
  const lost = lostSince(state, snapshot, checkpointSeq);
  if (lost !== undefined) {
    return {
      error: new OrchestratorError(
        "item_blocked",
        `Cannot ${doing}: "${lost.item}" of phase "${lost.phase}", which had ended there, ` +
          "was rejected or reopened since",
        { hint: "Go on in the current phase", details: { ...lost } },
      ),
    };
  }
  return {
    value: {
      events: [{ type: "checkpoint_restored", data: { checkpoint, checkpointSeq, snapshot } }],
    },
  };
}

/**
 * A required item of a phase that had ended at the checkpoint, and that does not count any more: to go
 * back there would leave it behind. A revoked approval can be given again there.
 */
function lostSince(
  { definition, phases: now }: SessionState,
  { phases: then }: Snapshot,
  seq: number,
): { readonly phase: string; readonly item: string } | undefined {
  const back = withdrawnSince(now, then, seq);
  for (const phase of definition.phases) {
    const standing = own(back, phase.id);
    if (standing?.status !== "completed") continue;
    for (const { id, required } of phase.items) {
      const item = own(standing.items, id);
      // What the checkpoint itself has is as it was.
      if (!required || item === undefined || item === own(own(then, phase.id)?.items ?? {}, id)) {
        continue;
      }
      if (!isDone(item) && !isRevoked(item)) return { phase: phase.id, item: id };
    }
  }
  return undefined;
}

const PHASE_STATUSES: ReadonlySet<PhaseStatus> = new Set(["pending", "active", "completed"]);

const ITEM_STATUSES: ReadonlySet<ItemStatus> = new Set([
  "pending",
  "completed",
  "skipped",
  "failed",
]);

/**
 * Why a snapshot cannot become the state of a running workflow with this definition; undefined if
 * it can.
 */
function misfitOf(snapshot: Snapshot, definition: WorkflowDefinition): string | undefined {
  if (snapshot.status !== "active") return "the checkpoint was created after the workflow ended";
  if (!definition.phases.some((phase) => phase.id === snapshot.phase)) {
    return "the checkpoint is in a phase that the workflow does not have";
  }
  if (Object.keys(snapshot.phases).length !== definition.phases.length) {
    return "the phases of the checkpoint differ from those of the workflow";
  }
  for (const phase of definition.phases) {
    const standing = own(snapshot.phases, phase.id);
    if (standing === undefined) return `the checkpoint lacks the phase "${phase.id}"`;
    if (!PHASE_STATUSES.has(standing.status)) {
      return `the phase "${phase.id}" in the checkpoint has no known status`;
    }
    if (Object.keys(standing.items).length !== phase.items.length) {
      return `the items of the phase "${phase.id}" in the checkpoint differ from those of the workflow`;
    }
    for (const item of phase.items) {
      const itemStanding = own(standing.items, item.id);
      if (itemStanding === undefined) return `the checkpoint lacks the item "${item.id}"`;
      if (!ITEM_STATUSES.has(itemStanding.status)) {
        return `the item "${item.id}" in the checkpoint has no known status`;
      }
    }
  }
  return undefined;
}
