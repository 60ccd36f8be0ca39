/**
 * `orchestrator schema answer [command…]`
 * @module
 */
import { lineJsonSchema, lineNames } from "../../../answers/envelope.ts";
import { OrchestratorError } from "../../../errors.ts";
import { didYouMean } from "../../../workflow/nearest.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { exact, lines, shown } from "../../output/shown.ts";

export function run(_context: unknown, input: Input): Promise<AnswerTo<"schema answer">> {
  return Promise.resolve(answerOf(input.args("command").join(" "), input.has("all")));
}

function answerOf(name: string, all: boolean): AnswerTo<"schema answer"> {
  const names = lineNames();
  if (name !== "" && all) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot print the schema of "${name}" and --all: choose one`,
    );
  }
  if (all) {
    const schemas = Object.fromEntries(names.map((one) => [one, lineJsonSchema(one) ?? {}]));
    return { data: { schemas }, text: () => exact(JSON.stringify(schemas, null, 2)) };
  }
  if (name === "") return { data: { names }, text: () => lines(names.map(shown)) };
  const schema = lineJsonSchema(name);
  if (schema === null) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot print the schema of "${name}": there is no such command`,
      { hint: didYouMean(name, names) ?? "Run `orchestrator schema answer` to list them" },
    );
  }
  return { data: schema, text: () => exact(JSON.stringify(schema, null, 2)) };
}
