/**
 * `orchestrator config set <key> <value>`
 * @module
 */
import { configKey, type ConfigKeyName, isConfigKey } from "../../../config/keys.ts";
import { unknownKey } from "../../../config/problem.ts";
import { isSecret, valueFromText, valueText } from "../../../config/value.ts";
import { OrchestratorError } from "../../../errors.ts";
import { isTrustKind } from "../../../trust/claim.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { changeConfig, configTarget, warnIfShadowed } from "../../config/target.ts";
import type { Context } from "../../context.ts";
import { effectiveData } from "../../output/config_text.ts";
import { say, shown } from "../../output/shown.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"config set">> {
  const key = input.required("key");
  if (!isConfigKey(key)) throw unknownKey("set", key);
  const row = configKey(key);
  const text = input.required("value");
  refuse(key, text, input.has("global"));
  const checked = valueFromText(row.type, text);
  if (checked.error !== undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot set "${key}": it must be ${checked.error}`,
    );
  }
  const target = configTarget(context, input);
  const change = await changeConfig(context, target, "config set", { key, value: checked.value });
  const found = (await context.config()).effective(key);
  warnIfShadowed(context, target, found);
  if (target.layer === "repository" && isTrustKind(key)) {
    const { warnIfUnconfirmed } = await import("../../../app/trust_claims.ts");
    await warnIfUnconfirmed(context, key);
  }
  if (target.layer === "repository" && key === "web_mode" && found.value === true) {
    await (await import("../../../app/trust_claims.ts")).warnIfNowhere(context);
  }
  const value = shown(valueText(row, checked.value));
  const file = shown(target.shown);
  return {
    data: { file: target.path, changed: change.changed, ...effectiveData(found) },
    text: (style) =>
      change.changed
        ? say`${style.green(style.symbols.done)} ${shown(key)}: ${value} (in ${file})`
        : say`${style.dim(style.symbols.bullet)} ${shown(key)} is already ${value} (in ${file})`,
  };
}

function refuse(key: ConfigKeyName, text: string, global: boolean): void {
  const row = configKey(key);
  if (isSecret(row, text)) {
    const why = row.secret === true ? "it is a secret" : "an address can hold a secret";
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot set "${key}": ${why}, and configuration files must not contain secrets`,
      { hint: `Set ${row.env} in the environment` },
    );
  }
  if (row.personal === true && !global) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot set "${key}" for a repository: it can only be set per user (use --global)`,
      { hint: `Run \`orchestrator config set --global ${key} <value>\`` },
    );
  }
}
