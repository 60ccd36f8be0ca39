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
import type { AnswerData } from "../../../answers/table.ts";
import { problemText, unknownKey } from "../../../config/problem.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { effectiveData, effectiveText } from "../../output/config_text.ts";
import { lines, num, say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"config show">> {
  const config = await context.config();
  for (const problem of config.problems) context.warn(problemText(problem));
  const asked = input.option("key");
  const all = keysOf(asked).map((key) => config.effective(key));
  const whole = input.has("effective") || asked !== undefined;
  const found = whole ? all : all.filter(({ origin }) => origin.layer !== "default");
  const hidden = all.length - found.length;
  const replaced = asked === undefined ? await settings(context) : null;
  return {
    data: {
      keys: found.map(effectiveData),
      findings: config.problems,
      ...(replaced === null ? {} : { workflowSettings: replaced }),
    },
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
        ...(replaced === null ? [] : settingsRows(replaced, style)),
      ]),
  };
}

type Replaced = NonNullable<AnswerData<"config show">["workflowSettings"]>;

/** The settings of the workflow that the old tool's file replaces; null where it replaces none. */
async function settings(context: Context): Promise<Replaced | null> {
  const { OLD_SETTINGS_FILE } = await import("../../../legacy/old_settings.ts");
  const { replacedSettings } = await import("../../../app/legacy/old_settings.ts");
  const replaced = await replacedSettings(context);
  return replaced === null ? null : { from: OLD_SETTINGS_FILE, ...replaced };
}

function settingsRows({ from, definition, settings }: Replaced, style: Style): readonly Shown[] {
  return [
    say``,
    style.bold(say`Settings of the workflow, replaced at start`),
    ...settings.flatMap(({ name, value, over }) => [
      say`${shown(name)}: ${shown(JSON.stringify(value))} ${
        style.dim(say`(from: ${shown(from)})`)
      }`,
      say`  ${style.dim(say`over`)} ${style.dim(shown(JSON.stringify(over)))} ${
        style.dim(say`(from: ${shown(definition)})`)
      }`,
    ]),
  ];
}

/** @throws `config_key_unknown` */
function keysOf(asked: string | undefined): readonly ConfigKeyName[] {
  if (asked === undefined) return CONFIG_KEY_NAMES;
  if (isConfigKey(asked)) return [asked];
  const group = asked.replace(/\.$/, "");
  if (!isConfigGroup(group)) throw unknownKey("show", asked);
  return CONFIG_KEY_NAMES.filter((key) => key.startsWith(`${group}.`));
}
