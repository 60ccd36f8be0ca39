/**
 * `orchestrator schema config`
 * @module
 */
import { configJsonSchema } from "../../../config/json_schema.ts";
import type { AnswerTo } from "../../command.ts";
import { exact } from "../../output/shown.ts";

export function run(): Promise<AnswerTo<"schema config">> {
  const schema = configJsonSchema();
  return Promise.resolve({ data: schema, text: () => exact(JSON.stringify(schema, null, 2)) });
}
