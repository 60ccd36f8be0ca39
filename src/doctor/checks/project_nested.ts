import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, ok } from "../check.ts";

export const projectNested: Check = {
  id: "project.nested",
  area: "project",
  title: "Parent projects",
  why: "A command that runs one folder higher would change the other project",
  run({ paths, options }) {
    for (let folder = dirname(paths.root);; folder = dirname(folder)) {
      if (folder !== options.home && existsSync(join(folder, ".orchestrator", "meta.json"))) {
        return { level: "info", seen: `${folder} is also a project with its own sessions` };
      }
      if (dirname(folder) === folder) return ok("none");
    }
  },
};
