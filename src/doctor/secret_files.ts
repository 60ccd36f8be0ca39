/**
 * What the checks of secrets have in common. No value leaves this file: only what is wrong with it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { AGE_SUFFIX, listFolder, type SecretFile } from "../secrets/folder.ts";
import type { FoundSecret, SecretPlace, SecretStore } from "../secrets/store.ts";
import type { Examination } from "./examination.ts";

/** A folder of secrets. */
export interface SecretFolder {
  readonly source: "repository" | "global";
  readonly path: string;
}

/** The folders that there are. */
export function secretFolders(
  examination: Examination,
  store: SecretStore,
): readonly SecretFolder[] {
  return (["repository", "global"] as const).flatMap((source) => {
    const path = store.folder(source);
    return path !== null && examination.stat(path)?.isDirectory() === true
      ? [{ source, path }]
      : [];
  });
}

/** The secrets of a folder, or why it cannot be looked into. */
function listed(path: string): {
  readonly files: readonly SecretFile[];
  readonly error: OrchestratorError | null;
} {
  try {
    return { files: listFolder(path), error: null };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { files: [], error };
  }
}

/** Why folders cannot be looked into. */
export async function closedFolders(
  examination: Examination,
): Promise<readonly OrchestratorError[]> {
  const store = await examination.options.secrets();
  return secretFolders(examination, store).flatMap(({ path }) => listed(path).error ?? []);
}

/** A secret in a folder, or a variable that is declared as one. */
export interface SeenSecret {
  readonly name: string;
  readonly place: SecretPlace;
}

/** All secrets of the folders, and the required ones among the variables. */
export async function seenSecrets(examination: Examination): Promise<readonly SeenSecret[]> {
  const { options } = examination;
  const store = await options.secrets();
  const seen: SeenSecret[] = [];
  for (const { source, path } of secretFolders(examination, store)) {
    for (const { name, form, path: file } of listed(path).files) {
      const base = form === "age" ? name + AGE_SUFFIX : name;
      const tracked = await store.isTracked(path, base) === true;
      const place = { source, form, where: examination.paths.shown(file), tracked };
      seen.push({ name, place });
    }
  }
  for (const name of (await options.requiredSecrets()).keys()) {
    if ((options.env[name] ?? "") === "") continue;
    seen.push({
      name,
      place: { source: "environment", form: "variable", where: name, tracked: false },
    });
  }
  return seen;
}

/** What became of reading a secret. */
export type Opened =
  | { readonly seen: SeenSecret; readonly secret: FoundSecret }
  | { readonly seen: SeenSecret; readonly error: OrchestratorError };

/** Reads them all. */
export function openSecrets(examination: Examination): Promise<readonly Opened[]> {
  return examination.once("secrets", async () => {
    const store = await examination.options.secrets();
    const opened: Opened[] = [];
    for (const seen of await seenSecrets(examination)) {
      try {
        // Whether git tracks it is another check's matter.
        const secret = await store.read(seen.name, { ...seen.place, tracked: false });
        opened.push({ seen, secret });
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        opened.push({ seen, error });
      }
    }
    return opened;
  });
}

/** Where the secrets are whose value is such: `NAME in .orchestrator/secrets/NAME`. */
export async function secretsWhose(
  examination: Examination,
  isSuch: (value: string) => boolean,
): Promise<readonly string[]> {
  return (await openSecrets(examination)).flatMap((opened) =>
    "secret" in opened && isSuch(opened.secret.value) ? [nameAndPlace(opened.seen)] : []
  );
}

/** `NAME in .orchestrator/secrets/NAME`, `variable NAME` */
export function nameAndPlace({ name, place }: SeenSecret): string {
  return place.form === "variable" ? `variable ${name}` : `${name} in ${place.where}`;
}

/** How many there are, by what they are called: for findings that are fine. */
export async function secretCount(examination: Examination): Promise<number> {
  return (await seenSecrets(examination)).length;
}
