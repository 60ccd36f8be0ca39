/**
 * `orchestrator state compact`
 * @module
 */
import { compactState } from "../../../state_branch/compact.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { num, say, shown } from "../../output/shown.ts";
import { shortCommit } from "../../output/text.ts";
import { requireStateBranch } from "../../../app/state/find_branch.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"state compact">> {
  context.requireWritableRoot();
  if (context.meta === null) throw await context.noSession();
  const branch = await requireStateBranch(context);
  await confirm(context, input, {
    text: say`Replace the history of branch ${shown(branch.name)} with one commit?`,
    doing: `compact branch "${branch.name}"`,
    hint: "Ask a person to decide: the older commits cannot be recovered",
  });
  const { commit, replaced, problem } = await compactState(branch);
  if (problem !== null) {
    context.warn(`Only the local history was replaced, not the server's: ${problem}`);
  }
  return {
    data: { branch: branch.name, commit, replaced },
    text: (style) =>
      say`${style.green(style.symbols.done)} Branch ${shown(branch.name)} is one commit now (${
        shortCommit(commit)
      }); it was ${num(replaced)}`,
  };
}
