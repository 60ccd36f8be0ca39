/**
 * `orchestrator state pull`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { refuseHome } from "../../../project/init.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { mergedData, mergedText, removalsData } from "../../output/state_text.ts";
import { warnOfMerge } from "../../../app/state/warnings.ts";
import { sessionCount } from "../../output/snapshot_text.ts";
import { lines, say, type Shown, shown } from "../../output/shown.ts";
import { shortCommit } from "../../output/text.ts";
import { rememberFetch } from "../../../app/state/when_to_fetch.ts";
import { requireStateBranch } from "../../../app/state/find_branch.ts";
import { placeFor } from "../../trust/confirm.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"state pull">> {
  refuseHome(context.paths);
  await context.openForChange();
  const branch = await requireStateBranch(context, { insist: placeFor(context, input) });
  rememberFetch(context);
  const report = await branch.pull(input.has("all") ? "all" : "active");
  const { commit, sessions, problem, onlyThere } = report;
  if (commit === null) {
    throw new OrchestratorError(
      "git_failed",
      `Cannot pull branch "${report.branch}": ${problem ?? "the server has no such branch"}`,
      problem === null ? { hint: "Run `orchestrator state push`" } : {},
    );
  }
  if (problem !== null) context.warn(`Only the state known locally was merged: ${problem}`);
  warnOfMerge(report, (text) => context.warn(text));
  return {
    data: {
      ...report,
      sessions: mergedData(sessions),
      removals: removalsData(report.removals),
    },
    text: (style) =>
      sessions.length === 0 && report.removals.length > 0
        ? say`${style.green(style.symbols.done)} Pulled ${shown(report.branch)} (${
          shortCommit(commit)
        })`
        : sessions.length === 0
        ? say`${style.dim(style.symbols.bullet)} ${
          onlyThere === 0 ? say`Everything is here already` : say`Nothing new`
        }${more(onlyThere)}`
        : lines([
          say`${style.green(style.symbols.done)} Imported ${sessionCount(sessions.length)} from ${
            shown(report.branch)
          } (${shortCommit(commit)})${more(onlyThere)}`,
          mergedText(sessions, style),
        ]),
  };
}

/** What stays on the branch, where it is read. */
function more(onlyThere: number): Shown {
  return onlyThere === 0
    ? say``
    : say`; ${
      sessionCount(onlyThere)
    } more on the branch only: read from there, or imported with --all`;
}
