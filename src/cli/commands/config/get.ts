/**
 * `orchestrator config get <key>`
 * @module
 */
import { configKey, isConfigKey } from "../../../config/keys.ts";
import { originText } from "../../../config/layers.ts";
import { unknownKey } from "../../../config/problem.ts";
import { isSecret, valueWord, withoutCredentials } from "../../../config/value.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { effectiveData } from "../../output/config_text.ts";
import { shown } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"config get">> {
  const key = input.required("key");
  if (!isConfigKey(key)) throw unknownKey("get", key);
  const config = await context.config();
  config.require(key, `get "${key}"`);
  const found = config.effective(key);
  const row = configKey(key);
  if (isSecret(row, found.value)) {
    const what = row.secret === true ? "it is a secret" : "its address can hold a secret";
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot get "${key}": ${what}, ${
        found.value === null ? "and it is not set" : `set by ${originText(found.origin)}`
      }`,
    );
  }
  return {
    data: effectiveData(found),
    text: () => shown(withoutCredentials(valueWord(found.value))),
  };
}
