import { readLegacyProject } from "../../legacy/project.ts";
import { type Check, few, ok, skipped } from "../check.ts";

export const layoutOldAndNew: Check = {
  id: "layout.old-and-new",
  area: "layout",
  title: "Old beside new",
  why: "With both layouts the new one counts, and what changes in the old one is not seen",
  async run({ legacy, paths, meta, options }) {
    if (!legacy.hasWorkflow) return skipped("nothing of the old tool is here");
    if (meta.value === null) return ok("only the old layout");
    const waiting: string[] = [];
    for (const workflow of readLegacyProject(paths.root, legacy).workflows) {
      const { summary } = workflow;
      if (summary === null || await options.manager.backend.hasSession(summary.session)) continue;
      waiting.push(workflow.file);
    }
    if (waiting.length === 0) return ok("every old workflow has its session");
    return {
      level: "info",
      seen: `not taken over yet: ${few(waiting)}`,
      todo: "orchestrator session list shows them; a change with --session takes one over",
      list: waiting,
    };
  },
};
