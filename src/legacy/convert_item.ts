/**
 * One item of an old state as an item of a session.
 * @module
 */
import type { ItemDefinition } from "../workflow/definition.ts";
import type { VerificationOutcome } from "../workflow/events.ts";
import { IMPORTED_APPROVAL } from "../workflow/recorded.ts";
import type { ItemState, ItemStatus } from "../workflow/state.ts";
import { type LocalPaths, withSettings } from "./local_paths.ts";
import { field, type Fields, fieldsField, rest, textField, utc } from "./values.ts";

/** The old statuses that mean the same now. */
const SAME_STATUS: Readonly<Record<string, ItemStatus>> = {
  pending: "pending",
  completed: "completed",
  skipped: "skipped",
  failed: "failed",
};

/** What the old tool wrote as the reason when its zero-human mode skipped a manual gate. */
const ZERO_HUMAN_REASON = "Auto-skipped (zero_human mode)";

/** How much of an old output is kept as a verification's tail; all of it is under `legacy`. */
const TAIL_LENGTH = 2000;

/** What an item needs to be understood. */
export interface ItemContext {
  readonly definition: ItemDefinition;
  readonly settings: Fields;
  readonly paths: LocalPaths;
  /** Called with a sentence for each oddity, which names the item. */
  readonly find: (sentence: string) => void;
}

/**
 * Converts an item. Statuses that have no equal (`in_progress`, `blocked`, unknown ones) become
 * `pending`, with the original under `legacy.status`.
 */
export function toItemState(raw: Fields, context: ItemContext): ItemState {
  const { definition, find } = context;
  const written = textField(raw, "status") ?? "pending";
  const status = (Object.hasOwn(SAME_STATUS, written) ? SAME_STATUS[written] : undefined) ??
    "pending";
  if (status !== written) {
    find(`item "${definition.id}" had the status "${written}" and is treated as pending`);
  }

  const result = fieldsField(raw, "verification_result");
  const gate = fieldsField(raw, "gate_result");
  const verification = (result === null ? null : outcomeOfResult(result, context)) ??
    (gate === null ? null : outcomeOfGate(gate, context));
  const approved = result !== null && field(result, "approved") === true;
  reportUnproved(status, approved, verification, context);

  const timeKey = status === "completed" || status === "skipped" ? `${status}_at` : "";
  const at = status === "failed" ? utc(field(result ?? {}, "timestamp")) : utc(field(raw, timeKey));
  const notes = textField(raw, "notes") ?? "";
  const reason = status === "skipped" ? textField(raw, "skip_reason") : null;
  const retries = field(raw, "retry_count");
  const counts = typeof retries === "number" && Number.isSafeInteger(retries) && retries >= 0;
  const evidence = field(raw, "evidence") ?? null;
  const understood = [
    "id",
    ...(status === written ? ["status"] : []),
    ...(at === null ? [] : [timeKey]),
    ...(typeof field(raw, "notes") === "string" ? ["notes"] : []),
    ...(reason === null ? [] : ["skip_reason"]),
    ...(counts ? ["retry_count"] : []),
    "evidence",
  ];
  const kept = rest(context.paths.scrubFields(raw), understood);
  const automatic = reason?.startsWith(ZERO_HUMAN_REASON) === true;
  return {
    status,
    touched: 0,
    failures: counts ? retries : 0,
    ...(at === null ? {} : { at }),
    ...(notes === "" ? {} : { notes }),
    ...(evidence === null ? {} : { evidence }),
    ...(verification === null ? {} : { verification }),
    ...(reason === null ? {} : { skipReason: reason }),
    // The old tool refused to skip a gate without --force, and did not record that in the state.
    ...(status === "skipped" && definition.step_type === "gate" && !automatic
      ? { forced: true as const }
      : {}),
    ...(automatic ? { automatic: "zero_human" as const } : {}),
    ...(approved ? { approval: IMPORTED_APPROVAL } : {}),
    ...(kept === null ? {} : { legacy: kept }),
  };
}

/** Says when an item counts as completed although the proof it demands is not in the old state. */
function reportUnproved(
  status: ItemStatus,
  approved: boolean,
  verification: VerificationOutcome | null,
  context: ItemContext,
): void {
  if (status !== "completed") return;
  const { id, verification: demanded } = context.definition;
  if (demanded.type === "manual_gate" && !approved) {
    context.find(`item "${id}" is treated as completed although no person approved it`);
  } else if (demanded.type !== "none" && demanded.type !== "manual_gate" && !verification?.passed) {
    context.find(`item "${id}" is treated as completed without a passed verification`);
  }
}

function outcomeOfResult(result: Fields, context: ItemContext): VerificationOutcome | null {
  const demanded = context.definition.verification;
  const type = textField(result, "type") ?? demanded.type;
  const failure = textField(result, "reason") ?? textField(result, "error");
  if (type === "file_exists") {
    const asked = demanded.type === "file_exists"
      ? withSettings(demanded.path, context.settings)
      : undefined;
    const path = textField(result, "path") ?? asked ?? "";
    return {
      type,
      passed: field(result, "exists") === true,
      path: context.paths.relative(path, asked),
      ...(failure === null ? {} : { reason: failure }),
    };
  }
  if (type !== "command") return null;
  const expected = demanded.type === "command" ? demanded.expect_exit_code : 0;
  const exitCode = numberField(result, "exit_code");
  const asked = demanded.type === "command" ? withSettings(demanded.command, context.settings) : "";
  return {
    type,
    passed: exitCode === expected && failure === null,
    command: textField(result, "original_command") ?? textField(result, "command") ?? asked,
    expectedExitCode: expected,
    exitCode,
    durationMs: 0,
    outputTail: tail(result),
    ...(failure === null ? {} : { reason: failure }),
  };
}

/** A gate's result, which the old tool kept apart and judged by its exit code being 0. */
function outcomeOfGate(result: Fields, context: ItemContext): VerificationOutcome | null {
  const command = textField(result, "command");
  if (command === null) return null;
  const demanded = context.definition.verification;
  const failure = textField(result, "error");
  return {
    type: "command",
    passed: field(result, "success") === true,
    command,
    expectedExitCode: demanded.type === "command" ? demanded.expect_exit_code : 0,
    exitCode: numberField(result, "exit_code"),
    durationMs: Math.round((numberField(result, "duration_seconds") ?? 0) * 1000),
    outputTail: tail(result),
    ...(failure === null || failure === "" ? {} : { reason: failure }),
  };
}

function tail(result: Fields): string {
  return ["stdout", "stderr"].map((key) => textField(result, key) ?? "")
    .filter((text) => text !== "")
    .join("\n")
    .slice(-TAIL_LENGTH);
}

function numberField(fields: Fields, key: string): number | null {
  const value = field(fields, key);
  return typeof value === "number" ? value : null;
}
