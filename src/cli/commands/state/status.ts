/**
 * `orchestrator state status`
 * @module
 */
import { RUNG_TEXTS } from "../../../state_branch/places.ts";
import type { Answer } from "../../command.ts";
import type { Context } from "../../context.ts";
import { shortCommit } from "../../output/state_text.ts";
import { ago, columns, printable } from "../../output/text.ts";
import { webMode } from "../../state_hooks.ts";
import { requireStateBranch } from "../../state_place.ts";

export async function run(context: Context): Promise<Answer> {
  const branch = await requireStateBranch(context);
  const [local, remote, on] = await Promise.all([
    branch.localTip(),
    branch.remoteTip(),
    webMode(context),
  ]);
  const { rung, safeAt, problem, triedAt, branch: taken } = branch.record;
  const pending = local !== null && local !== remote;
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
      branch: taken ?? branch.name,
      rung,
      local,
      remote,
      pending: ahead,
      safeAt,
      triedAt,
      problem,
    },
    text: (style) => {
      const now = context.io.now();
      const rows = [
        ["web mode", on ? "on: pushed after each phase" : "off: pushed by state push only"],
        ["branch", printable(taken ?? branch.name)],
        ["kept on", rung === null ? "nothing yet" : RUNG_TEXTS[rung]],
        ["last safe", safeAt === null ? style.yellow("never") : ago(safeAt, now)],
        ["here", local === null ? "nothing committed" : shortCommit(local)],
        ["server", remote === null ? "nothing seen" : shortCommit(remote)],
        ...(ahead === 0 ? [] : [["waiting", style.yellow(`${ahead} commits to push`)]]),
        ...(problem === null ? [] : [[
          "problem",
          style.yellow(`${printable(problem)}${triedAt === null ? "" : ` (${ago(triedAt, now)})`}`),
        ]]),
      ];
      return columns(rows.map(([key, value]) => [style.dim(key ?? ""), value ?? ""]));
    },
  };
}
