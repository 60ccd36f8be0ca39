/**
 * `orchestrator advance`
 * @module
 */
import { decide } from "../../workflow/decide.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";
import { keepState } from "../../app/state/keep.ts";

export async function run(context: Context): Promise<AnswerTo<"advance">> {
  const { manager, actor } = context;
  const id = await context.sessionToChange();
  const change = await manager.change(
    id,
    "advance",
    (state) => decide(state, { kind: "advance" }, { actor }),
    { replay: true },
  );
  if (change.events.length > 0) await keepState(context, `Advance to ${change.state.phase}`);
  return changeAnswer(
    change,
    (style) => say`Advanced to phase ${style.bold(shown(change.state.phase ?? ""))}`,
  );
}
