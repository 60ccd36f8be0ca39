import { type Check, count, ok, skipped } from "../check.ts";

export const workflowValid: Check = {
  id: "workflow.valid",
  area: "workflow",
  title: "Definition",
  why: "start refuses a definition with errors",
  async run(examination) {
    const { value } = await examination.workflow();
    if (value === undefined || value === null) return skipped("no workflow.yaml to check");
    const { findings } = value;
    const errors = findings.filter((finding) => finding.level === "error");
    const list = findings.map(({ file, line, column, message }) =>
      line > 0 ? `${file}:${line}:${column}: ${message}` : message
    );
    if (value.definition === null || errors.length > 0) {
      return {
        level: "error",
        seen: `it has ${count(errors.length, "error")}`,
        todo: "Run `orchestrator validate`",
        list,
      };
    }
    if (findings.length === 0) return ok("valid");
    return {
      level: "warning",
      seen: `it has ${count(findings.length, "warning")}: ${findings[0]?.message}`,
      todo: "Run `orchestrator validate`",
      list,
    };
  },
};
