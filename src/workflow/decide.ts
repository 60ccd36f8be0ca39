/**
 * `decide()`: turns a command into events, or into a refusal.
 *
 * Pure and total: no clock, no randomness, no files, and a result for every command on every state.
 * The rules for items are in `completion.ts`, `item_approval.ts` and `skip_rules.ts`, those for checkpoints in
 * `checkpointing.ts`, and the blockers in `blockers.ts`.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { advanceBlockers, type Blocker, finishBlockers, summarise } from "./blockers.ts";
import { decideCreateCheckpoint, decideRestoreCheckpoint } from "./checkpointing.ts";
import { decideClaim, decideRelease } from "./claiming.ts";
import { type Command, type DecideContext, TEXT_LIMITS } from "./commands.ts";
import { decideComplete } from "./completion.ts";
import type { Decision } from "./decision.ts";
import { decideEndHandoff, decideStartHandoff } from "./handoffs.ts";
import { decideReview } from "./reviewing.ts";
import { refusalIfEnded, requireCurrentPhase } from "./locate.ts";
import { decideApproveItem } from "./item_approval.ts";
import { recordedProofs, staleBlockers } from "./freshness.ts";
import { asHint, nextStep } from "./next_step.ts";
import { decideApprovePhase } from "./phase_approval.ts";
import { decideRecheck } from "./recheck.ts";
import { decideSkip } from "./skip_rules.ts";
import { comparableHint, stepWithStale } from "./stale_step.ts";
import type { SessionState } from "./state.ts";
import { checkOptionalText, checkText } from "./texts.ts";
import { decideWaiver } from "./waiving.ts";
import { recordedWork } from "./work_marks.ts";
import { decideReject, decideReopen, decideRevoke } from "./withdrawing.ts";

export type { Decision } from "./decision.ts";

/**
 * Decides a command.
 * @param state The current state of the session. Never changed.
 * @param context Who asks.
 * @returns The events to append (none when `already` is set), or the refusal: one {@link
 *   OrchestratorError}, returned and never thrown.
 */
export function decide(state: SessionState, command: Command, context: DecideContext): Decision {
  switch (command.kind) {
    case "complete":
      return decideComplete(state, command, context);
    case "recheck":
      return decideRecheck(state, command);
    case "skip":
      return decideSkip(state, command, context);
    case "approve_item":
      return decideApproveItem(state, command, context);
    case "approve_phase":
      return decideApprovePhase(state, command, context);
    case "reject":
      return decideReject(state, command, context);
    case "reopen":
      return decideReopen(state, command);
    case "claim":
      return decideClaim(state, command, context);
    case "release":
      return decideRelease(state, command, context);
    case "start_handoff":
      return decideStartHandoff(state, command);
    case "end_handoff":
      return decideEndHandoff(state, command);
    case "revoke":
      return decideRevoke(state, command);
    case "advance":
      return decideAdvance(state, command);
    case "finish":
      return decideFinish(state, command, context);
    case "abandon":
      return decideAbandon(state, command, context);
    case "note":
      return decideNote(state, command, context);
    case "review":
      return decideReview(state, command, context);
    case "create_checkpoint":
      return decideCreateCheckpoint(state, command);
    case "restore_checkpoint":
      return decideRestoreCheckpoint(state, command);
    case "rename":
      return decideRename(state, command);
    default:
      return unknownCommand(command);
  }
}

function decideAdvance(
  state: SessionState,
  { proofs }: Extract<Command, { kind: "advance" }>,
): Decision {
  const current = requireCurrentPhase(state, "advance");
  if (current.error !== undefined) return current;
  const phase = current.value;
  const from = phase.definition.id;
  const next = state.definition.phases[phase.index + 1];
  if (next === undefined) {
    return {
      error: new OrchestratorError(
        "phase_blocked",
        `Cannot advance: "${from}" is the last phase`,
        { hint: asHint(nextStep(state)), details: { phase: from, last: true } },
      ),
    };
  }
  const blockers = [
    ...advanceBlockers(state, phase),
    ...staleBlockers(state, proofs, from),
  ];
  if (blockers.length > 0) {
    return { error: blockedError(state, `advance from "${from}"`, blockers) };
  }
  const data = { from, to: next.id, ...recordedProofs(state, proofs, from) };
  return { value: { events: [{ type: "phase_advanced", data }] } };
}

function decideFinish(
  state: SessionState,
  command: Extract<Command, { kind: "finish" }>,
  context: DecideContext,
): Decision {
  const doing = "finish the workflow";
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const notes = checkOptionalText(command.notes, { doing, what: "notes", max: TEXT_LIMITS.notes });
  if (notes.error !== undefined) return notes;
  const { proofs } = command;
  const all = [...finishBlockers(state, current.value), ...staleBlockers(state, proofs)];
  const waiver = decideWaiver(state, command, all, context);
  if (waiver.error !== undefined) return waiver;
  const { left, recorded } = waiver.value;
  if (left.length > 0) return { error: blockedError(state, doing, left) };
  return {
    value: {
      events: [{
        type: "workflow_completed",
        data: {
          ...(notes.value === undefined ? {} : { notes: notes.value }),
          ...recordedWork(state, command.work),
          ...recordedProofs(state, proofs),
          ...recorded,
        },
      }],
    },
  };
}

function blockedError(
  state: SessionState,
  doing: string,
  blockers: readonly Blocker[],
): OrchestratorError {
  const onlyApproval = blockers.every((blocker) => blocker.kind === "approval_missing");
  const step = stepWithStale(state, blockers);
  const isAgain = step.argv[0] === "recheck" || step.argv[0] === "approve" &&
      blockers.every(({ kind }) => kind === "proof_stale" || kind === "proof_unknown");
  const isBlind = isAgain && blockers.some(({ kind }) => kind === "proof_unknown");
  return new OrchestratorError(
    onlyApproval ? "approval_needed" : "phase_blocked",
    `Cannot ${doing}: ${summarise(blockers)}`,
    {
      hint: isBlind ? comparableHint(state, blockers, step) : asHint(step),
      details: { blockers },
    },
  );
}

function decideAbandon(
  state: SessionState,
  command: Extract<Command, { kind: "abandon" }>,
  { asBefore }: DecideContext,
): Decision {
  const doing = "abandon the workflow";
  const ended = refusalIfEnded(state, doing);
  if (ended !== undefined) return { error: ended };
  const reason = checkText(command.reason, {
    doing,
    what: "reason",
    max: TEXT_LIMITS.reason,
    min: TEXT_LIMITS.abandonReason,
    asBefore,
  });
  if (reason.error !== undefined) return reason;
  return { value: { events: [{ type: "workflow_abandoned", data: { reason: reason.value } }] } };
}

function decideNote(
  state: SessionState,
  command: Extract<Command, { kind: "note" }>,
  { asBefore }: DecideContext,
): Decision {
  const doing = "add a note";
  const ended = refusalIfEnded(state, doing);
  if (ended !== undefined) return { error: ended };
  const text = checkText(command.text, { doing, what: "note", max: TEXT_LIMITS.note, asBefore });
  if (text.error !== undefined) return text;
  return {
    value: { events: [{ type: "note_added", data: { text: text.value, phase: state.phase } }] },
  };
}

/** A session's name is a label, not part of its workflow: it changes even after the end. */
function decideRename(
  state: SessionState,
  command: Extract<Command, { kind: "rename" }>,
): Decision {
  let { name } = command;
  if (name !== null) {
    const checked = checkText(name, {
      doing: "rename the session",
      what: "name",
      max: TEXT_LIMITS.name,
      oneLine: true,
    });
    if (checked.error !== undefined) return checked;
    name = checked.value;
  }
  if (name === state.name) {
    const already = name === null
      ? "The session already has no name"
      : `The session is already named "${name}"`;
    return { value: { events: [], already } };
  }
  return { value: { events: [{ type: "session_renamed", data: { name } }] } };
}

function unknownCommand(command: never): Decision {
  const { kind } = command as { readonly kind?: unknown };
  return {
    error: new OrchestratorError("bug", `Cannot decide "${String(kind)}": it is not a command`),
  };
}
