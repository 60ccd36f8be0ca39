import { isUnknownKey } from "../../config/problem.ts";
import { fileProblems, problemsFinding } from "../config_problems.ts";
import type { Check } from "../check.ts";

export const configUnknown: Check = {
  id: "config.unknown",
  area: "config",
  title: "Unknown configuration keys",
  why: "A misspelled key has no effect",
  async run(examination) {
    const problems = [
      ...await fileProblems(examination, "repository"),
      // The old tool's own file has a check of its own.
      ...(await fileProblems(examination, "global")).filter(({ level }) => level === "error"),
    ];
    return problemsFinding(
      problems.filter(isUnknownKey),
      "Correct or remove the key with `orchestrator config edit`",
      "none",
    );
  },
};
