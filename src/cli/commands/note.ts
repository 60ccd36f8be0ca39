/**
 * `orchestrator note "<text>"`
 * @module
 */
import { decide } from "../../workflow/decide.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"note">> {
  const { manager, actor } = context;
  const text = input.required("text");
  const id = await context.sessionToChange();
  const change = await manager.change(
    id,
    "note",
    (state) => decide(state, { kind: "note", text }, { actor }),
  );
  return changeAnswer(change, () => say`Noted`);
}
