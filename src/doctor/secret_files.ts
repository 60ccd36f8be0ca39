/**
 * Shared by the checks of secrets. Values do not leave this file, only what is wrong with them.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { shownPath } from "../project/shown_path.ts";
import { AGE_SUFFIX, listFolder, type SecretFile, type SecretFolder } from "../secrets/folder.ts";
import { FOLDER_SOURCES, type FolderSource } from "../secrets/places.ts";
import type { FoundSecret, SecretPlace, SecretStore } from "../secrets/store.ts";
import type { Examination } from "./examination.ts";

/** A folder of secrets. */
interface SeenFolder {
  readonly source: FolderSource;
  readonly folder: SecretFolder;
}

/** The existing folders. */
function secretFolders(
  examination: Examination,
  store: SecretStore,
): readonly SeenFolder[] {
  return FOLDER_SOURCES.flatMap((source) => {
    const folder = store.folder(source);
    return folder !== null && examination.stat(folder.directory)?.isDirectory() === true
      ? [{ source, folder }]
      : [];
  });
}

/** The secrets of a folder, or why it cannot be read. */
function listed(folder: SecretFolder): {
  readonly files: readonly SecretFile[];
  readonly error: OrchestratorError | null;
} {
  try {
    return { files: listFolder(folder), error: null };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { files: [], error };
  }
}

/** Directories of the readable folders. */
export function openFolders(examination: Examination, store: SecretStore): readonly string[] {
  return secretFolders(examination, store).filter(({ folder }) => listed(folder).error === null)
    .map(({ folder }) => folder.directory);
}

/** Why folders cannot be read. */
export async function closedFolders(
  examination: Examination,
): Promise<readonly OrchestratorError[]> {
  const store = await examination.options.secrets();
  return secretFolders(examination, store).flatMap(({ folder }) => listed(folder).error ?? []);
}

/** A secret in a folder, or a variable that is declared as one. */
export interface SeenSecret {
  readonly name: string;
  readonly place: SecretPlace;
}

/** All secrets of the folders, and the required ones among the variables. */
async function seenSecrets(examination: Examination): Promise<readonly SeenSecret[]> {
  const { options } = examination;
  const store = await options.secrets();
  const seen: SeenSecret[] = [];
  for (const { source, folder } of secretFolders(examination, store)) {
    for (const { name, form, path: file } of listed(folder).files) {
      const base = form === "age" ? name + AGE_SUFFIX : name;
      const tracked = await store.isTracked(folder.directory, base) === true;
      const place = { source, form, where: shownPath(examination.paths, file), tracked };
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

/** Secrets in files of this machine, not as values of variables. */
export async function secretsOnDisk(examination: Examination): Promise<readonly string[]> {
  return (await seenSecrets(examination)).filter(({ place }) => place.form !== "variable")
    .map(({ name, place }) => `secret ${name} in ${place.where}`);
}

/** The result of reading a secret. */
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
        // Another check reports whether git tracks it.
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
