/**
 * `orchestrator validate [file]`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { parseDefinition } from "../../workflow/parse_definition.ts";
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { readWorkflowFile, workflowFile } from "../workflow_file.ts";
import { findingText } from "../output/finding_text.ts";
import type { Style } from "../output/style.ts";
import { lines, say, shown } from "../output/shown.ts";
import { count } from "../output/text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const { io } = context;
  const given = input.arg("file");
  const found = await workflowFile(context, given, "validate");
  const { shown: name, chosen } = found;
  const file = given === "-" ? "stdin" : name;
  const text = given === "-" ? await io.readStdin() : readWorkflowFile(found);
  if (text === null) {
    throw new OrchestratorError(
      "file_unknown",
      `Cannot validate "${file}": there is no such file`,
      {
        hint: chosen === null
          ? "`orchestrator init` writes one"
          : chosen === "argument"
          ? "Check the path"
          : chosen,
      },
    );
  }
  const { definition, findings } = parseDefinition(text, { file });
  const errors = findings.filter((finding) => finding.level === "error");
  if (definition === null || errors.length > 0) {
    throw new OrchestratorError(
      "workflow_invalid",
      `Cannot use "${file}": it has ${count(errors.length, say`error`)}`,
      {
        ...(errors.length > 1
          ? { hint: "Correct them, then validate again" }
          : errors[0]?.hint === undefined
          ? {}
          : { hint: errors[0].hint }),
        details: {
          file,
          findings,
          list: findings.map((finding) =>
            (finding.level === "warning" ? "warning: " : "") + findingText(finding)
          ),
        },
      },
    );
  }
  const items = definition.phases.reduce((sum, phase) => sum + phase.items.length, 0);
  return {
    data: {
      file,
      valid: true,
      name: definition.name,
      phases: definition.phases.map((phase) => ({ id: phase.id, items: phase.items.length })),
      findings,
    },
    text: (style: Style) =>
      lines([
        ...findings.map((finding) =>
          say`${style.yellow(say`warning:`)} ${shown(findingText(finding))}`
        ),
        say`${style.green(style.symbols.done)} ${shown(file)} is valid: ${
          shown(definition.name)
        }, ${count(definition.phases.length, say`phase`)}, ${count(items, say`item`)}${
          findings.length === 0 ? say`` : say`, ${count(findings.length, say`warning`)}`
        }`,
      ]),
  };
}
