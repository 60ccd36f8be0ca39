/**
 * `orchestrator session end [session] --reason "<why>"`
 * @module
 */
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { abandon } from "../finish.ts";

export function run(context: Context, input: Input): Promise<AnswerTo<"session end">> {
  return abandon(context, input.option("reason"), input.arg("session"));
}
