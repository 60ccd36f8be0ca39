import { existsSync } from "node:fs";
import { type Check, ok } from "../check.ts";

export const projectInner: Check = {
  id: "project.inner",
  area: "project",
  title: "Nested state directory",
  why:
    "A command that ran in the wrong folder creates a state directory inside the state directory",
  run(examination) {
    if (!existsSync(examination.statePath(".orchestrator"))) return ok("none");
    return {
      level: "warning",
      seen: ".orchestrator contains another .orchestrator",
      todo: "Check its contents and move it elsewhere if you don't need it",
    };
  },
};
