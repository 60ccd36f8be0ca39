import { parseDefinition } from "../../workflow/parse_definition.ts";
import { type Check, count, ok, skipped } from "../check.ts";

export const workflowFormat: Check = {
  id: "workflow.format",
  area: "workflow",
  title: "Format",
  why: "With format 2, misspelt keys are errors and not ignored",
  async run(examination) {
    const workflow = (await examination.workflow()).value ?? null;
    const definition = workflow?.definition ?? null;
    if (workflow === null || definition === null) return skipped("no definition to check");
    if (definition.format === 2) return ok("2");
    const { file, text } = workflow;
    const isError = ({ level }: { readonly level: string }) => level === "error";
    const before = workflow.findings.filter(isError).length;
    const errors = parseDefinition(text, { file, format: 2 }).findings.filter(isError);
    const more = errors.length - before;
    const todo = `Add the line "format: 2" at the top of ${file}`;
    if (more <= 0) return { level: "info", seen: "1; the file is ready for format 2", todo };
    return {
      level: "info",
      seen: `1; with format 2, ${count(more, "remark")} would be ${
        more === 1 ? "an error" : "errors"
      }`,
      todo: `Correct ${more === 1 ? "it" : "them"}, then add the line "format: 2" at its top`,
      list: errors.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`),
    };
  },
};
