/**
 * `orchestrator secrets run -- <command>`
 * @module
 */
import { constants } from "node:os";
import { OrchestratorError } from "../../../errors.ts";
import { isUsedByPrograms, requireOwnName } from "../../../secrets/name.ts";
import type { SecretStore } from "../../../secrets/store.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say } from "../../output/shown.ts";
import { requiredSecrets } from "../../../app/secrets/required.ts";
import { secretStore } from "../../secrets/store.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets run">> {
  const { io } = context;
  const [file = "", ...args] = input.args("command");
  const store = await secretStore(context, input);
  const secrets = await collect(context, input, store);
  const { exitCode, signal } = await io.foreground({
    file,
    args,
    cwd: io.cwd,
    env: { ...io.env, ...secrets },
    stdout: input.has("json") ? "stderr" : "stdout",
  });
  const code = exitCode ?? 128 + signalNumber(signal);
  return {
    data: { exitCode, signal, secrets: Object.keys(secrets).sort() },
    text: () => say``,
    exitCode: code,
  };
}

/**
 * The secrets for the command.
 * @throws `secret_unknown` for one that was asked for, or is required, and is nowhere; what a secret
 * that cannot be used throws.
 */
async function collect(
  context: Context,
  input: Input,
  store: SecretStore,
): Promise<Readonly<Record<string, string>>> {
  const only = input.options("only").map((name) => requireOwnName(name, "use"));
  const all = only.length > 0
    ? only
    : [...new Set([...await store.names(), ...(await requiredSecrets(context)).keys()])];
  for (const name of all.filter(isUsedByPrograms)) await sayLeftOut(context, store, name);
  const names = all.filter((name) => !isUsedByPrograms(name));
  const secrets: Record<string, string> = {};
  for (const name of names) {
    const { value } = await store.require(name, "use");
    if (value.includes("\0")) {
      throw new OrchestratorError(
        "invalid_argument",
        `Cannot use secret "${name}": its value contains a NUL character, which a variable cannot contain`,
      );
    }
    secrets[name] = value;
  }
  return secrets;
}

/** Says that a secret would break the command. A variable of its name is passed on as it is. */
async function sayLeftOut(context: Context, store: SecretStore, name: string): Promise<void> {
  const [place] = await store.places(name);
  if (place === undefined || place.form === "variable") return;
  context.warn(`${name} is not passed on: programs use a variable of this name for something else`);
}

function signalNumber(signal: string | null): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return (signal === null ? undefined : numbers[signal]) ?? 1;
}
