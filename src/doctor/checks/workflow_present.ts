import { WORKFLOW_FILE } from "../../project/paths.ts";
import { type Check, ok } from "../check.ts";

export const workflowPresent: Check = {
  id: "workflow.present",
  area: "workflow",
  needsState: true,
  title: "workflow.yaml",
  why: "Without a definition, start uses the built-in workflow",
  async run(examination) {
    const workflow = await examination.workflow();
    if (workflow.error !== undefined) {
      return {
        level: "error",
        seen: workflow.error.message,
        todo: workflow.error.hint ?? "Check the file's permissions",
      };
    }
    const { shown, otherTool, remarks = [] } = await examination.options.workflowFile();
    const remark = remarks.find(({ level }) => level === "warning") ?? remarks[0];
    if (remark !== undefined) {
      return { level: remark.level, seen: remark.what, todo: remark.todo };
    }
    if (workflow.value === null) {
      if (otherTool !== undefined) {
        return {
          level: "info",
          seen: `${shown} belongs to another tool; start uses the built-in workflow`,
          todo: "Run `orchestrator init` to write one of the project's own, orchestrator.yaml",
        };
      }
      if (shown !== WORKFLOW_FILE) {
        return {
          level: "error",
          seen: `the configuration names ${shown}, which does not exist`,
          todo: "Run `orchestrator config set workflow <file>`",
        };
      }
      return {
        level: "info",
        seen: "the project has no definition",
        todo: "Run `orchestrator init` to write one with the project's own commands",
      };
    }
    const { definition, overridden } = workflow.value;
    if (overridden.length > 0) {
      return {
        level: "info",
        seen: `.orchestrator.yaml replaces ${overridden.join(", ")} at start`,
        todo: "Run `orchestrator migrate` to move its settings to the workflow",
      };
    }
    return ok(definition?.name ?? "found");
  },
};
