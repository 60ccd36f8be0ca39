/**
 * `orchestrator note "<text>"`
 * @module
 */
import { addNote } from "../../app/add_note.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"note">> {
  const change = await addNote(context, { text: input.required("text") });
  return changeAnswer(change, () => say`Noted`);
}
