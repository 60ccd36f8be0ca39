/**
 * `orchestrator state status`
 * @module
 */
import { FALLBACK_TEXTS } from "../../../state_branch/places.ts";
import type { AnswerTo } from "../../command.ts";
import type { Context } from "../../context.ts";
import { num, say, shown } from "../../output/shown.ts";
import { CARRIERS } from "../../output/state_text.ts";
import { ago, columns, count, shortCommit } from "../../output/text.ts";
import { webMode } from "../../../app/state/when_to_fetch.ts";
import { requireStateBranch } from "../../../app/state/find_branch.ts";

export async function run(context: Context): Promise<AnswerTo<"state status">> {
  const branch = await requireStateBranch(context);
  const [local, remote, problem, notThere, on] = await Promise.all([
    branch.localTip(),
    branch.remoteTip(),
    branch.nowhere ?? branch.problem(),
    branch.notThere(),
    webMode(context),
  ]);
  const { fallback, safeAt, triedAt, branch: taken } = branch.record;
  const onlyThere = remote === null ? [] : [...await branch.onlyThere(remote)].sort();
  // Where the state goes with the user's commits, nothing waits for a branch.
  const onBranch = fallback !== "portable";
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
      carrier: fallback === null ? null : CARRIERS[fallback],
      local,
      remote,
      pending: ahead,
      safeAt,
      triedAt,
      problem,
      hereOnly: onBranch ? notThere : [],
      onlyThere,
    },
    text: (style) => {
      const now = context.io.now();
      const rows = [
        [
          say`web mode`,
          on ? say`on: pushed after changes` : say`off: pushed by state push only`,
        ],
        [say`branch`, onBranch ? shown(taken ?? branch.name) : say`none`],
        [say`kept on`, fallback === null ? say`nothing yet` : shown(FALLBACK_TEXTS[fallback])],
        [say`last safe`, safeAt === null ? style.yellow(say`never`) : ago(safeAt, now)],
        [say`here`, local === null ? say`nothing committed` : shortCommit(local)],
        [say`server`, remote === null ? say`nothing seen` : shortCommit(remote)],
        ...(ahead === 0
          ? []
          : [[say`waiting`, style.yellow(say`${count(ahead, say`commit`)} to push`)]]),
        ...(notThere.length === 0 || !onBranch ? [] : [[
          say`here only`,
          style.yellow(
            say`the newest of ${
              notThere.length === 1
                ? shown(notThere[0] ?? "")
                : say`${num(notThere.length)} sessions`
            }`,
          ),
        ]]),
        ...(onlyThere.length === 0 ? [] : [[
          say`only there`,
          say`${
            count(onlyThere.length, say`session`)
          }: read from there, and imported by the first change or state pull --all`,
        ]]),
        ...(problem === null ? [] : [[
          say`problem`,
          style.yellow(
            say`${shown(problem)}${triedAt === null ? say`` : say` (${ago(triedAt, now)})`}`,
          ),
        ]]),
      ];
      return columns(rows.map(([key, value]) => [style.dim(key ?? say``), value ?? say``]));
    },
  };
}
