/**
 * `orchestrator schema workflow`
 * @module
 */
import { workflowJsonSchema } from "../../../workflow/definition_schema.ts";
import type { AnswerTo } from "../../command.ts";
import { exact } from "../../output/shown.ts";

export function run(): Promise<AnswerTo<"schema workflow">> {
  const schema = workflowJsonSchema();
  return Promise.resolve({ data: schema, text: () => exact(JSON.stringify(schema, null, 2)) });
}
