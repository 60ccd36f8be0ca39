/**
 * Where secrets are found: the repository's folder, the user's own, a repository of secrets, the
 * environment, in the order that the configuration says. The old tool's encrypted files belong to the place they lie in, behind its
 * folder.
 *
 * Every value that is read is made known to the redactor before it is returned.
 * @module
 */
import { lstatSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { pathExists } from "../platform/path.ts";
import { lookAtFile, lookWithin, readWithin } from "../platform/within.ts";
import { type AgeKeys, openText } from "./age_file.ts";
import {
  findInFolder,
  listFolder,
  readSecretFile,
  repositoryFolder,
  type SecretFile,
  type SecretFolder,
  textOf,
  withoutLineEnd,
} from "./folder.ts";
import { readOpensslSecrets } from "./openssl_file.ts";
import { type Collection, kindOfFile, type ListedFiles, openListed } from "./listed_file.ts";
import { isSecretName, mayBeSecret } from "./name.ts";
import {
  CONFIGURED_SOURCES,
  type OldPlace,
  oldPlaces,
  PREFIX,
  type SecretRoots,
  type SourceName,
} from "./places.ts";
import type { Redactor } from "./redact.ts";
import { namesIn, pathsOf, type SecretsRepo, shownFile } from "./secrets_repo.ts";
import { readSopsSecrets } from "./sops_file.ts";
import { trackedIn } from "./tracked.ts";

/** Where one secret is, and how it is kept there. */
export interface SecretPlace {
  readonly source: SourceName;
  readonly form: "plain" | "age" | "env" | "openssl" | "sops" | "variable";
  /** The file as messages name it, or the variable. */
  readonly where: string;
  /** True when git tracks the file. */
  readonly tracked: boolean;
}

/** A secret with its value. */
export interface FoundSecret extends SecretPlace {
  readonly name: string;
  readonly value: string;
}

/** An encrypted file of the old tool that is there. */
export interface OldStore extends OldPlace {
  /** As messages name it. */
  readonly where: string;
}

/** What a store needs to know. */
export interface StoreOptions extends SecretRoots {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly order: readonly string[];
  /** Names that are secrets when they are variables. */
  readonly declared: readonly string[];
  readonly keys: AgeKeys;
  /** The files that the configuration names. */
  readonly files: ListedFiles;
  /** The repository of secrets; null for none. */
  readonly repo: SecretsRepo | null;
  /** The password of an old file; null when there is none and no prompt is possible. */
  readonly password: (what: string) => Promise<string | null>;
  readonly redactor: Redactor;
  /** A path as messages name it. */
  readonly shown: (path: string) => string;
  /** Told when a place cannot be looked into. */
  readonly warn: (message: string) => void;
}

/** A larger file holds no secrets. */
const MAX_STORE_BYTES = 16 * 1024 * 1024;

/** Finds secrets. Reads each encrypted file of the old tool at most once. */
export class SecretStore {
  readonly #options: StoreOptions;
  readonly #opened = new Map<string, Promise<ReadonlyMap<string, string>>>();
  #repoFiles: Promise<ReadonlyMap<string, Uint8Array>> | undefined;
  readonly #tracked = new Map<string, Promise<ReadonlySet<string> | null>>();

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  /** The places, first place first. */
  get order(): readonly SourceName[] {
    const { order, globalHere, repo, files } = this.#options;
    return order.filter(isSource).flatMap((source) => {
      if (source === "secrets_repo" && repo === null) return [];
      if (source === "files" && files.paths.length === 0) return [];
      return source === "global" && globalHere !== null ? ["global_here", source] : [source];
    });
  }

  /** The repository of secrets; null for none. */
  get repo(): SecretsRepo | null {
    return this.#options.repo;
  }

  /** The folder of a place; null for those that are none, and where there is none. */
  folder(source: SourceName): SecretFolder | null {
    const { repository, global, globalHere } = this.#options;
    if (source === "repository" && repository !== null) return repositoryFolder(repository);
    if (source === "global_here" && globalHere !== null) {
      return { directory: globalHere, within: null };
    }
    return source === "global" && global !== null ? { directory: global, within: null } : null;
  }

  /** The old tool's encrypted files that are there. */
  oldStores(): readonly OldStore[] {
    return (["repository", "global"] as const).flatMap((source) => this.#oldStoresOf(source));
  }

  /** The files that the configuration names and that are there. Their values are known once opened. */
  listedFiles(): readonly Collection[] {
    const { files, shown } = this.#options;
    return files.paths.filter(pathExists).map((path) => {
      const where = shown(path);
      const kind = kindOfFile(path);
      return { path, where, kind, open: () => this.#openOnce(path, () => this.#openListed(path)) };
    });
  }

  /** See {@link StoreOptions.files}. */
  get files(): ListedFiles {
    return this.#options.files;
  }

  async #openListed(path: string): Promise<ReadonlyMap<string, string>> {
    const { files, keys, env, shown, redactor } = this.#options;
    if (files.problem !== null) throw files.problem;
    const secrets = await openListed(path, shown(path), { keys, env, programs: files.programs });
    for (const [name, value] of secrets) if (mayBeSecret(name, value)) redactor.add(value);
    return secrets;
  }

  /**
   * Every place that has a secret of this name, the one that answers first. Values are not read,
   * except of the old tool's files when their password is at hand.
   */
  async places(name: string): Promise<readonly SecretPlace[]> {
    const places: SecretPlace[] = [];
    for await (const place of this.#placesOf(name)) places.push(place);
    return places;
  }

  /**
   * The secret, from the first place that has it. Later places are not looked into.
   * @returns null when none has. A place that cannot be looked into is warned of.
   * @throws `secret_tracked` when git tracks its file; `secret_locked`, `password_wrong` when it cannot
   * be opened; I/O errors.
   */
  async find(name: string): Promise<FoundSecret | null> {
    for await (const place of this.#placesOf(name)) return await this.read(name, place);
    return null;
  }

  /**
   * The secret.
   * @throws `secret_unknown`, and what {@link find} throws.
   */
  async require(name: string, verb: string): Promise<FoundSecret> {
    const found = await this.find(name);
    if (found !== null) return found;
    throw new OrchestratorError(
      "secret_unknown",
      `Cannot ${verb} secret "${name}": not found in ${this.order.join(", ")}`,
      { hint: `Run \`orchestrator secrets set ${name}\`` },
    );
  }

  /** The secret at a place. @throws as {@link find} */
  async read(name: string, place: SecretPlace): Promise<FoundSecret> {
    if (place.tracked) throw trackedError(name, place.where);
    const value = await this.#valueAt(name, place);
    this.#options.redactor.add(value);
    return { name, ...place, value };
  }

  /** Names of all secrets, sorted. Those of the environment are the ones that are declared, or known. */
  async names(): Promise<readonly string[]> {
    const names = new Set<string>();
    for (const source of this.order) {
      const folder = this.folder(source);
      if (folder !== null) { for (const { name } of listFolder(folder)) names.add(name); }
      for (const { open } of this.#collectionsOf(source)) {
        for (const name of (await this.#openOrWarn(open))?.keys() ?? []) names.add(name);
      }
    }
    const { repo } = this.#options;
    if (repo !== null && this.order.includes("secrets_repo")) {
      for (const name of namesIn(repo, await this.#inRepo(repo))) names.add(name);
    }
    if (this.order.includes("environment")) {
      for (const name of this.#options.declared) {
        if ((this.#options.env[name] ?? "") !== "") names.add(name);
      }
    }
    if (this.order.includes("prefixed")) {
      for (const [variable, value] of Object.entries(this.#options.env)) {
        const name = variable.slice(PREFIX.length);
        if (variable.startsWith(PREFIX) && isSecretName(name) && (value ?? "") !== "") {
          names.add(name);
        }
      }
    }
    return [...names].sort();
  }

  /**
   * The names and values of an old file.
   * @throws `secret_locked`, `password_wrong`, I/O errors
   */
  open(store: OldStore): Promise<ReadonlyMap<string, string>> {
    return this.#openOnce(store.path, () => this.#open(store));
  }

  #openOnce(path: string, open: Collection["open"]): Promise<ReadonlyMap<string, string>> {
    const opened = this.#opened.get(path) ?? open();
    this.#opened.set(path, opened);
    return opened;
  }

  /** Whether git tracks a file of a folder; null when that cannot be determined. */
  async isTracked(directory: string, file: string): Promise<boolean | null> {
    let tracked = this.#tracked.get(directory);
    if (tracked === undefined) {
      tracked = trackedIn(directory);
      this.#tracked.set(directory, tracked);
    }
    return (await tracked)?.has(file) ?? null;
  }

  async *#placesOf(name: string): AsyncGenerator<SecretPlace> {
    for (const source of this.order) {
      const file = this.#fileOf(source, name);
      if (file !== null) yield await this.#placeOf(source, file);
      for (const { path, kind, where, open } of this.#collectionsOf(source)) {
        const secrets = await this.#openOrWarn(open);
        if (!secrets?.has(name)) continue;
        const tracked = kind === "env" && await this.#isTrackedFile(path);
        yield { source, form: kind, where, tracked };
      }
      const { repo } = this.#options;
      if (source === "secrets_repo" && repo !== null) {
        for (const path of pathsOf(repo, await this.#inRepo(repo), name)) {
          yield { source, form: "age", where: shownFile(repo, path), tracked: false };
        }
      }
      if (source === "environment" && (this.#options.env[name] ?? "") !== "") {
        yield { source, form: "variable", where: name, tracked: false };
      }
      const variable = PREFIX + name;
      if (source === "prefixed" && (this.#options.env[variable] ?? "") !== "") {
        yield { source, form: "variable", where: variable, tracked: false };
      }
    }
  }

  /** The encrypted files of the repository of secrets; none, with a warning, where it cannot be reached. */
  #inRepo(repo: SecretsRepo): Promise<ReadonlyMap<string, Uint8Array>> {
    this.#repoFiles ??= repo.open().then(
      ({ files, trouble }) => {
        if (trouble !== null) this.#options.warn(`${repo.shown} cannot be reached: ${trouble}`);
        return files;
      },
      (error: unknown) => {
        if (!(error instanceof OrchestratorError)) throw error;
        this.#options.warn(
          error.hint === undefined ? error.message : `${error.message}. ${error.hint}`,
        );
        return new Map();
      },
    );
    return this.#repoFiles;
  }

  #fileOf(source: SourceName, name: string): SecretFile | null {
    const folder = this.folder(source);
    return folder === null ? null : findInFolder(folder, name);
  }

  async #placeOf(source: SourceName, file: SecretFile): Promise<SecretPlace> {
    const where = this.#options.shown(file.path);
    const tracked = await this.#isTrackedFile(file.path);
    return { source, form: file.form, where, tracked };
  }

  async #valueAt(name: string, place: SecretPlace): Promise<string> {
    switch (place.form) {
      case "variable":
        return this.#options.env[place.where] ?? "";
      case "env":
      case "openssl":
      case "sops": {
        const found = this.#collectionsOf(place.source).find(({ where }) => where === place.where);
        return (await found?.open())?.get(name) ?? "";
      }
      case "plain":
      case "age": {
        const { repo } = this.#options;
        if (place.source === "secrets_repo" && repo !== null) {
          const files = await this.#inRepo(repo);
          const path = pathsOf(repo, files, name)
            .find((path) => shownFile(repo, path) === place.where) ?? "";
          const bytes = files.get(path) ?? new Uint8Array();
          return withoutLineEnd(await openText(bytes, this.#options.keys, place.where));
        }
        const folder = this.folder(place.source);
        const path = join(folder?.directory ?? "", place.form === "age" ? `${name}.age` : name);
        const bytes = readSecretFile(path, folder?.within ?? null);
        return place.form === "plain"
          ? textOf(bytes, place.where)
          : withoutLineEnd(await openText(bytes, this.#options.keys, place.where));
      }
    }
  }

  async #openOrWarn(open: Collection["open"]): Promise<ReadonlyMap<string, string> | null> {
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      // A password that was given and does not fit is a mistake, not a place to pass over.
      if (error.code === "password_wrong") throw error;
      const next = error.code === "trust_needed" ? `. ${error.hint ?? ""}` : "";
      this.#options.warn(error.message + next);
      return null;
    }
  }

  async #open(store: OldStore): Promise<ReadonlyMap<string, string>> {
    lookAtFile(store.within, store.path);
    const secrets = store.kind === "sops"
      ? await readSopsSecrets(store.path, store.where, this.#options.env)
      : await this.#openOpenssl(store);
    for (const value of secrets.values()) this.#options.redactor.add(value);
    return secrets;
  }

  async #openOpenssl(store: OldStore): Promise<ReadonlyMap<string, string>> {
    const password = await this.#options.password(`the password of ${store.where}`);
    if (password === null) {
      throw new OrchestratorError(
        "secret_locked",
        `Cannot open "${store.where}": it is encrypted with a password`,
        { hint: "Set SECRETS_PASSWORD, or run the command on a terminal" },
      );
    }
    const bytes = readWithin(store.within, store.path, MAX_STORE_BYTES) ?? new Uint8Array();
    return await readOpensslSecrets(bytes, password, store.where);
  }

  /** The files with several secrets in a place: the old tool's, or those that the configuration names. */
  #collectionsOf(source: SourceName): readonly Collection[] {
    return source === "files"
      ? this.listedFiles()
      : this.#oldStoresOf(source).map((store) => ({ ...store, open: () => this.open(store) }));
  }

  /** Whether git tracks a file, as far as that can be told: else it is warned of. */
  async #isTrackedFile(path: string): Promise<boolean> {
    const tracked = await this.isTracked(dirname(path), basename(path));
    if (tracked === null) {
      const { whyGitFails } = await import("../project/git_failure.ts");
      const { text } = await whyGitFails(dirname(path), this.#options.env, [
        "ls-files",
        "--",
        basename(path),
      ]);
      this.#options.warn(
        `cannot determine whether git tracks ${this.#options.shown(path)} (${text})`,
      );
    }
    return tracked === true;
  }

  #oldStoresOf(source: SourceName): readonly OldStore[] {
    return oldPlaces(this.#options).filter((place) => place.source === source && isThere(place))
      .map((place) => ({ ...place, where: this.#options.shown(place.path) }));
  }
}

/** Whether there is a file of the old tool, usable or not: reading it says what is wrong. */
function isThere({ path, within }: OldPlace): boolean {
  try {
    return within === null ? pathExists(path) : lookWithin(within, path) !== null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "link_refused") return isNamed(path);
    throw error;
  }
}

/** Whether a name is there, be it a link's: one further up may lead to where it is not. */
function isNamed(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** The refusal of a secret that git tracks. */
export function trackedError(name: string, where: string): OrchestratorError {
  return new OrchestratorError(
    "secret_tracked",
    `Cannot use secret "${name}": git tracks "${where}"`,
    {
      hint:
        "Remove the file from git's index, and replace the secret where it was issued: it may be in the history",
      details: { name, file: where },
    },
  );
}

function isSource(name: string): name is SourceName {
  const sources: readonly string[] = CONFIGURED_SOURCES;
  return sources.includes(name);
}
