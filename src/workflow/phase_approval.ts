/**
 * Deciding the approval of a phase by a person (`approve --phase`).
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isApproved, needsApproval } from "./blockers.ts";
import { type Command, type DecideContext, TEXT_LIMITS } from "./commands.ts";
import type { Decision } from "./decision.ts";
import {
  inSpiteOf,
  isBetterNow,
  proofsBehind,
  proofsHere,
  refusalOfOpen,
  refusalOfStale,
  seenBy,
} from "./early_approval.ts";
import { recordedProofs } from "./freshness.ts";
import { type LocatedPhase, phaseState, requireCurrentPhase } from "./locate.ts";
import { didYouMean } from "./nearest.ts";
import { asHint, nextStep } from "./next_step.ts";
import { recordedApproval } from "./recorded_approval.ts";
import type { SessionState } from "./state.ts";
import { checkOptionalText, quoted } from "./texts.ts";
import { recordedWork } from "./work_marks.ts";

/**
 * Why a phase cannot be approved; undefined when it can.
 * @param here the current phase. An earlier one can be approved again where its approval was revoked.
 */
function objectionTo(
  state: SessionState,
  id: string,
  here: LocatedPhase,
): OrchestratorError | undefined {
  const doing = `approve the phase ${quoted(id)}`;
  const { phases } = state.definition;
  const phase = phases.find((candidate) => candidate.id === id);
  if (phase === undefined) {
    const ids = phases.map((candidate) => candidate.id);
    return new OrchestratorError(
      "phase_unknown",
      `Cannot ${doing}: the workflow has no such phase`,
      {
        hint: didYouMean(id, ids) ?? `The phases are ${ids.join(", ")}`,
      },
    );
  }
  if (phases.indexOf(phase) < here.index && phaseState(state, id).withdrawn !== undefined) {
    return undefined;
  }
  if (id !== here.definition.id) {
    return new OrchestratorError(
      "phase_blocked",
      `Cannot ${doing}: the current phase is "${here.definition.id}"`,
      {
        hint: "Only the current phase can be approved",
        details: { phase: id, currentPhase: here.definition.id },
      },
    );
  }
  if (!needsApproval(phase)) {
    return new OrchestratorError(
      "phase_blocked",
      `Cannot ${doing}: the phase needs no approval`,
      {
        hint: asHint(nextStep(state)),
      },
    );
  }
  return undefined;
}

/** Decides `approve --phase`. */
export function decideApprovePhase(
  state: SessionState,
  command: Extract<Command, { kind: "approve_phase" }>,
  context: DecideContext,
): Decision {
  const { phase: id } = command;
  const doing = `approve the phase ${quoted(id)}`;
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const objection = objectionTo(state, id, current.value);
  if (objection !== undefined) return { error: objection };
  const seen = seenBy(command);
  const standing = phaseState(state, id);
  if (isApproved(standing) && !isBetterNow(state, standing.approval, seen)) {
    return { value: { events: [], already: `Phase "${id}" is already approved` } };
  }
  const approval = recordedApproval(state, command.approval, context, doing);
  if (approval.error !== undefined) return approval;
  const phase = state.definition.phases.find((one) => one.id === id) ?? current.value.definition;
  const early = context.asBefore === true ? undefined : refusalOfOpen(state, { phase }, doing) ??
    refusalOfStale(state, { phase }, { ...seen, doing });
  if (early !== undefined) return { error: early };
  const notes = checkOptionalText(command.notes, { doing, what: "notes", max: TEXT_LIMITS.notes });
  if (notes.error !== undefined) return notes;
  return {
    value: {
      events: [{
        type: "phase_approved",
        data: {
          phase: id,
          ...(notes.value === undefined ? {} : { notes: notes.value }),
          approval: {
            ...approval.value,
            // Lines of earlier programs do not say it.
            ...(context.asBefore === true ? {} : inSpiteOf(state, { phase }, seen)),
          },
          ...recordedWork(state, command.work),
          ...recordedProofs(state, proofsHere(state, seen, { phase }), proofsBehind(state, phase)),
        },
      }],
    },
  };
}
