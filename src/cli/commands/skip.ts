/**
 * `orchestrator skip <item…> --reason "<why>"`
 * @module
 */
import { skipItems } from "../../app/skip_item.ts";
import { OrchestratorError } from "../../errors.ts";
import { TEXT_LIMITS } from "../../workflow/commands.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changesAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"skip">> {
  const items = input.args("item");
  const reason = input.option("reason");
  if (reason === undefined) {
    const what = items.map((item) => JSON.stringify(item)).join(", ");
    throw new OrchestratorError("missing_argument", `Cannot skip ${what}: a reason is missing`, {
      hint:
        `Add --reason "<why>" with at least ${TEXT_LIMITS.flexibleReason} characters, ${TEXT_LIMITS.weightyReason} for a documented item or a gate`,
    });
  }
  const skipped = await skipItems(context, { items, reason, force: input.has("force") });
  return changesAnswer(skipped.map(({ item, change, forced }) => ({
    item,
    change,
    happened: (style) => {
      const what = forced ? style.yellow(say`Skipped by force:`) : say`Skipped`;
      return say`${what} ${style.bold(shown(item))}`;
    },
  })));
}
