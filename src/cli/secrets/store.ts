/**
 * The secrets of the project and the user that a command works with.
 * @module
 */
import type { AgeKeys } from "../../secrets/age_file.ts";
import type { Redactor } from "../../secrets/redact.ts";
import { SecretStore } from "../../secrets/store.ts";
import type { Input } from "../command.ts";
import { canAsk } from "../confirm.ts";
import type { Context } from "../context.ts";
import { secretRoots } from "./roots.ts";
import { say, shown } from "../output/shown.ts";
import { expandHome } from "../workflow_file.ts";

/** How a store asks and tells. */
export interface StoreWish {
  readonly redactor: Redactor;
  /** Ask nobody, warn of nothing, and make the best of a broken configuration. */
  readonly quiet: boolean;
  /** Warn of nothing: what does not open is reported in another way. */
  readonly silent?: boolean;
  /** For what may be asked; absent when `quiet`. */
  readonly input?: Input;
}

/** The store of a command: asks on a terminal for what opens encrypted secrets. */
export async function secretStore(context: Context, input: Input): Promise<SecretStore> {
  return await makeStore(context, { redactor: await context.redactor(), quiet: false, input });
}

/** @throws `config_invalid` when the configuration cannot tell the order, unless `quiet`. */
export async function makeStore(context: Context, wish: StoreWish): Promise<SecretStore> {
  const { io, paths } = context;
  const config = await context.config();
  const order = wish.quiet
    ? config.get("secrets.order")
    : config.require("secrets.order", "look for secrets");
  return new SecretStore({
    ...secretRoots(context),
    env: io.env,
    order,
    declared: await declaredNames(context),
    keys: await ageKeys(context, wish),
    password: (what) => passwordFor(context, wish, io.env["SECRETS_PASSWORD"], what),
    redactor: wish.redactor,
    shown: (path) => paths.shown(path),
    warn: (message) => wish.quiet || wish.silent === true ? undefined : context.warn(message),
  });
}

/** What opens age files: the configured identity, the configured passphrase, or a person. */
export async function ageKeys(context: Context, wish: StoreWish): Promise<AgeKeys> {
  const config = await context.config();
  const identity = config.get("secrets.identity");
  const passphrase = config.get("secrets.passphrase");
  if (passphrase !== null) wish.redactor.add(passphrase);
  return {
    identityFile: identity === null
      ? null
      : context.paths.resolveFrom(context.paths.root, expandHome(identity, context.io.home)),
    // A passphrase takes a second to try: too long for what is only looked at on the way.
    passphrase: (what) =>
      wish.quiet
        ? Promise.resolve(null)
        : passwordFor(context, wish, passphrase ?? undefined, what),
  };
}

/** Names of the secrets that must be there: the configuration's, and the variables it knows. */
async function declaredNames(context: Context): Promise<readonly string[]> {
  const config = await context.config();
  const { secretVariables } = await import("../../secrets/known.ts");
  return [...config.get("secrets.required"), ...secretVariables(context.io.env)];
}

async function passwordFor(
  context: Context,
  wish: StoreWish,
  given: string | undefined,
  what: string,
): Promise<string | null> {
  if (given !== undefined && given !== "") {
    wish.redactor.add(given);
    return given;
  }
  if (wish.quiet || wish.input === undefined || !canAsk(context, wish.input)) return null;
  const answer = await context.io.askSecret(say`Type ${shown(what)}`);
  if (answer !== null) wish.redactor.add(answer);
  return answer;
}
