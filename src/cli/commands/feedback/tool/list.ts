/**
 * `orchestrator feedback tool list`
 * @module
 */
import type { AnswerTo } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { listFeedback } from "../feedback.ts";

export function run(context: Context): Promise<AnswerTo<"feedback tool list">> {
  return listFeedback(context, "tool");
}
