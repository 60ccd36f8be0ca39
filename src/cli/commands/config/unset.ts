/**
 * `orchestrator config unset <key>`
 * @module
 */
import { isConfigKey } from "../../../config/keys.ts";
import { unknownKey } from "../../../config/problem.ts";
import type { Answer, Input } from "../../command.ts";
import { changeConfig, configTarget } from "../../config/target.ts";
import type { Context } from "../../context.ts";
import { effectiveData, effectiveText } from "../../output/config_text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const key = input.required("key");
  if (!isConfigKey(key)) throw unknownKey("unset", key);
  const target = configTarget(context, input);
  const change = await changeConfig(context, target, "config unset", key, null);
  const found = (await context.config()).effective(key);
  return {
    data: { file: target.path, changed: change.changed, ...effectiveData(found) },
    text: (style) =>
      [
        change.changed
          ? `${style.green(style.symbols.done)} took ${key} out of ${target.shown}`
          : `${style.dim(style.symbols.bullet)} ${target.shown} says nothing of ${key}`,
        effectiveText(found, style),
      ].join("\n"),
  };
}
