import { type Check, ok } from "../check.ts";

export const projectRoot: Check = {
  id: "project.root",
  area: "project",
  title: "Project root",
  why: "Every command works on this folder",
  run({ paths }) {
    if (paths.isHome) {
      return {
        level: "error",
        seen: "the root is your home directory, and its .orchestrator is your user configuration",
        todo: "Change to a project directory, or name one with --root",
      };
    }
    if (paths.origin === "working directory") {
      return {
        level: "info",
        seen: `${paths.root}, because no parent folder has .orchestrator, .git or workflow.yaml`,
      };
    }
    return ok(`${paths.root} (from ${paths.origin})`);
  },
};
