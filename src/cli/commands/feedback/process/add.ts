/**
 * `orchestrator feedback process add "<text>"`
 * @module
 */
import type { AnswerTo, Input } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { addFeedback } from "../feedback.ts";

export function run(context: Context, input: Input): Promise<AnswerTo<"feedback process add">> {
  return addFeedback(context, "process", input.required("text"));
}
