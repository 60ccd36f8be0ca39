/**
 * `orchestrator state restore <commit>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { ambiguousSession } from "../../../session/ambiguous.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { mergedData } from "../../output/state_text.ts";
import { sessionCount } from "../../output/snapshot_text.ts";
import { columns, oneLine, shortCommit } from "../../output/text.ts";

import { fetchTip, requireStateBranch } from "../../../app/state/find_branch.ts";
import { placeFor } from "../../trust/confirm.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"state restore">> {
  await context.openForChange();
  const wanted = input.required("commit");
  const branch = await requireStateBranch(context);
  if (await branch.localTip() === null && await branch.remoteTip() === null) {
    await fetchTip(await requireStateBranch(context, { insist: placeFor(context, input) }));
  }
  const commit = await findCommit(wanted, branch);
  const only = await namedSessions(input.options("session"), branch, commit);
  const { sessions } = await branch.mergeIn(commit, {
    restore: true,
    ...only.length === 0 ? {} : { scope: { only } },
  });
  return {
    data: { commit, sessions: mergedData(sessions) },
    text: (style) =>
      sessions.length === 0
        ? say`${style.dim(style.symbols.bullet)} Nothing to restore: nothing has changed`
        : lines([
          say`${style.green(style.symbols.done)} Restored ${sessionCount(sessions.length)} from ${
            shortCommit(commit)
          }`,
          columns(
            sessions.map(({ id, branch, task }) => [
              style.cyan(shown(branch ?? id)),
              branch === null ? say`continued` : say`as ${shown(id)} was then`,
              oneLine(task, 36, style),
            ]),
            "  ",
          ),
        ]),
  };
}

/** The sessions of the commit that are asked for: by id, or the beginning of one. */
async function namedSessions(
  names: readonly string[],
  branch: Awaited<ReturnType<typeof requireStateBranch>>,
  commit: string,
): Promise<readonly string[]> {
  const there = [...(await branch.tree(commit)).folders.keys()];
  return names.map((name) => {
    const found = there.filter((id) => name !== "" && id.startsWith(name));
    const [id] = found;
    if (id === undefined) {
      throw new OrchestratorError(
        "session_unknown",
        `Cannot restore session ${JSON.stringify(name)}: the commit has no session with that ID`,
        { hint: "Run `orchestrator state log`" },
      );
    }
    if (found.length > 1) throw ambiguousSession(name, found);
    return id;
  });
}

/** A commit of the branch, here or on the server: not just any commit of the repository. */
async function findCommit(
  wanted: string,
  branch: Awaited<ReturnType<typeof requireStateBranch>>,
): Promise<string> {
  const commit = /^[0-9a-f]{4,64}$/i.test(wanted) ? await branch.git.resolve(wanted) : null;
  const tips = [await branch.localTip(), await branch.remoteTip()];
  for (const tip of tips) {
    if (commit === null || tip === null) continue;
    const args = ["merge-base", "--is-ancestor", commit, tip];
    if ((await branch.git.run(args, { codes: [1] })).exitCode === 0) return commit;
  }
  throw new OrchestratorError(
    "checkpoint_unknown",
    `Cannot restore "${wanted}": the state branch has no such commit`,
    { hint: "Run `orchestrator state log`" },
  );
}
