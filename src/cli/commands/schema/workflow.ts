/**
 * `orchestrator schema workflow`
 * @module
 */
import { workflowJsonSchema } from "../../../workflow/definition_schema.ts";
import type { Answer } from "../../command.ts";

export function run(): Promise<Answer> {
  const schema = workflowJsonSchema();
  return Promise.resolve({ data: schema, text: () => JSON.stringify(schema, null, 2) });
}
