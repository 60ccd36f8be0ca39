/**
 * Shared by the checks of the configuration.
 * @module
 */
import { type ConfigProblem, problemText } from "../config/problem.ts";
import { count, type Finding, ok } from "./check.ts";
import type { Examination } from "./examination.ts";

/** The problems of the files of a layer, in the order of their files. */
export async function fileProblems(
  examination: Examination,
  layer: "global" | "repository",
): Promise<readonly ConfigProblem[]> {
  const files = new Set(
    examination.options.configFiles.filter((file) => file.layer === layer)
      .map(({ shown }) => shown),
  );
  const { problems } = await examination.options.config();
  return problems.filter(({ source }) => files.has(source));
}

/** The finding for a list of problems: as severe as the worst of them. */
export function problemsFinding(
  problems: readonly ConfigProblem[],
  todo: string,
  fine: string,
): Finding {
  const [first] = problems;
  if (first === undefined) return ok(fine);
  const error = problems.some(({ level }) => level === "error");
  return {
    level: error ? "error" : "warning",
    seen: problems.length === 1
      ? problemText(first)
      : `${count(problems.length, "problem")}: ${problemText(first)}`,
    todo,
    list: problems.map(problemText),
  };
}
