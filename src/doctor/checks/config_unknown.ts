import { fileProblems, isUnknownKey, problemsFinding } from "../config_problems.ts";
import type { Check } from "../check.ts";

export const configUnknown: Check = {
  id: "config.unknown",
  area: "config",
  title: "Unknown keys",
  why: "A misspelt key sets nothing",
  async run(examination) {
    const problems = [
      ...await fileProblems(examination, "repository"),
      // The old tool's own file has a check of its own.
      ...(await fileProblems(examination, "global")).filter(({ level }) => level === "error"),
    ];
    return problemsFinding(
      problems.filter(isUnknownKey),
      "Write the key as it is meant, or take it out, with `orchestrator config edit`",
      "none",
    );
  },
};
