import { isUnknownKey } from "../../config/problem.ts";
import { fileProblems, problemsFinding } from "../config_problems.ts";
import { type Check, skipped } from "../check.ts";

export const configRepository: Check = {
  id: "config.repository",
  area: "config",
  needsState: true,
  title: "Repository configuration",
  why: "Invalid values are ignored, and commands that need them refuse to run",
  async run(examination) {
    if (examination.stat(examination.paths.config) === null) {
      return skipped("there is no .orchestrator/config.yaml");
    }
    const problems = await fileProblems(examination, "repository");
    return problemsFinding(
      problems.filter((problem) => !isUnknownKey(problem)),
      "Run `orchestrator config edit` to correct them, or `orchestrator config validate` to list them all",
      "every value is valid",
    );
  },
};
