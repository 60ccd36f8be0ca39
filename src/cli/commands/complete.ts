/**
 * `orchestrator complete <item…>`
 * @module
 */
import { completeItems } from "../../app/complete_item.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { changesAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"complete">> {
  if (input.option("output-lines") !== undefined) {
    (await import("../output/verification_output.ts")).outputLinesOf(input);
  }
  const notes = input.option("notes");
  const evidence = input.option("evidence");
  const completed = await completeItems(context, {
    items: input.args("item"),
    given: {
      ...(notes === undefined ? {} : { notes }),
      ...(evidence === undefined ? {} : {
        evidence: await (await import("../evidence.ts"))
          .readEvidence(context, evidence, input.args("item")),
      }),
    },
  }, {
    signal: context.io.interrupted,
    takeOutput: async (redactor) => {
      const { verificationOutput } = await import("../output/verification_output.ts");
      return verificationOutput(context, input, redactor);
    },
  });
  return changesAnswer(completed.map(({ item, change, automatic }) => ({
    item,
    change,
    happened: (style) =>
      automatic
        ? say`Skipped ${style.bold(shown(item))} (this workflow is unsupervised: zero_human)`
        : say`Completed ${style.bold(shown(item))}`,
  })));
}
