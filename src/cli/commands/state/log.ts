/**
 * `orchestrator state log`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say } from "../../output/shown.ts";
import { ago, columns, oneLine, shortCommit } from "../../output/text.ts";
import { fetchTip, requireStateBranch } from "../../../app/state/find_branch.ts";
import { placeFor } from "../../trust/confirm.ts";

const DEFAULT_LIMIT = 20;

export async function run(context: Context, input: Input): Promise<AnswerTo<"state log">> {
  const text = input.option("limit") ?? String(DEFAULT_LIMIT);
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "${text}" as limit: it must be a number of commits`,
    );
  }
  const branch = await requireStateBranch(context);
  const tip = await branch.localTip() ?? await branch.remoteTip() ??
    await fetchTip(await requireStateBranch(context, { insist: placeFor(context, input) }));
  const remote = await branch.remoteTip();
  const { stdout } = tip === null ? { stdout: "" } : await branch.git.run([
    "log",
    "-z",
    "--no-show-signature",
    `--max-count=${text}`,
    "--format=%H%x1f%cI%x1f%an%x1f%s",
    tip,
  ]);
  const pushed = remote === null
    ? new Set<string>()
    : new Set((await branch.git.run(["rev-list", remote])).stdout.split("\n"));
  const commits = stdout.split("\0").filter((entry) => entry !== "").map((entry) => {
    const [commit = "", time = "", author = "", subject = ""] = entry.split("\x1f");
    const utc = new Date(time).toISOString();
    return { commit, time: utc, author, subject, pushed: pushed.has(commit) };
  });
  return {
    data: { branch: branch.name, commits },
    text: (style) =>
      commits.length === 0 ? style.dim(say`No commits yet.`) : columns(
        commits.map(({ commit, time, author, subject, pushed }) => [
          style.cyan(shortCommit(commit)),
          ago(time, context.io.now()),
          pushed ? say`pushed` : style.yellow(say`here only`),
          oneLine(author, 16, style),
          oneLine(subject, 40, style),
        ]),
      ),
  };
}
