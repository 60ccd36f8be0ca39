import { isUnknownKey } from "../../config/problem.ts";
import { fileProblems, problemsFinding } from "../config_problems.ts";
import { type Check, skipped } from "../check.ts";

export const configUser: Check = {
  id: "config.user",
  area: "config",
  title: "User configuration",
  why: "Invalid values are ignored in every project",
  async run(examination) {
    const present = examination.options.configFiles.filter(({ layer, path }) =>
      layer === "global" && examination.stat(path) !== null
    );
    if (present.length === 0) return skipped("none");
    const problems = await fileProblems(examination, "global");
    return problemsFinding(
      problems.filter((problem) => !isUnknownKey(problem)),
      "Run `orchestrator config edit --global`",
      "every value is valid",
    );
  },
};
