import { type Check, ok } from "../check.ts";

export const projectInitialised: Check = {
  id: "project.initialised",
  area: "project",
  title: "State directory",
  why: "Sessions live in .orchestrator",
  run(examination) {
    if (examination.initialised) return ok(".orchestrator is set up");
    return {
      level: "info",
      seen: "nothing is set up here yet",
      todo: 'Run `orchestrator init`, or `orchestrator start "<task>"`',
    };
  },
};
