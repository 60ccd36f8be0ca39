/**
 * `orchestrator advance`
 * @module
 */
import { decide } from "../../workflow/decide.ts";
import type { Answer } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";

export async function run(context: Context): Promise<Answer> {
  const { manager, actor } = context;
  const id = await context.sessionToChange();
  const change = await manager.change(
    id,
    "advance",
    (state) => decide(state, { kind: "advance" }, { actor }),
    { replay: true },
  );
  return changeAnswer(
    change,
    (style) => `Advanced to phase ${style.bold(change.state.phase ?? "")}`,
  );
}
