import { type Check, few, ok, skipped } from "../check.ts";

export const layoutOldAndNew: Check = {
  id: "layout.old-and-new",
  area: "layout",
  title: "Old and new layout",
  why: "When both layouts exist, the new one is used and changes in the old one are ignored",
  async run({ legacyProject, initialised, options }) {
    if (legacyProject === null) return skipped("no files of the old tool");
    if (!initialised) return ok("only the old layout exists");
    const waiting: string[] = [];
    for (const workflow of legacyProject.workflows) {
      const { summary } = workflow;
      if (summary === null || await options.manager.backend.hasSession(summary.session)) continue;
      waiting.push(workflow.file);
    }
    if (waiting.length === 0) return ok("every old workflow has been imported");
    return {
      level: "info",
      seen: `not imported yet: ${few(waiting)}`,
      todo: "Run `orchestrator session list` to see them; a change with --session imports one",
      list: waiting,
    };
  },
};
