/**
 * `orchestrator import-legacy <path>`
 * @module
 */
import { importState } from "../../app/import_state.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { lines, say, shown } from "../output/shown.ts";
import { oneLine } from "../output/text.ts";
import { sessionName } from "../texts.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"import-legacy">> {
  const given = input.option("name");
  const name = given === undefined ? null : sessionName(given, "import");
  const { id, view, workflow, made } = await importState(context, {
    path: input.required("path"),
    wanted: input.option("workflow"),
    name,
  });
  const { task, status, imported } = view.state;
  return {
    data: {
      session: id,
      imported: made,
      name: made ? name : null,
      task,
      status,
      generation: imported ?? null,
      workflowId: workflow.summary?.workflowId ?? null,
    },
    text: (style) =>
      made
        ? lines([
          say`${style.green(style.symbols.done)} Imported ${
            style.bold(oneLine(task, style.width - 12, style))
          }`,
          say`  session ${style.cyan(shown(id))}${
            name === null ? say`` : say` (${shown(name)})`
          }, ${shown(status)}`,
        ])
        : say`Nothing to do: this state was already imported as session ${style.cyan(shown(id))}`,
  };
}
