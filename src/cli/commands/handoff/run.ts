/**
 * `orchestrator handoff --run`
 * @module
 */
import { chooseToRead } from "../../../app/choose_session.ts";
import { programToRun, runHandoff } from "../../../app/run_handoff.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { changeAnswer } from "../../output/change.ts";
import { say, shown } from "../../output/shown.ts";
import { handoffOf } from "../handoff.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"handoff run">> {
  const program = await programToRun(context);
  const session = await context.sessionToChange();
  const { prompt } = await handoffOf(context, await chooseToRead(context, session));
  const { change, exitCode, signal } = await runHandoff(context, program, {
    session,
    prompt,
    run: context.io.foreground,
    stdout: input.has("json") ? "stderr" : "stdout",
  });
  if (exitCode !== 0) {
    const how = exitCode === null ? `by ${signal ?? "a signal"}` : `with exit code ${exitCode}`;
    throw new OrchestratorError(
      "command_failed",
      `Cannot complete the handoff: "${program}" ended ${how}`,
      {
        hint: "Run `orchestrator status` to see how far it came",
        details: { program, exitCode, signal },
      },
    );
  }
  return changeAnswer(change, () => say`${shown(program)} ended`, { program });
}
