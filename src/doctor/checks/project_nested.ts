import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Check, ok } from "../check.ts";

export const projectNested: Check = {
  id: "project.nested",
  area: "project",
  title: "Projects above",
  why: "A command run one folder higher would work on the other project",
  run({ paths, options }) {
    for (let folder = dirname(paths.root);; folder = dirname(folder)) {
      if (folder !== options.home && existsSync(join(folder, ".orchestrator", "meta.json"))) {
        return { level: "info", seen: `${folder} is a project too, with sessions of its own` };
      }
      if (dirname(folder) === folder) return ok("none");
    }
  },
};
