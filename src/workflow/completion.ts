/**
 * Deciding what completes an item: its verification (`complete`) or a person (`approve`).
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { recordedApproval, ZERO_HUMAN_REASON } from "./approval_rules.ts";
import type { Command, DecideContext } from "./commands.ts";
import type { Decision } from "./decision.ts";
import type { VerificationOutcome } from "./events.ts";
import { type LocatedItem, requireItem } from "./locate.ts";
import { asHint, itemStep } from "./next_step.ts";
import type { SessionState } from "./state.ts";
import type { Checked } from "./texts.ts";
import {
  type Accompaniment,
  assessCompletion,
  checkAccompaniment,
  refusalOfSkipped,
  type RunnableVerification,
} from "./verification_plan.ts";

/**
 * Decides `complete`.
 *
 * A failed verification is no refusal: it is the event `item_failed`, which the caller reports.
 * A `basis` that no longer holds is a refusal before everything else, because the outcome then
 * belongs to a past that is gone.
 */
export function decideComplete(
  state: SessionState,
  command: Extract<Command, { kind: "complete" }>,
): Decision {
  const { item: id } = command;
  if (command.basis !== undefined && !stillAt(state, id, command.basis)) {
    return { refusal: movedError(id, "it changed while its verification ran") };
  }
  const assessed = assessCompletion(state, id);
  if ("refusal" in assessed) return assessed;
  if ("already" in assessed) return { events: [], already: assessed.already };
  const { located, verification } = assessed;
  const automatic = located.definition.verification.type === "manual_gate";
  const given = checkAccompaniment(located.definition, command, "complete", !automatic);
  if ("refusal" in given) return given;
  if (automatic) return automaticSkip(located, given.value);

  const outcome = checkOutcome(id, command.outcome, verification);
  if ("refusal" in outcome) return outcome;
  const where = { phase: located.phase.definition.id, item: id };
  if (!outcome.value.passed) {
    return { events: [{ type: "item_failed", data: { ...where, verification: outcome.value } }] };
  }
  return {
    events: [{
      type: "item_completed",
      data: { ...where, ...given.value, verification: outcome.value },
    }],
  };
}

/** Decides `approve` of an item. */
export function decideApproveItem(
  state: SessionState,
  command: Extract<Command, { kind: "approve_item" }>,
  context: DecideContext,
): Decision {
  const { item: id } = command;
  const doing = `approve "${id}"`;
  const found = requireItem(state, id, "approve");
  if ("refusal" in found) return found;
  const { definition, phase, state: item } = found.value;
  if (definition.verification.type !== "manual_gate") {
    return {
      refusal: new OrchestratorError("item_blocked", `Cannot ${doing}: it needs no approval`, {
        hint: asHint(itemStep(state, phase, definition)),
      }),
    };
  }
  if (item.status === "completed") return { events: [], already: `"${id}" is already approved` };
  if (item.status === "skipped") return { refusal: refusalOfSkipped(doing) };
  const approval = recordedApproval(state, command.approval, context, doing);
  if ("refusal" in approval) return approval;
  const given = checkAccompaniment(definition, command, "approve", true);
  if ("refusal" in given) return given;
  return {
    events: [{
      type: "item_approved",
      data: { phase: phase.definition.id, item: id, ...given.value, approval: approval.value },
    }],
  };
}

/**
 * True when an item is where it was when its verification began. An item nobody knows is left to
 * the better message of `assessCompletion`.
 */
function stillAt(state: SessionState, id: string, basis: number): boolean {
  const known = state.definition.phases.some((phase) => phase.items.some((item) => item.id === id));
  if (!known) return true;
  const found = requireItem(state, id, "complete");
  return "value" in found && found.value.state.touched === basis;
}

function automaticSkip(located: LocatedItem, given: Accompaniment): Decision {
  return {
    events: [{
      type: "item_skipped",
      data: {
        phase: located.phase.definition.id,
        item: located.definition.id,
        reason: ZERO_HUMAN_REASON,
        automatic: "zero_human",
        ...given,
      },
    }],
  };
}

/**
 * The outcome as it is recorded. It must be that of the verification planned; whether it passed is
 * judged by the exit code as well, never by the caller's word alone.
 */
function checkOutcome(
  id: string,
  outcome: VerificationOutcome | undefined,
  planned: RunnableVerification,
): Checked<VerificationOutcome> {
  if (planned.type === "none") {
    if (outcome === undefined || outcome.type === "none") {
      return { value: { type: "none", passed: true } };
    }
    return { refusal: otherVerification(id) };
  }
  if (outcome === undefined) {
    return {
      refusal: new OrchestratorError(
        "bug",
        `Cannot complete "${id}": its verification has not run`,
      ),
    };
  }
  if (planned.type === "file_exists") {
    if (outcome.type !== "file_exists" || outcome.path !== planned.path) {
      return { refusal: otherVerification(id) };
    }
    const { type, passed, path, reason } = outcome;
    return { value: { type, passed, path, ...(reason === undefined ? {} : { reason }) } };
  }
  if (
    outcome.type !== "command" || outcome.command !== planned.command ||
    outcome.expectedExitCode !== planned.expect_exit_code
  ) {
    return { refusal: otherVerification(id) };
  }
  const { type, command, expectedExitCode, exitCode, durationMs, outputTail } = outcome;
  const { signal, timedOut, reason } = outcome;
  const passed = outcome.passed && exitCode === planned.expect_exit_code && timedOut !== true;
  return {
    value: {
      type,
      passed,
      command,
      expectedExitCode,
      exitCode,
      ...(signal === undefined ? {} : { signal }),
      ...(timedOut === undefined ? {} : { timedOut }),
      durationMs: Number.isFinite(durationMs) ? durationMs : 0,
      outputTail,
      ...(reason === undefined ? {} : { reason }),
    },
  };
}

function otherVerification(id: string): OrchestratorError {
  return movedError(id, "what was verified is not what its definition asks for");
}

function movedError(id: string, because: string): OrchestratorError {
  return new OrchestratorError("state_moved", `Cannot complete "${id}": ${because}`, {
    hint: "Run `orchestrator status` to see where it is now",
    details: { item: id },
  });
}
