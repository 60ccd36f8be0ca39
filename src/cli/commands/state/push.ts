/**
 * `orchestrator state push`
 * @module
 */
import type { Answer } from "../../command.ts";
import type { Context } from "../../context.ts";
import { mergedText, pushText, warnOfPush } from "../../output/state_text.ts";
import { finishInterrupted } from "../../state_hooks.ts";
import { requireStateBranch } from "../../state_place.ts";

export async function run(context: Context): Promise<Answer> {
  context.requireWritableRoot();
  if (context.meta === null) throw context.noSession();
  await finishInterrupted(context);
  const branch = await requireStateBranch(context);
  const report = await branch.push("Push", { probe: branch.record.rung !== "own" });
  warnOfPush(report, (text) => context.warn(text));
  return {
    data: report,
    text: (style) =>
      [pushText(report, style), mergedText(report.sessions, style)].filter((text) => text !== "")
        .join("\n"),
  };
}
