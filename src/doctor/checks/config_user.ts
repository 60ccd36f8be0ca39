import { fileProblems, isUnknownKey, problemsFinding } from "../config_problems.ts";
import { type Check, skipped } from "../check.ts";

export const configUser: Check = {
  id: "config.user",
  area: "config",
  title: "Your own configuration",
  why: "What is wrong in it is not used, in any project",
  async run(examination) {
    const present = examination.options.configFiles.filter(({ layer, path }) =>
      layer === "global" && examination.stat(path) !== null
    );
    if (present.length === 0) return skipped("you have none");
    const problems = await fileProblems(examination, "global");
    return problemsFinding(
      problems.filter((problem) => !isUnknownKey(problem)),
      "Run `orchestrator config edit --global`",
      "every value is right",
    );
  },
};
