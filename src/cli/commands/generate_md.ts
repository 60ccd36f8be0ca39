/**
 * `orchestrator generate-md`
 * @module
 */
import { beginsWithLine, meansStdout, writeOutput } from "../../platform/output_file.ts";
import { outputTarget, refusedOverwrite } from "../../project/output_target.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../../app/choose_session.ts";
import { readRecord } from "../../app/session_record.ts";
import { say, shown } from "../output/shown.ts";
import { workflowMarkdown } from "../output/workflow_markdown.ts";

/** First line of a file that this command may write again. Changing it makes such files foreign. */
const OWN_MARK = "<!-- Written by orchestrator generate-md, which replaces this file -->";

export async function run(context: Context, input: Input): Promise<AnswerTo<"generate-md">> {
  const record = await readRecord(context, await chooseToRead(context));
  const { state } = record;
  const redactor = await context.redactor();
  const markdown = workflowMarkdown(record, (text) => redactor.redact(text));
  const output = input.option("output");
  if (output === undefined || meansStdout(output)) {
    return { data: { session: state.session, markdown }, text: () => markdown };
  }
  const place = outputTarget(context.paths, { cwd: context.io.cwd, output });
  const isOverwrite = place.isThere && !place.isStream && !input.has("force");
  if (isOverwrite && !beginsWithLine(place.path, OWN_MARK)) {
    throw refusedOverwrite(output, "it exists and generate-md did not write it");
  }
  writeOutput(place, `${OWN_MARK}\n\n${markdown}`);
  return {
    data: { session: state.session, file: output },
    text: (style) => say`${style.green(style.symbols.done)} Wrote ${shown(output)}`,
  };
}
