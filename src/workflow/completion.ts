/**
 * Deciding whether an item's verification completes it (`complete`).
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { fileVerdict } from "./file_proof.ts";
import { ZERO_HUMAN_REASON } from "./approval_rules.ts";
import { refusalOfClaim } from "./claims.ts";
import { shellFits } from "./command_setup.ts";
import type { Command, DecideContext } from "./commands.ts";
import type { Decision } from "./decision.ts";
import type { VerificationOutcome } from "./events.ts";
import { type LocatedItem, namedItem, requireItem } from "./locate.ts";
import { programRemark } from "./program_remark.ts";
import type { ShellRecord } from "./recorded.ts";
import type { SessionState } from "./state.ts";
import { recordedWork } from "./work_marks.ts";
import {
  type Accompaniment,
  assessCompletion,
  checkAccompaniment,
  type RunnableVerification,
} from "./verification_plan.ts";

/**
 * Decides `complete`.
 *
 * A failed verification is not a refusal: it is the event `item_failed`, which the caller reports.
 * An outdated `basis` is refused before everything else, because the outcome belongs to an earlier
 * state.
 */
export function decideComplete(
  state: SessionState,
  command: Extract<Command, { kind: "complete" }>,
  context: DecideContext,
): Decision {
  const { asBefore } = context;
  const id = command.item;
  if (command.basis !== undefined && !stillAt(state, id, command.basis)) {
    const ran = command.outcome !== undefined && command.outcome.type !== "none";
    const when = ran ? "while its verification ran" : "while it was completed";
    return { error: movedError(id, `the item changed ${when}`) };
  }
  const assessed = assessCompletion(state, id);
  if (assessed.error !== undefined) return assessed;
  if ("already" in assessed.value) return { value: { events: [], ...assessed.value } };
  const { located, verification } = assessed.value;
  const claimed = refusalOfClaim(located, context, `complete "${id}"`);
  if (claimed !== undefined) return { error: claimed };
  const automatic = located.definition.verification.type === "manual_gate";
  const given = checkAccompaniment(located.definition, command, {
    verb: "complete",
    demanded: !automatic,
    format: state.definition.format,
    asBefore,
  });
  if (given.error !== undefined) return given;
  if (automatic) return automaticSkip(located, given.value);

  const { verification: before } = located.state;
  const planned = { id, planned: verification, before };
  const outcome = checkOutcome(state, planned, command.outcome);
  if (outcome.error !== undefined) return outcome;
  const data = {
    phase: located.phase.definition.id,
    item: located.definition.id,
    ...given.value,
    verification: outcome.value,
    basis: command.basis ?? located.state.touched,
    ...recordedWork(state, command.work),
  };
  const type = outcome.value.passed ? "item_completed" : "item_failed";
  return { value: { events: [{ type, data }] } };
}

/**
 * True when an item has not changed since its verification began. For an unknown item the result is
 * true, because `assessCompletion` has the better message.
 */
function stillAt(state: SessionState, id: string, basis: number): boolean {
  const { item } = namedItem(state, id);
  const known = state.definition.phases.some(({ items }) => items.some((one) => one.id === item));
  if (!known) return true;
  const found = requireItem(state, id, "complete");
  return found.value?.state.touched === basis;
}

function automaticSkip(
  located: LocatedItem,
  { evidenceFiles: _, ...given }: Accompaniment,
): Decision {
  return {
    value: {
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
    },
  };
}

/**
 * The outcome as it is recorded. It must belong to the planned verification; whether it passed is
 * derived from the exit code too, never from the caller's claim alone.
 */
export function checkOutcome(
  state: SessionState,
  { id, planned, before }: {
    readonly id: string;
    readonly planned: RunnableVerification;
    /** What the item's verification gave the last time. */
    readonly before: VerificationOutcome | undefined;
  },
  outcome: VerificationOutcome | undefined,
): Result<VerificationOutcome> {
  if (planned.type === "none") {
    if (outcome === undefined || outcome.type === "none") {
      return { value: { type: "none", passed: true } };
    }
    return { error: otherVerification(id) };
  }
  if (outcome === undefined) {
    return {
      error: new OrchestratorError(
        "bug",
        `Cannot complete "${id}": its verification has not run`,
      ),
    };
  }
  const recorded = planned.type === "file_exists"
    ? fileOutcome(state, planned, outcome)
    : commandOutcome(state, planned, { outcome, before });
  return recorded === null ? { error: otherVerification(id) } : { value: recorded };
}

/** Null for the outcome of another verification. */
function fileOutcome(
  state: SessionState,
  planned: Extract<RunnableVerification, { readonly type: "file_exists" }>,
  outcome: VerificationOutcome,
): VerificationOutcome | null {
  if (outcome.type !== "file_exists" || outcome.path !== planned.path) return null;
  const { type, path, found } = outcome;
  const verdict = found === undefined ? {} : fileVerdict(state, planned, found);
  const reason = verdict.reason ?? outcome.reason;
  const { remark } = verdict;
  return {
    type,
    passed: found === undefined ? outcome.passed : verdict.reason === undefined,
    path,
    ...(found === undefined ? {} : { found }),
    ...(reason === undefined ? {} : { reason }),
    ...(remark === undefined ? {} : { remark }),
  };
}

/** Null for the outcome of another verification. */
function commandOutcome(
  state: SessionState,
  planned: Extract<RunnableVerification, { readonly type: "command" }>,
  { outcome, before }: {
    readonly outcome: VerificationOutcome;
    readonly before: VerificationOutcome | undefined;
  },
): VerificationOutcome | null {
  if (
    outcome.type !== "command" || outcome.command !== planned.command ||
    outcome.expectedExitCode !== planned.expect_exit_code ||
    outcome.dir !== planned.setup.dir || !shellFits(planned.setup, outcome)
  ) return null;
  const { type, command, expectedExitCode, exitCode, durationMs, outputTail } = outcome;
  const { signal, timedOut, reason, shell, dir, program, variables, wroteState } = outcome;
  const passed = outcome.passed && exitCode === planned.expect_exit_code && timedOut !== true;
  const remark = programRemark(state, outcome, before);
  return {
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
    ...(shell === undefined ? {} : { shell: shellRecord(shell) }),
    ...(dir === undefined ? {} : { dir }),
    ...(program === undefined ? {} : { program }),
    ...(variables === undefined ? {} : { variables }),
    ...(wroteState === undefined ? {} : { wroteState }),
    ...(remark === undefined ? {} : { remark }),
  };
}

function shellRecord({ name, path, version, strict }: ShellRecord): ShellRecord {
  return { name, path, ...(version === undefined ? {} : { version }), strict };
}

function otherVerification(id: string): OrchestratorError {
  return movedError(id, "the verification that ran is not the one in the definition");
}

function movedError(id: string, because: string): OrchestratorError {
  return new OrchestratorError("state_moved", `Cannot complete "${id}": ${because}`, {
    hint: "Run `orchestrator status` to see its current status",
    details: { item: id },
  });
}
