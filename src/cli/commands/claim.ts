/**
 * `orchestrator claim <item>`
 * @module
 */
import { claimItem, releaseItem } from "../../app/claim_item.ts";
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"claim">> {
  const item = input.required("item");
  const [release, force] = [input.has("release"), input.has("force")];
  if (force && !release) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot claim ${JSON.stringify(item)} with --force: it belongs to --release`,
      { hint: "Claim it when it is free; status shows who has it" },
    );
  }
  const change = release
    ? await releaseItem(context, item, { force })
    : await claimItem(context, item);
  const done = release ? say`Released` : say`Claimed`;
  return changeAnswer(change, (style) => say`${done} ${style.bold(shown(item))}`);
}
