/**
 * `orchestrator deinit`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { leavingData, leavingText, removalWords } from "../output/deinit_text.ts";
import { requireOwnState } from "../../app/main_checkout_only.ts";
import { planLeaving, remove } from "../../app/deinit_project.ts";
import { say } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"deinit">> {
  context.requireWritableRoot();
  requireOwnState(context, "remove what orchestrator has written", null);
  const keepState = input.has("keep-state");
  const dryRun = input.has("dry-run");
  if (!dryRun && !keepState) refuseAgent(context);
  if (!dryRun) await context.openForChange();
  const plan = await planLeaving(context, keepState);
  if (dryRun || plan.isEmpty) {
    return {
      data: { dryRun, ...leavingData(plan) },
      text: (style) => leavingText(plan, dryRun, style),
    };
  }
  await confirm(context, input, {
    text: say`Remove ${removalWords(plan)} permanently?`,
    doing: "remove what orchestrator has written",
    hint:
      "Run `orchestrator deinit --dry-run` to see what would be lost; a person confirms with --yes",
  });
  await remove(context, plan);
  return {
    data: { dryRun, ...leavingData(plan) },
    text: (style) => leavingText(plan, dryRun, style),
  };
}

/** What is destroyed here cannot be part of any record afterwards, so a person must have done it. */
function refuseAgent({ environment }: Context): void {
  if (environment.agent === null) return;
  throw new OrchestratorError(
    "agent_refused",
    "Cannot remove the state: an agent is running this command, and the sessions and their records could not be recovered",
    { hint: "Ask a person to run it in their own terminal" },
  );
}
