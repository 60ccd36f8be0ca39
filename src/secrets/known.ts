/**
 * Makes a redactor of the secrets that are at hand, so that none of their values gets into a journal or
 * onto a screen through a command's output or a text.
 *
 * There are no prompts: what is encrypted with a passphrase, and the old tool's files unless
 * their password is in the environment, stay unknown. Nothing is thrown.
 * @module
 */
import { mayBeThere } from "../config/quick_checks.ts";
import { isSecretName, isSecretVariable, SHORTEST_VALUE, WORD } from "./name.ts";
import { FOLDER_SOURCES, oldPlaces, type SecretRoots } from "./places.ts";
import type { Redactor } from "./redact.ts";
import { credentialsOf } from "./repo_address.ts";
import type { SecretPlace, SecretStore } from "./store.ts";

/** Learns what the environment holds. */
export function learnVariables(
  redactor: Redactor,
  env: Readonly<Record<string, string | undefined>>,
  declared: readonly string[] = [],
): void {
  for (const word of credentialsOf(env["ORCHESTRATOR_SECRETS_REPO"] ?? "")) redactor.add(word);
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.length < SHORTEST_VALUE) continue;
    if (declared.includes(name) || (isSecretVariable(name) && !WORD.test(value))) {
      redactor.add(value);
    }
  }
}

/** Whether anything may be stored at all: one look at each place. */
export function mayBeStored(roots: SecretRoots): boolean {
  return [roots.repository, roots.global, roots.cache, ...oldPlaces(roots).map(({ path }) => path)]
    .some((path) => path !== null && mayBeThere(path));
}

/**
 * Lets the store's redactor learn what the folders, the configured files, the old tool's and the copy of the
 * repository of secrets hold, as far as they open by themselves.
 */
export async function learnStored(store: SecretStore): Promise<void> {
  const { listFolder } = await import("./folder.ts");
  for (const source of FOLDER_SOURCES) {
    const folder = store.folder(source);
    if (folder === null) continue;
    for (const file of quietly(() => listFolder(folder)) ?? []) {
      const place: SecretPlace = { source, form: file.form, where: file.path, tracked: false };
      await quietlyAsync(() => store.read(file.name, place));
    }
  }
  if (store.repo !== null) {
    for (const name of await quietlyAsync(() => store.names()) ?? []) {
      for (const place of await quietlyAsync(() => store.places(name)) ?? []) {
        if (place.source === "secrets_repo") await quietlyAsync(() => store.read(name, place));
      }
    }
  }
  for (const { open } of store.listedFiles()) await quietlyAsync(open);
  for (const old of store.oldStores()) {
    // To start another program before every change would be too much.
    if (old.kind === "openssl") await quietlyAsync(() => store.open(old));
  }
}

/** What opens other secrets is none to be handed on. */
const OPENERS = /^(SECRETS_PASSWORD|SOPS_\w+|ORCHESTRATOR_\w+)$/;

/** Names in `env` that hold secrets. */
export function secretVariables(
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  return Object.keys(env)
    .filter((name) => isSecretName(name) && isSecretVariable(name) && !OPENERS.test(name)).sort();
}

function quietly<Result>(action: () => Result): Result | null {
  try {
    return action();
  } catch {
    // A place that cannot be read tells nothing, and what it holds cannot have been read either.
    return null;
  }
}

async function quietlyAsync<Result>(action: () => Promise<Result>): Promise<Result | null> {
  try {
    return await action();
  } catch {
    // As above.
    return null;
  }
}
