/**
 * `orchestrator validate [file]`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { VERSION } from "../../version.ts";
import type { SettingValue } from "../../workflow/definition.ts";
import { type Finding, parseDefinition } from "../../workflow/parse_definition.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import {
  otherToolError,
  readWorkflowFile,
  requireDefinitionFile,
  warnOfPlaces,
  type WorkflowFile,
  workflowFile,
} from "../../app/workflow_file.ts";
import { findingText } from "../output/finding_text.ts";
import type { Style } from "../output/style.ts";
import { lines, say, shown } from "../output/shown.ts";
import { count } from "../output/text.ts";

/** More findings than this are counted, not listed: the first ones are often the cause of the rest. */
const MOST_LISTED = 20;

export async function run(context: Context, input: Input): Promise<AnswerTo<"validate">> {
  const { io } = context;
  const given = input.arg("file");
  const found = await workflowFile(context, given, "validate");
  const { shown: name, otherTool } = found;
  if (otherTool !== undefined) {
    warnOfPlaces(context, found.remarks);
    throw otherToolError(otherTool, name, "validate");
  }
  const file = given === "-" ? "stdin" : name;
  const text = given === "-" ? await io.readStdin() : readWorkflowFile(found);
  if (text === null) throw unknownFile(file, found);
  warnOfPlaces(context, found.remarks);
  requireDefinitionFile(text, file, "validate");
  const overrides = given === "-" ? {} : await replacedSettings(context, text);
  const { definition, findings: own } = parseDefinition(text, {
    file,
    version: VERSION,
    overrides,
  });
  const findings = [...own, ...await remarksOfOldTool(context, text, file)];
  const errors = findings.filter((finding) => finding.level === "error");
  if (definition === null || errors.length > 0) {
    throw invalid(file, findings, errors.length);
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
        ...firstOf(findings).map((finding) =>
          say`${style.yellow(say`warning:`)} ${shown(findingText(finding))}`
        ),
        ...leftOut(findings).map((line) => shown(line)),
        say`${style.green(style.symbols.done)} ${shown(file)} is valid: ${
          shown(definition.name)
        }, ${count(definition.phases.length, say`phase`)}, ${count(items, say`item`)}${
          findings.length === 0 ? say`` : say`, ${count(findings.length, say`warning`)}`
        }`,
      ]),
  };
}

function invalid(
  file: string,
  findings: readonly Finding[],
  errors: number,
): OrchestratorError {
  return new OrchestratorError(
    "workflow_invalid",
    `Cannot use "${file}": it has ${count(errors, say`error`)}`,
    {
      hint: `Correct ${errors === 1 ? "it" : "them"}, then validate again`,
      details: {
        file,
        findings,
        list: [
          ...firstOf(findings).map((finding) =>
            (finding.level === "warning" ? "warning: " : "") + findingText(finding)
          ),
          ...leftOut(findings),
        ],
      },
    },
  );
}

/** What the old tool read otherwise, where the project comes from it. */
async function remarksOfOldTool(
  { paths }: Context,
  text: string,
  file: string,
): Promise<readonly Finding[]> {
  const { oldDefinitionRemarks } = await import("../../migration/old_definition.ts");
  return oldDefinitionRemarks(paths, text, file);
}

/** The settings that a start would replace, which is warned of. */
async function replacedSettings(
  context: Context,
  text: string,
): Promise<Readonly<Record<string, SettingValue>>> {
  const { oldOverrides, overridesText } = await import("../../app/legacy/old_settings.ts");
  const { values, file } = oldOverrides(context, text);
  if (file !== null) context.warn(overridesText(file));
  return values;
}

function unknownFile(
  file: string,
  { chosen, remarks = [] }: WorkflowFile,
): OrchestratorError {
  const [remark] = remarks;
  const hint = remark !== undefined
    ? remark.todo
    : chosen === null
    ? "Run `orchestrator init` to write one"
    : chosen === "argument"
    ? "Check the path"
    : chosen;
  const why = remark === undefined ? "" : `. ${remark.what}`;
  return new OrchestratorError(
    "file_unknown",
    `Cannot validate "${file}": it does not exist${why}`,
    { hint },
  );
}

/** The first findings, errors before warnings where not all are shown. */
function firstOf(findings: readonly Finding[]): readonly Finding[] {
  if (findings.length <= MOST_LISTED) return findings;
  const errors = findings.filter(({ level }) => level === "error");
  const others = findings.filter(({ level }) => level !== "error");
  return [...errors, ...others].slice(0, MOST_LISTED);
}

/** Says how many findings are not among the first. */
function leftOut(findings: readonly Finding[]): readonly string[] {
  const left = findings.length - MOST_LISTED;
  return left > 0 ? [`and ${left} more; --json has all of them`] : [];
}
