/**
 * `orchestrator log accept`
 * @module
 */
import { lostHere } from "../../../app/witness.ts";
import { OrchestratorError } from "../../../errors.ts";
import { contradictingLines, lostEvents } from "../../../session/load.ts";
import {
  acceptContradictions,
  acceptJournal,
  acceptRemembered,
  findLost,
} from "../../../session/mend_journal.ts";
import { refusalIfAgent } from "../../../workflow/approval_rules.ts";
import { contradictionText } from "../../../workflow/audit/finding.ts";
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
  if (lost === null) return await acceptAudit(context, input, { id, reason });
  const what = shown(lostEvents(lost.seq, lines));
  await confirm(context, input, {
    text: say`Continue without ${what}?`,
    doing: "accept the journal",
    hint: `Restore sessions/${id}/log.jsonl from a backup`,
  });
  const change = await acceptJournal(manager, id, lost, reason);
  return changeAnswer(change, () => say`Continued without ${what}`);
}

/** Nothing is missing: it is about lines that contradict. */
async function acceptAudit(
  context: Context,
  input: Input,
  { id, reason }: { readonly id: string; readonly reason: string | null },
): Promise<AnswerTo<"log accept">> {
  const { manager, actor } = context;
  const verified = await manager.verify(id);
  const { contradictions } = verified;
  const [first] = contradictions;
  if (first === undefined) {
    const remembered = await acceptLost(context, input, { id, reason });
    if (remembered !== null) return remembered;
    const already = "no event is missing from the journal";
    const change = await manager.change(
      id,
      "log accept",
      () => ({ value: { events: [], already } }),
    );
    return changeAnswer(change, () => say``);
  }
  const what = contradictingLines(contradictions.map(({ line }) => line));
  const { state } = await manager.load(id);
  const refusal = refusalIfAgent(state, { actor }, "accept the journal");
  if (refusal !== undefined) throw refusal;
  if (reason === null) {
    throw new OrchestratorError(
      "missing_argument",
      `Cannot accept the journal: ${what}, and a reason is missing`,
      { hint: 'Add --reason "<why>": status, finish and handoff show it from then on' },
    );
  }
  await confirm(context, input, {
    text: say`Continue although ${shown(contradictionText(first))}${
      contradictions.length === 1 ? say`` : say` (${shown(what)})`
    }?`,
    doing: "accept the journal",
    hint: `Restore sessions/${id}/log.jsonl from a backup`,
  });
  const change = await acceptContradictions(manager, id, verified, { reason, actor });
  return changeAnswer(change, () => say`Continued although ${shown(what)}`);
}

/** What only this clone remembers; null where nothing of it is missing. */
async function acceptLost(
  context: Context,
  input: Input,
  { id, reason }: { readonly id: string; readonly reason: string | null },
): Promise<AnswerTo<"log accept"> | null> {
  const { manager } = context;
  const loaded = await manager.load(id);
  const lost = await lostHere(context, loaded);
  if (lost === null) return null;
  const { seq } = loaded.head;
  const what = shown(lostEvents(lost.seq, seq));
  await confirm(context, input, {
    text: say`Continue without ${what}, which was recorded here?`,
    doing: "accept the journal",
    hint: `Restore sessions/${id}/log.jsonl from a backup`,
  });
  const change = await acceptRemembered(manager, id, lost, { seq, reason });
  return changeAnswer(change, () => say`Continued without ${what}`);
}
