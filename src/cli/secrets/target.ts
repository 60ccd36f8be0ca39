/**
 * Where secrets are written, and how.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { type Lock, ownRecipients, sealText } from "../../secrets/age_file.ts";
import type { SecretFile, SecretFolder } from "../../secrets/folder.ts";
import type { SecretStore } from "../../secrets/store.ts";
import type { Input } from "../command.ts";
import { canAsk } from "../confirm.ts";
import type { Context } from "../context.ts";
import { withProjectLock, withUserLock } from "../../app/lock.ts";
import { askedAgeKeys } from "./store.ts";
import { say } from "../output/shown.ts";

/** The folder a command writes to. */
export interface SecretTarget {
  readonly source: "repository" | "global" | "global_here";
  readonly folder: SecretFolder;
}

/**
 * The repository's folder, or with `--global` the user's.
 * @throws `no_project` in the home directory, `invalid_argument` without one.
 */
export function secretTarget(input: Input, store: SecretStore): SecretTarget {
  const source = input.has("here") ? "global_here" : input.has("global") ? "global" : "repository";
  const folder = store.folder(source);
  if (folder !== null) return { source, folder };
  if (source === "global_here") {
    throw new OrchestratorError(
      "no_project",
      `Cannot use "--here": there is no repository with an id, or no home`,
      { hint: "Run `orchestrator init` in the project" },
    );
  }
  if (source === "global") {
    throw new OrchestratorError("invalid_argument", `Cannot use "--global": there is no home`, {
      hint: "Set HOME",
    });
  }
  throw new OrchestratorError(
    "no_project",
    `Cannot keep a repository's secrets in your home directory: its .orchestrator folder is your own`,
    { hint: "Add --global, or change to the project" },
  );
}

/** Runs `task` while no other process changes the folder. */
export async function withSecretsLock<Result>(
  context: Context,
  target: SecretTarget,
  operation: string,
  task: () => Result | Promise<Result>,
): Promise<Result> {
  return target.source === "repository"
    ? await withProjectLock(context, operation, task)
    : await withUserLock(context, operation, task);
}

/**
 * How values are to be encrypted; null for not at all. `--encrypt`, `--passphrase` and `--plain`
 * decide, else `secrets.encrypt`.
 * @throws `secret_locked` when there is no recipient to encrypt for; `terminal_needed`
 */
export async function chooseLock(
  context: Context,
  input: Input,
  doing: string,
): Promise<Lock | null> {
  const asked = ["encrypt", "passphrase", "plain"].filter((name) => input.has(name));
  if (asked.length > 1) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot ${doing}: ${asked.map((name) => `--${name}`).join(" and ")} cannot be used together`,
    );
  }
  const config = await context.config();
  if (input.has("passphrase")) return { passphrase: await newPassphrase(context, input, doing) };
  if (input.has("plain") || !(input.has("encrypt") || config.require("secrets.encrypt", doing))) {
    return null;
  }
  const recipients = [...config.require("secrets.recipients", doing)];
  config.require("secrets.identity", doing);
  const keys = await askedAgeKeys(context, input);
  if (keys.identityFile !== null) {
    recipients.push(...await ownRecipients(keys.identityFile, keys));
  }
  if (recipients.length > 0) return { recipients: [...new Set(recipients)] };
  throw new OrchestratorError(
    "secret_locked",
    `Cannot ${doing} encrypted: no identity or recipient is configured`,
    { hint: "Run `orchestrator config set --global secrets.identity <file>`, or use --passphrase" },
  );
}

/** The content of a secret's file. */
export async function sealed(
  { io }: Pick<Context, "io">,
  value: string,
  lock: Lock | null,
): Promise<{ readonly form: SecretFile["form"]; readonly bytes: Uint8Array }> {
  if (lock === null) return { form: "plain", bytes: new TextEncoder().encode(`${value}\n`) };
  return { form: "age", bytes: await sealText(value, lock, io.workFactor) };
}

async function newPassphrase(context: Context, input: Input, doing: string): Promise<string> {
  const config = await context.config();
  const given = config.get("secrets.passphrase");
  if (given !== null) return given;
  if (!canAsk(context, input)) {
    throw new OrchestratorError(
      "terminal_needed",
      `Cannot ${doing}: there is no terminal to ask for a passphrase on`,
      { hint: "Set ORCHESTRATOR_SECRETS_PASSPHRASE" },
    );
  }
  const first = await context.io.askSecret(say`Choose a passphrase`);
  const again = first === null ? null : await context.io.askSecret(say`Repeat the passphrase`);
  if (first === null || again === null) {
    throw new OrchestratorError("interrupted", `Cannot ${doing}: no passphrase was given`);
  }
  if (first !== again) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot ${doing}: the two passphrases differ`,
    );
  }
  if (first.length < 8) {
    throw new OrchestratorError(
      "too_short",
      `Cannot ${doing}: a passphrase needs at least 8 characters`,
    );
  }
  (await context.redactor()).add(first);
  return first;
}
