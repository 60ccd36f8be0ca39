/**
 * `orchestrator skip <item…> --reason "<why>"`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { TEXT_LIMITS } from "../../workflow/commands.ts";
import { decide } from "../../workflow/decide.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { say, shown } from "../output/shown.ts";
import { eachItem } from "../several.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"skip">> {
  const { manager, actor } = context;
  const items = input.args("item");
  const reason = input.option("reason");
  if (reason === undefined) {
    const what = items.map((item) => JSON.stringify(item)).join(", ");
    throw new OrchestratorError("missing_argument", `Cannot skip ${what}: a reason is missing`, {
      hint:
        `Add --reason "<why>" with at least ${TEXT_LIMITS.flexibleReason} characters, ${TEXT_LIMITS.weightyReason} for a documented item or a gate`,
    });
  }
  const id = await context.sessionToChange();
  const skip = (state: SessionState, item: string) =>
    decide(state, { kind: "skip", item, reason, force: input.has("force") }, { actor });
  if (items.length > 1) {
    // A reason that is too short for one of them is bad input: it skips none.
    const { state } = await manager.loadToPlan(id);
    for (const item of items) {
      const rehearsal = await manager.rehearse(state, skip(state, item));
      if (rehearsal.error?.kind === "usage") throw rehearsal.error;
    }
  }
  return await eachItem(context, { items, past: "skipped" }, async (item) => {
    const change = await manager.change(id, "skip", (state) => skip(state, item));
    const forced = change.events.some((event) =>
      event.type === "item_skipped" && event.data.forced === true
    );
    return {
      item,
      change,
      happened: (style) => {
        const what = forced ? style.yellow(say`Skipped by force:`) : say`Skipped`;
        return say`${what} ${style.bold(shown(item))}`;
      },
    };
  });
}
