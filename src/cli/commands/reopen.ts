/**
 * `orchestrator reopen <item…> --reason "<why>"`
 * @module
 */
import { withdrawItems } from "../../app/withdraw.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changesAnswer } from "../output/change.ts";
import { inSession } from "../output/in_session.ts";
import { withdrawnText } from "../output/withdrawn_text.ts";
import { requireReason } from "../texts.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"reopen">> {
  const items = input.args("item");
  const reason = requireReason(input, "reopen", items);
  const changes = await withdrawItems(context, { kind: "reopen", items, reason });
  const where = await inSession(context, changes[0]?.change.state);
  return changesAnswer(changes.map((one) => ({
    ...one,
    happened: (style) => withdrawnText("Reopened", one, style, where),
  })));
}
