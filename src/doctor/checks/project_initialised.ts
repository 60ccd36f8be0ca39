import { type Check, ok } from "../check.ts";

export const projectInitialised: Check = {
  id: "project.initialised",
  area: "project",
  title: "State directory",
  why: "Sessions are stored in .orchestrator",
  run(examination) {
    if (examination.unusable !== null) return examination.unusable;
    if (examination.initialised) return ok(".orchestrator is initialized");
    return {
      level: "info",
      seen: "no project is initialized here yet",
      todo: 'Run `orchestrator init`, or `orchestrator start "<task>"`',
    };
  },
};
