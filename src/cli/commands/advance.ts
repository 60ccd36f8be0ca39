/**
 * `orchestrator advance`
 * @module
 */
import { advancePhase } from "../../app/advance_phase.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context): Promise<AnswerTo<"advance">> {
  const change = await advancePhase(context);
  return changeAnswer(
    change,
    (style) => say`Advanced to phase ${style.bold(shown(change.state.phase ?? ""))}`,
  );
}
