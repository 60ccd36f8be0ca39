/**
 * `orchestrator log accept`
 * @module
 */
import { lostEvents } from "../../../session/load.ts";
import { acceptJournal, findLost } from "../../../session/mend_journal.ts";
import { TEXT_LIMITS } from "../../../workflow/commands.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { changeAnswer } from "../../output/change.ts";
import { say, shown } from "../../output/shown.ts";
import { requireText } from "../../texts.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"log accept">> {
  const given = input.option("reason");
  const reason = given === undefined
    ? null
    : requireText(given, { doing: "accept the journal", what: "reason", max: TEXT_LIMITS.reason });
  const { manager } = context;
  const id = await context.sessionToChange();
  const { lost, lines } = await findLost(manager.backend, id);
  if (lost === null) {
    const already = "no event is missing from the journal";
    const change = await manager.change(
      id,
      "log accept",
      () => ({ value: { events: [], already } }),
    );
    return changeAnswer(change, () => say``);
  }
  const what = shown(lostEvents(lost.seq, lines));
  await confirm(context, input, {
    text: say`Continue without ${what}?`,
    doing: "accept the journal",
    hint: `Restore sessions/${id}/log.jsonl from a backup`,
  });
  const change = await acceptJournal(manager, id, lost, reason);
  return changeAnswer(change, () => say`Continued without ${what}`);
}
