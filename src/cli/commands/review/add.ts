/**
 * `orchestrator review add <kind>`
 * @module
 */
import { addReview } from "../../../app/review.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { changeAnswer } from "../../output/change.ts";
import { say, shown } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"review add">> {
  const review = input.required("kind");
  const by = input.option("by");
  if (by === undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot add the review ${JSON.stringify(review)}: it does not say who made it`,
      { hint: "Name the reviewer with --by NAME" },
    );
  }
  const verdict = input.option("verdict") ?? "passed";
  if (verdict !== "passed" && verdict !== "failed") {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot add the review ${JSON.stringify(review)}: its verdict must be passed or failed, not ${
        JSON.stringify(verdict)
      }`,
      { hint: "Give --verdict passed or --verdict failed" },
    );
  }
  const findings = input.option("findings");
  const evidence = input.option("evidence");
  const change = await addReview(context, {
    review,
    by,
    verdict,
    ...(findings === undefined ? {} : { findings }),
    ...(evidence === undefined
      ? {}
      : { evidence: await (await import("../../evidence.ts")).readEvidence(context, evidence) }),
  });
  return changeAnswer(
    change,
    (style) => say`Recorded the review ${style.bold(shown(review))}: ${shown(verdict)}`,
  );
}
