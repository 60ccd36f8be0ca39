/**
 * `orchestrator skip <item> --reason "<why>"`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { decide } from "../../workflow/decide.ts";
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const { manager, actor } = context;
  const item = input.required("item");
  const reason = input.option("reason");
  if (reason === undefined) {
    throw new OrchestratorError("missing_argument", `Cannot skip "${item}": a reason is missing`, {
      hint: `Add --reason "<why>"`,
    });
  }
  const id = await context.sessionToChange();
  const change = await manager.change(
    id,
    "skip",
    (state) => decide(state, { kind: "skip", item, reason, force: input.has("force") }, { actor }),
  );
  return changeAnswer(change, (style) => {
    const forced = change.events.some((event) =>
      event.type === "item_skipped" && event.data.forced === true
    );
    const what = forced ? style.yellow(say`Forced the skip of`) : say`Skipped`;
    return say`${what} ${style.bold(shown(item))}`;
  });
}
