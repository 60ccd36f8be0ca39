/**
 * `orchestrator feedback tool add "<text>"`
 * @module
 */
import type { Answer, Input } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { addFeedback } from "../feedback.ts";

export function run(context: Context, input: Input): Promise<Answer> {
  return addFeedback(context, "tool", input.required("text"));
}
