/**
 * `orchestrator recheck [item…]`
 * @module
 */
import { recheckItems } from "../../app/recheck.ts";
import { worthSaying } from "../../app/proofs_seen.ts";
import { OrchestratorError } from "../../errors.ts";
import { staleText } from "../../workflow/freshness.ts";
import { itemName } from "../../workflow/locate.ts";
import { stepAfterComparing } from "../../workflow/stale_step.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changesAnswer, unchangedAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"recheck">> {
  const items = input.args("item");
  const all = input.has("all");
  if (all && items.length > 0) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot recheck: items and --all cannot be used together",
      { hint: "Name the items, or leave them out" },
    );
  }
  if (input.option("output-lines") !== undefined) {
    (await import("../output/verification_output.ts")).outputLinesOf(input);
  }
  const { state, changes, proofs } = await recheckItems(context, {
    items,
    all,
    here: input.has("here"),
  }, {
    signal: context.io.interrupted,
    takeOutput: async (redactor) => {
      const { verificationOutput } = await import("../output/verification_output.ts");
      return verificationOutput(context, input, redactor);
    },
  });
  const odd = worthSaying(state, proofs, "all");
  for (const seen of odd) {
    const name = itemName(state, seen.phase, seen.item);
    if (seen.verdict === "unknown") {
      const why = seen.why === undefined ? "" : ` (${seen.why})`;
      context.warn(`${name}: it cannot be compared with the files${why}`);
      continue;
    }
    context.warn(`${name}: ${staleText(state, seen)}; it was not checked again`);
  }
  const next = stepAfterComparing(state, proofs, context.actor);
  const unchanged = odd.length === 0
    ? "nothing is stale"
    : "nothing is stale that can be checked again";
  if (changes.length === 0) return unchangedAnswer(state, unchanged, next);
  return changesAnswer(changes.map(({ item, change }) => ({
    item,
    change: { ...change, next },
    happened: (style) => say`Checked again: ${style.bold(shown(item))}`,
  })));
}
