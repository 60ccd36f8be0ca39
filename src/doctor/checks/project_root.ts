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
        seen: "the root is your home directory, whose .orchestrator is your own configuration",
        todo: "Change into a project, or name one with --root",
      };
    }
    if (paths.origin === "working directory") {
      return {
        level: "info",
        seen: `${paths.root}, because no folder above has .orchestrator, .git or workflow.yaml`,
      };
    }
    return ok(`${paths.root} (by ${paths.origin})`);
  },
};
