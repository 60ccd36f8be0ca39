/**
 * `orchestrator revoke <item…>` and `orchestrator revoke --phase <ID>`
 * @module
 */
import { revokePhase, withdrawItems } from "../../app/withdraw.ts";
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer, changesAnswer } from "../output/change.ts";
import { inSession } from "../output/in_session.ts";
import { withdrawnText } from "../output/withdrawn_text.ts";
import { requireReason } from "../texts.ts";

const DONE = "Revoked the approval of";

export async function run(context: Context, input: Input): Promise<AnswerTo<"revoke">> {
  const items = input.args("item");
  const phase = input.option("phase");
  if ((items.length === 0) === (phase === undefined)) {
    throw new OrchestratorError(
      items.length === 0 ? "missing_argument" : "invalid_argument",
      items.length === 0
        ? "Cannot revoke: name an item, or a phase with --phase"
        : "Cannot revoke items and a phase at once: choose one",
      { hint: "Run `orchestrator status`" },
    );
  }
  const reason = requireReason(input, "revoke", phase === undefined ? items : [phase]);
  if (phase !== undefined) {
    const change = await revokePhase(context, { phase, reason });
    const where = await inSession(context, change.state);
    return changeAnswer(
      change,
      (style) => withdrawnText(DONE, { item: phase, change }, style, where),
    );
  }
  const changes = await withdrawItems(context, { kind: "revoke", items, reason });
  const where = await inSession(context, changes[0]?.change.state);
  return changesAnswer(changes.map((one) => ({
    ...one,
    happened: (style) => withdrawnText(DONE, one, style, where),
  })));
}
