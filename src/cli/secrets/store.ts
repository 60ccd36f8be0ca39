/**
 * The secrets of a command, which may ask a person for what opens them.
 * @module
 */
import { ageKeys, makeStore } from "../../app/secrets/store.ts";
import type { AgeKeys } from "../../secrets/age_file.ts";
import type { SecretStore } from "../../secrets/store.ts";
import { canAsk } from "../confirm.ts";
import type { Context } from "../context.ts";
import type { Input } from "../input.ts";
import { say, shown } from "../output/shown.ts";

/** The store of a command: asks on a terminal for what opens encrypted secrets. */
export async function secretStore(context: Context, input: Input): Promise<SecretStore> {
  return await makeStore(context, await wishOf(context, input));
}

/** What opens age files; asked for on a terminal. */
export async function askedAgeKeys(context: Context, input: Input): Promise<AgeKeys> {
  return await ageKeys(context, await wishOf(context, input));
}

async function wishOf(context: Context, input: Input) {
  return {
    redactor: await context.redactor(),
    quiet: false,
    ask: canAsk(context, input)
      ? (what: string) => context.io.askSecret(say`Type ${shown(what)}`)
      : undefined,
  };
}
