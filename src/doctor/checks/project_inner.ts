import { existsSync } from "node:fs";
import { type Check, ok } from "../check.ts";

export const projectInner: Check = {
  id: "project.inner",
  area: "project",
  title: "State inside state",
  why: "A state directory within the state directory comes from a command run in the wrong folder",
  run(examination) {
    if (!existsSync(examination.statePath(".orchestrator"))) return ok("none");
    return {
      level: "warning",
      seen: ".orchestrator holds another .orchestrator",
      todo: "Look into it; when it holds nothing of worth, move it away",
    };
  },
};
