import { type Check, few, ok, skipped } from "../check.ts";

export const layoutOldAndNew: Check = {
  id: "layout.old-and-new",
  area: "layout",
  title: "Old beside new",
  why: "With both layouts the new one counts, and what changes in the old one is not seen",
  async run({ legacyProject, initialised, options }) {
    if (legacyProject === null) return skipped("nothing of the old tool is here");
    if (!initialised) return ok("only the old layout");
    const waiting: string[] = [];
    for (const workflow of legacyProject.workflows) {
      const { summary } = workflow;
      if (summary === null || await options.manager.backend.hasSession(summary.session)) continue;
      waiting.push(workflow.file);
    }
    if (waiting.length === 0) return ok("every old workflow has its session");
    return {
      level: "info",
      seen: `not taken over yet: ${few(waiting)}`,
      todo: "`orchestrator session list` shows them; a change with --session takes one over",
      list: waiting,
    };
  },
};
