/**
 * `orchestrator config unset <key>`
 * @module
 */
import { isConfigKey } from "../../../config/keys.ts";
import { unknownKey } from "../../../config/problem.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { changeConfig, configTarget } from "../../config/target.ts";
import type { Context } from "../../context.ts";
import { effectiveData, effectiveText } from "../../output/config_text.ts";
import { lines, say, shown } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"config unset">> {
  const key = input.required("key");
  if (!isConfigKey(key)) throw unknownKey("unset", key);
  const target = configTarget(context, input);
  const change = await changeConfig(context, target, "config unset", { key, value: null });
  const found = (await context.config()).effective(key);
  const file = shown(target.shown);
  return {
    data: { file: target.path, changed: change.changed, ...effectiveData(found) },
    text: (style) =>
      lines([
        change.changed
          ? say`${style.green(style.symbols.done)} removed ${shown(key)} from ${file}`
          : say`${style.dim(style.symbols.bullet)} ${shown(key)} is not set in ${file}`,
        effectiveText(found, style),
      ]),
  };
}
