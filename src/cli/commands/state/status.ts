/**
 * `orchestrator state status`
 * @module
 */
import { RUNG_TEXTS } from "../../../state_branch/places.ts";
import type { Answer } from "../../command.ts";
import type { Context } from "../../context.ts";
import { ago, columns, printable, shortCommit } from "../../output/text.ts";
import { webMode } from "../../state/hooks.ts";
import { requireStateBranch } from "../../state/place.ts";

export async function run(context: Context): Promise<Answer> {
  const branch = await requireStateBranch(context);
  const [local, remote, problem, notThere, on] = await Promise.all([
    branch.localTip(),
    branch.remoteTip(),
    branch.nowhere ?? branch.problem(),
    branch.notThere(),
    webMode(context),
  ]);
  const { rung, safeAt, triedAt, branch: taken } = branch.record;
  // Where the state goes with the user's commits, nothing waits for a branch.
  const onBranch = rung !== "portable";
  const pending = onBranch && local !== null && local !== remote;
  const ahead = !pending ? 0 : Number(
    await branch.git.line([
      "rev-list",
      "--count",
      local,
      ...(remote === null ? [] : [`^${remote}`]),
    ]),
  );
  return {
    data: {
      webMode: on,
      branch: onBranch ? taken ?? branch.name : null,
      rung,
      local,
      remote,
      pending: ahead,
      safeAt,
      triedAt,
      problem,
      hereOnly: onBranch ? notThere : [],
    },
    text: (style) => {
      const now = context.io.now();
      const rows = [
        ["web mode", on ? "on: pushed after each phase" : "off: pushed by state push only"],
        ["branch", onBranch ? printable(taken ?? branch.name) : "none"],
        ["kept on", rung === null ? "nothing yet" : RUNG_TEXTS[rung]],
        ["last safe", safeAt === null ? style.yellow("never") : ago(safeAt, now)],
        ["here", local === null ? "nothing committed" : shortCommit(local)],
        ["server", remote === null ? "nothing seen" : shortCommit(remote)],
        ...(ahead === 0
          ? []
          : [["waiting", style.yellow(`${ahead} ${ahead === 1 ? "commit" : "commits"} to push`)]]),
        ...(notThere.length === 0 || !onBranch ? [] : [[
          "here only",
          style.yellow(
            `the newest of ${notThere.length === 1 ? notThere[0] : `${notThere.length} sessions`}`,
          ),
        ]]),
        ...(problem === null ? [] : [[
          "problem",
          style.yellow(`${printable(problem)}${triedAt === null ? "" : ` (${ago(triedAt, now)})`}`),
        ]]),
      ];
      return columns(rows.map(([key, value]) => [style.dim(key ?? ""), value ?? ""]));
    },
  };
}
