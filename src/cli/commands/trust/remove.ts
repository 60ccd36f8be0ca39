/**
 * `orchestrator trust remove <kind> <value>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { removeTrust } from "../../../trust/trust_file.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { trustChange, trustOf } from "../../../app/trust.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"trust remove">> {
  const kind = input.required("kind");
  const value = input.required("value");
  const trust = trustOf(context);
  const repository = input.option("repository") ?? trust.repository;
  const removed = await removeTrust(
    trust.path,
    (entry) => entry.kind === kind && entry.value === value && entry.repository === repository,
    trustChange(context),
  );
  if (!removed) {
    throw new OrchestratorError(
      "trust_unknown",
      `Cannot remove the confirmation of ${kind} "${value}": "${repository}" has none`,
      { hint: "Run `orchestrator trust list`" },
    );
  }
  return {
    data: { kind, value, repository },
    text: (style) =>
      say`${style.green(style.symbols.done)} No longer trusted for ${shown(repository)}: ${
        shown(kind)
      } "${shown(value)}"`,
  };
}
