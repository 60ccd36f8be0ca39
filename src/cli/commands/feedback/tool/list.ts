/**
 * `orchestrator feedback tool list`
 * @module
 */
import type { Answer } from "../../../command.ts";
import type { Context } from "../../../context.ts";
import { listFeedback } from "../feedback.ts";

export function run(context: Context): Promise<Answer> {
  return listFeedback(context, "tool");
}
