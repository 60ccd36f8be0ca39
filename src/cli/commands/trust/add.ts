/**
 * `orchestrator trust add <kind> <value>`
 * @module
 */
import { claimText } from "../../../trust/claim.ts";
import { addTrust } from "../../../trust/trust_file.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { claimOf } from "../../trust/claim.ts";
import { trustChange, trustOf } from "../../../app/trust.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"trust add">> {
  const claim = claimOf(input.required("kind"), input.required("value"));
  const { io } = context;
  const trust = trustOf(context);
  const { path, repository } = trust;
  const when = io.now().toISOString();
  const added = await addTrust(path, { ...claim, repository, when }, trustChange(context));
  return {
    data: { ...claim, repository, added },
    text: (style) =>
      added
        ? say`${style.green(style.symbols.done)} Trusted for ${shown(repository)}: ${
          shown(claimText(claim))
        }`
        : say`${style.dim(style.symbols.bullet)} Already trusted: ${shown(claimText(claim))}`,
  };
}
