/**
 * `orchestrator log --repository`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { problemsOf, readRepositoryLog } from "../../session/repository_log/read_log.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { problemText, repositoryLineText } from "../output/repository_text.ts";
import { lines, say } from "../output/shown.ts";

/** Shows the repository's journal: the lines of all writers in one order. */
export async function repositoryLog(context: Context, input: Input): Promise<AnswerTo<"log">> {
  for (const option of ["follow", "since", "limit"]) {
    if (!input.has(option) && input.option(option) === undefined) continue;
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot show the log: --${option} and --repository cannot be used together`,
    );
  }
  await (await import("../../app/state/read_with_branch.ts")).readWithBranch(context);
  const log = await readRepositoryLog(context.manager.backend);
  for (const problem of problemsOf(log)) {
    context.warn(`The repository's journal cannot be trusted: ${problemText(problem)}`);
  }
  return {
    data: {
      session: null,
      events: log.lines.map(({ seen, hash: _, ...line }) => ({
        ...line,
        ...(seen.size === 0 ? {} : { seen: Object.fromEntries(seen) }),
      })),
    },
    text: (style) =>
      log.lines.length === 0
        ? style.dim(say`No such events.`)
        : lines(log.lines.map((line, index) => repositoryLineText(line, index + 1, style))),
  };
}
