/**
 * What the command line says of the configuration.
 * @module
 */
import type { ConfigFlag } from "../../config/config.ts";
import { configKey, type ConfigKeyName, isConfigKey } from "../../config/keys.ts";
import { unknownKey } from "../../config/problem.ts";
import { expectedOf, isSecret, valueFromText } from "../../config/value.ts";
import { OrchestratorError } from "../../errors.ts";
import type { Input } from "../input.ts";
import type { CommandInfo } from "../spec.ts";

/** A `KEY=VALUE` pair. */
export interface Setting {
  readonly key: string;
  readonly text: string;
}

/**
 * The layer of the command line: `--set`, and the options that stand for one key. On `start`, a
 * `--set` of a key that is not the configuration's is a setting of the workflow, and left out here.
 * @throws `invalid_argument`, `config_key_unknown`
 */
export function configFlags(input: Input, spec: CommandInfo): readonly ConfigFlag[] {
  const flags: ConfigFlag[] = [];
  for (const { key, text } of settings(input, spec)) {
    if (isConfigKey(key)) flags.push(flagOf(key, text, "--set"));
    else if (spec.path !== "start") throw unknownKey("set", key);
  }
  if (input.has("no-color")) flags.push({ key: "color", value: "never", flag: "--no-color" });
  const timeout = input.option("lock-timeout");
  if (timeout !== undefined) {
    const checked = valueFromText(configKey("lock_timeout").type, timeout);
    if (checked.error !== undefined) {
      throw new OrchestratorError(
        "invalid_argument",
        `Cannot use "${timeout}" as lock time-out: it must be ${checked.error}`,
      );
    }
    flags.push({ key: "lock_timeout", value: checked.value, flag: "--lock-timeout" });
  }
  return flags;
}

/** The `--set` pairs that are settings of the workflow. */
export function workflowSettings(input: Input, spec: CommandInfo): readonly Setting[] {
  return settings(input, spec).filter(({ key }) => !isConfigKey(key));
}

function settings(input: Input, spec: CommandInfo): readonly Setting[] {
  const hint = spec.path === "start"
    ? 'Run `orchestrator start "<task>" --set test_command="npm test"`'
    : `Run \`orchestrator ${spec.path} --set key=value\``;
  return input.options("set").map((pair) => {
    const at = pair.indexOf("=");
    const key = at < 0 ? "" : pair.slice(0, at).trim();
    if (!/^[A-Za-z_][\w.-]*$/.test(key)) {
      throw new OrchestratorError("invalid_argument", `Cannot set "${pair}": it is not KEY=VALUE`, {
        hint,
      });
    }
    return { key, text: pair.slice(at + 1) };
  });
}

function flagOf(key: ConfigKeyName, text: string, flag: string): ConfigFlag {
  const row = configKey(key);
  if (isSecret(row, text)) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot set "${key}" on the command line: other users can read command lines`,
      { hint: `Set ${row.env} in the environment` },
    );
  }
  const checked = valueFromText(row.type, text);
  if (checked.error === undefined) return { key, value: checked.value, flag };
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot set "${key}" to ${JSON.stringify(text)}: it must be ${expectedOf(row.type)}`,
  );
}
