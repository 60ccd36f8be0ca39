/**
 * `orchestrator generate-md`
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestratorError } from "../../errors.ts";
import { meansStdout, outputPlace, writeOutput } from "../../platform/output_file.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../../app/choose_session.ts";
import { readRecord } from "../../app/session_record.ts";
import { say, shown } from "../output/shown.ts";
import { workflowMarkdown } from "../output/workflow_markdown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"generate-md">> {
  const record = await readRecord(context, await chooseToRead(context));
  const { state } = record;
  const redactor = await context.redactor();
  const markdown = workflowMarkdown(record, (text) => redactor.redact(text));
  const output = input.option("output");
  if (output === undefined || meansStdout(output)) {
    return { data: { session: state.session, markdown }, text: () => markdown };
  }
  const file = context.paths.resolveFrom(context.io.cwd, output);
  if (!existsSync(dirname(outputPlace(file).path))) {
    throw new OrchestratorError(
      "file_unknown",
      `Cannot write "${output}": the folder "${dirname(output)}" does not exist`,
    );
  }
  writeOutput(file, markdown);
  return {
    data: { session: state.session, file: output },
    text: (style) => say`${style.green(style.symbols.done)} Wrote ${shown(output)}`,
  };
}
