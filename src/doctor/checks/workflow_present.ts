import { type Check, ok } from "../check.ts";

export const workflowPresent: Check = {
  id: "workflow.present",
  area: "workflow",
  title: "workflow.yaml",
  why: "Without one, start uses the built-in workflow",
  async run(examination) {
    const workflow = await examination.workflow();
    if (workflow.error !== null) {
      return {
        level: "error",
        seen: workflow.error.message,
        todo: "Look at the file's permissions",
      };
    }
    if (workflow.value === null) {
      return {
        level: "info",
        seen: "the project has none",
        todo: "orchestrator init writes one with the project's own commands",
      };
    }
    return ok(workflow.value.definition?.name ?? "there is one");
  },
};
