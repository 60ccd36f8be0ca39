/**
 * `orchestrator checkpoint create`
 * @module
 */
import { decide } from "../../../workflow/decide.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { changeAnswer } from "../../output/change.ts";
import { say, shown } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"checkpoint create">> {
  const { manager, actor } = context;
  const message = input.option("message");
  const id = await context.sessionToChange();
  let checkpoint = "";
  const change = await manager.change(id, "checkpoint create", (state) => {
    checkpoint = `cp${state.checkpoints.count + 1}`;
    return decide(state, {
      kind: "create_checkpoint",
      checkpoint,
      ...(message === undefined ? {} : { message }),
      decisions: input.options("decision"),
      files: input.options("file"),
    }, { actor });
  });
  return changeAnswer(change, (style) => say`Created checkpoint ${style.bold(shown(checkpoint))}`, {
    checkpoint,
  });
}
