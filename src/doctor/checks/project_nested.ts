import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { KEYS, STATE_DIRECTORY } from "../../state_layout/names.ts";
import { type Check, ok } from "../check.ts";

export const projectNested: Check = {
  id: "project.nested",
  area: "project",
  title: "Parent projects",
  why: "A command that runs one folder higher would change the other project",
  run({ paths, options }) {
    for (let folder = dirname(paths.root);; folder = dirname(folder)) {
      const state = join(folder, STATE_DIRECTORY);
      // The main checkout, in which a linked worktree is, has the state of this very project.
      const isOther = folder !== options.home && state !== paths.stateDirectory;
      if (isOther && existsSync(join(state, KEYS.meta))) {
        return { level: "info", seen: `${folder} is also a project with its own sessions` };
      }
      if (dirname(folder) === folder) return ok("none");
    }
  },
};
