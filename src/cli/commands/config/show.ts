/**
 * `orchestrator config show`
 * @module
 */
import {
  CONFIG_KEY_NAMES,
  type ConfigKeyName,
  isConfigGroup,
  isConfigKey,
} from "../../../config/keys.ts";
import { problemText, unknownKey } from "../../../config/problem.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { effectiveData, effectiveText } from "../../output/config_text.ts";
import { lines, num, say } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"config show">> {
  const config = await context.config();
  for (const problem of config.problems) context.warn(problemText(problem));
  const asked = input.option("key");
  const all = keysOf(asked).map((key) => config.effective(key));
  const whole = input.has("effective") || asked !== undefined;
  const found = whole ? all : all.filter(({ origin }) => origin.layer !== "default");
  const hidden = all.length - found.length;
  return {
    data: { keys: found.map(effectiveData), findings: config.problems },
    text: (style) =>
      lines([
        ...found.map((entry) => effectiveText(entry, style)),
        ...(hidden === 0 ? [] : [
          style.dim(
            say`${found.length === 0 ? say`All` : say`The other`} ${
              num(hidden)
            } keys have their defaults: orchestrator config show --effective`,
          ),
        ]),
      ]),
  };
}

/** @throws `config_key_unknown` */
function keysOf(asked: string | undefined): readonly ConfigKeyName[] {
  if (asked === undefined) return CONFIG_KEY_NAMES;
  if (isConfigKey(asked)) return [asked];
  const group = asked.replace(/\.$/, "");
  if (!isConfigGroup(group)) throw unknownKey("show", asked);
  return CONFIG_KEY_NAMES.filter((key) => key.startsWith(`${group}.`));
}
