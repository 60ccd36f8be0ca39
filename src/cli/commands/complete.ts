/**
 * `orchestrator complete <item…>`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { verify } from "../../session/verification.ts";
import type { Command } from "../../workflow/commands.ts";
import { decide } from "../../workflow/decide.ts";
import type { SessionState } from "../../workflow/state.ts";
import { planVerification } from "../../workflow/verification_plan.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { readEvidence } from "../evidence.ts";
import type { ItemChange } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";
import type { OutputEnd } from "../output/verification_output.ts";
import { eachItem } from "../several.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"complete">> {
  if (input.option("output-lines") !== undefined) {
    (await import("../output/verification_output.ts")).outputLinesOf(input);
  }
  const notes = input.option("notes");
  const evidence = await readEvidence(context, input.option("evidence"));
  const given = {
    ...(notes === undefined ? {} : { notes }),
    ...(evidence === undefined ? {} : { evidence }),
  };
  const id = await context.sessionToChange();
  return await eachItem(
    context,
    { items: input.args("item"), past: "completed" },
    (item) => completeItem(context, input, { id, item, given }),
  );
}

/** What is to be completed, and what is kept with it. */
interface Completing {
  /** The session. */
  readonly id: string;
  readonly item: string;
  readonly given: { readonly notes?: string; readonly evidence?: unknown };
}

async function completeItem(
  context: Context,
  input: Input,
  { id, item, given }: Completing,
): Promise<ItemChange> {
  const { manager, actor } = context;
  const { state } = await manager.loadToPlan(id);
  const recorded = await manager.withoutSecrets(given);
  const planned = planVerification(state, item, recorded.given);
  if (planned.error !== undefined) {
    const { refusedWithout } = await import("../../session/recordable.ts");
    throw planVerification(state, item, given).error ??
      refusedWithout(planned.error, recorded.redacted);
  }
  const { value: next } = planned;
  const redactor = await context.redactor();
  const { verificationOutput } = await import("../output/verification_output.ts");
  const output = verificationOutput(context, input, redactor);
  let command: Command;
  try {
    command = "already" in next ? { kind: "complete", item, ...given } : {
      kind: "complete",
      item,
      ...given,
      basis: next.plan.basis,
      outcome: await verify({
        plan: next.plan,
        paths: context.paths,
        state,
        item,
        env: context.io.env,
        signal: context.io.interrupted,
        onOutput: output.push,
        redactTail: (text) => redactor.redactTail(text),
      }),
    };
  } finally {
    // What was held back belongs to what was seen, also when the command was interrupted.
    output.close();
  }
  const change = await manager.change(
    id,
    "complete",
    (newest) => decide(newest, command, { actor }),
  );
  if (change.already !== null && Object.keys(given).length > 0) {
    context.warn(`Nothing was changed; not stored: ${Object.keys(given).join(", ")}`);
  }
  const failed = change.events.find((event) => event.type === "item_failed");
  if (failed !== undefined) {
    const end = output.end();
    if (end.cut && !input.has("json")) context.warn(cutOutput(end, failed.seq));
    throw verificationFailed(change.state, { item, seq: failed.seq, output: end });
  }
  const automatic = currentItem(change.state, item)?.automatic !== undefined;
  return {
    item,
    change,
    happened: (style) =>
      automatic
        ? say`Skipped ${style.bold(shown(item))} (this workflow is unsupervised: zero_human)`
        : say`Completed ${style.bold(shown(item))}`,
  };
}

function currentItem(state: SessionState, item: string) {
  return state.phases[state.phase ?? ""]?.items[item];
}

/** What a failed command's output was cut to, and where more of it is. */
function cutOutput({ lines }: OutputEnd, seq: number): string {
  const shown = lines.length === 0
    ? "The output is not shown"
    : `Showing the last ${lines.length === 1 ? "line" : `${lines.length} lines`} of the output`;
  return `${shown}; --output-lines N shows more, and \`orchestrator log show ${seq}\` what the ` +
    `journal keeps of it`;
}

function verificationFailed(
  state: SessionState,
  { item, seq, output }: {
    readonly item: string;
    readonly seq: number;
    readonly output: OutputEnd;
  },
): OrchestratorError {
  const outcome = currentItem(state, item)?.verification;
  let reason = "its verification failed";
  if (outcome?.type === "file_exists") {
    reason = outcome.reason ?? `"${outcome.path}" does not exist`;
  } else if (outcome?.type === "command") {
    reason = outcome.reason !== undefined
      ? `the command failed: ${outcome.reason}`
      : outcome.exitCode === null
      ? `the command was terminated by ${outcome.signal ?? "a signal"}`
      : `the command exited with code ${outcome.exitCode} (expected ${outcome.expectedExitCode})`;
  }
  return new OrchestratorError("verification_failed", `Cannot complete "${item}": ${reason}`, {
    hint: `Fix the failure, then run \`orchestrator complete ${item}\` again`,
    details: {
      session: state.session,
      item,
      seq,
      verification: outcome,
      ...(output.lines.length === 0 ? {} : { list: output.lines }),
    },
  });
}
