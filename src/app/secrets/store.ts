/**
 * The secrets of the project and the user.
 * @module
 */
import type { Config } from "../../config/config.ts";
import type { AgeKeys } from "../../secrets/age_file.ts";
import type { OrchestratorError } from "../../errors.ts";
import { shownPath } from "../../project/shown_path.ts";
import type { Redactor } from "../../secrets/redact.ts";
import type { SecretRoots } from "../../secrets/places.ts";
import { credentialsOf } from "../../secrets/repo_address.ts";
import { type SecretsRepo, secretsRepo } from "../../secrets/secrets_repo.ts";
import { SecretStore } from "../../secrets/store.ts";
import { trustNeeded } from "../../trust/claim.ts";
import { claimOn } from "../confirmed_value.ts";
import { trustOf } from "../trust.ts";
import type { Configuration, Identity, Project, Warnings } from "../workspace.ts";
import { secretFiles, secretRoots } from "./roots.ts";
import { expandHome } from "../workflow_file.ts";

/** How a store asks and tells. */
export interface StoreWish {
  readonly redactor: Redactor;
  /** No prompts, no warnings, and a broken configuration is used as far as it can be read. */
  readonly quiet: boolean;
  /** Warn of nothing: what does not open is reported in another way. */
  readonly silent?: boolean;
  /** Of what is elsewhere only the copies that are here. */
  readonly offline?: boolean;
  /** Asks a person for what opens a secret; null for no answer. Absent where no prompt is possible. */
  readonly ask?: ((what: string) => Promise<string | null>) | undefined;
}

/** @throws `config_invalid` when the configuration cannot tell the order, unless `quiet`. */
export async function makeStore(
  workspace: Project & Configuration & Warnings & Pick<Identity, "actor">,
  wish: StoreWish,
): Promise<SecretStore> {
  const { io, paths } = workspace;
  const config = await workspace.config();
  const order = wish.quiet
    ? config.get("secrets.order")
    : config.require("secrets.order", "look for secrets");
  const roots = secretRoots(workspace);
  return new SecretStore({
    ...roots,
    files: {
      paths: secretFiles(workspace, config),
      problem: unconfirmed(workspace, config, "secrets.files"),
      programs: true,
    },
    repo: repoOf(workspace, config, { roots, wish }),
    env: io.env,
    order,
    declared: await declaredNames(workspace),
    keys: await ageKeys(workspace, wish),
    password: (what) => passwordFor(wish, io.env["SECRETS_PASSWORD"], what),
    redactor: wish.redactor,
    shown: (path) => shownPath(paths, path),
    warn: (message) => wish.quiet || wish.silent === true ? undefined : workspace.warn(message),
  });
}

/**
 * The repository of secrets. One that a repository's file chooses and no person has confirmed is named
 * when it would be opened, and the other places are looked into.
 */
function repoOf(
  workspace: Project & Configuration & Pick<Identity, "actor">,
  config: Config,
  { roots, wish }: { readonly roots: SecretRoots; readonly wish: StoreWish },
): SecretsRepo | null {
  const claim = claimOn(config, "secrets_repo");
  const address = claim?.value ?? config.get("secrets_repo");
  if (address === null) return null;
  for (const word of credentialsOf(config.get("secrets_repo") ?? "")) wish.redactor.add(word);
  const { id: folder, cache } = roots;
  const { env, now } = workspace.io;
  const repo = secretsRepo({ address, folder, cache, env, now, offline: wish.offline ?? false });
  const problem = unconfirmed(workspace, config, "secrets_repo");
  return problem === null ? repo : { ...repo, open: () => Promise.reject(problem) };
}

/** Why what a repository's file chooses is not used; null where it is, or chooses nothing. */
function unconfirmed(
  workspace: Project & Pick<Identity, "actor">,
  config: Config,
  key: "secrets_repo" | "secrets.files",
): OrchestratorError | null {
  const claim = claimOn(config, key);
  if (claim === null) return null;
  const trust = trustOf(workspace);
  if (trust.has(claim)) return null;
  return trust.problem ?? trustNeeded(`use ${key}`, claim, workspace.actor.kind === "agent");
}

/** What opens age files: the configured identity, the configured passphrase, or a person. */
export async function ageKeys(
  workspace: Project & Configuration,
  wish: StoreWish,
): Promise<AgeKeys> {
  const config = await workspace.config();
  const identity = config.get("secrets.identity");
  const passphrase = config.get("secrets.passphrase");
  if (passphrase !== null) wish.redactor.add(passphrase);
  return {
    identityFile: identity === null
      ? null
      : workspace.paths.resolveFrom(workspace.paths.root, expandHome(identity, workspace.io.home)),
    program: {
      env: workspace.io.env,
      prompts: !wish.quiet && wish.ask !== undefined,
      plugins: !wish.quiet,
    },
    // A passphrase takes a second to try: too long for what is only looked at on the way.
    passphrase: (what) =>
      wish.quiet ? Promise.resolve(null) : passwordFor(wish, passphrase ?? undefined, what),
  };
}

/** Names of the secrets that must be there: the configuration's, and the variables it knows. */
async function declaredNames(workspace: Project & Configuration): Promise<readonly string[]> {
  const config = await workspace.config();
  const { secretVariables } = await import("../../secrets/known.ts");
  return [...config.get("secrets.required"), ...secretVariables(workspace.io.env)];
}

async function passwordFor(
  wish: StoreWish,
  given: string | undefined,
  what: string,
): Promise<string | null> {
  if (given !== undefined && given !== "") {
    wish.redactor.add(given);
    return given;
  }
  if (wish.quiet || wish.ask === undefined) return null;
  const answer = await wish.ask(what);
  if (answer !== null) wish.redactor.add(answer);
  return answer;
}
