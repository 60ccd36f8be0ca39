import { fileProblems, isUnknownKey, problemsFinding } from "../config_problems.ts";
import { type Check, skipped } from "../check.ts";

export const configRepository: Check = {
  id: "config.repository",
  area: "config",
  title: "Configuration of the project",
  why: "What is wrong in it is not used, and commands that need it refuse to run",
  async run(examination) {
    if (examination.stat(examination.paths.config) === null) {
      return skipped("there is no .orchestrator/config.yaml");
    }
    const problems = await fileProblems(examination, "repository");
    return problemsFinding(
      problems.filter((problem) => !isUnknownKey(problem)),
      "Run `orchestrator config edit`, or `orchestrator config validate` for all of it",
      "every value is right",
    );
  },
};
