/**
 * `orchestrator feedback tool add "<text>"`
 * @module
 */
import type { AnswerTo, Input } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { addFeedback } from "../feedback.ts";

export function run(context: Context, input: Input): Promise<AnswerTo<"feedback tool add">> {
  return addFeedback(context, "tool", input.required("text"));
}
