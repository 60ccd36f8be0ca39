/**
 * A repository of secrets (`secrets_repo`): a further place for them, a git repository of `NAME.age`
 * files, and `<repository's id>/NAME.age` for one project alone.
 *
 * What it holds is copied into one file in the user's cache, encrypted as it is there: reading it starts
 * no program, and without a network the copy is used and its age said. The server is asked only when a
 * secret is looked for, and at most once a minute.
 * @module
 */
import { Buffer } from "node:buffer";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { replaceFile } from "../platform/atomic_file.ts";
import { sha256Hex } from "../platform/hash.ts";
import { isWindows } from "../platform/runtime.ts";
import { readWithin } from "../platform/within.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { isRecord } from "../workflow/record.ts";
import { AGE_SUFFIX } from "./folder.ts";
import { repoAddress } from "./repo_address.ts";
import { fetchSecrets, isSecretPath, MOST_SECRET_BYTES } from "./repo_fetch.ts";

/** What such a repository holds, as far as is known. */
export interface SecretsRepoContent {
  /** Encrypted, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Why it is a copy from earlier, with the copy's age, as a clause; null when it is not. */
  readonly trouble: string | null;
}

/** A repository of secrets. */
export interface SecretsRepo {
  /** As messages name it, without credentials. */
  readonly shown: string;
  /** The id of the repository whose own secrets go first; null for none. */
  readonly folder: string | null;
  /** @throws `git_failed`, `limit_exceeded`, `trust_needed` when there is not even a copy. */
  open(): Promise<SecretsRepoContent>;
}

/** Where a repository of secrets is, and how it is asked. */
export interface SecretsRepoOptions {
  /** The value of the key: `owner/repo`, or an address. */
  readonly address: string;
  /** See {@link SecretsRepo.folder}. */
  readonly folder: string | null;
  /** Where copies are kept; null where there is no place for them. */
  readonly cache: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => Date;
  /** Use the copy, whatever its age; nothing is fetched or written. Default false. */
  readonly offline?: boolean;
  /** For all that the server is asked. Default 15 s. */
  readonly timeoutMs?: number;
  /** See `FetchRequest`. */
  readonly mostBytes?: number;
}

/** After this time the server is asked again, whether it answered or not. */
const ASK_AGAIN_MS = 60_000;

const TIMEOUT_MS = 15_000;

/** In base64, with the paths. */
const MOST_COPY_BYTES = 2 * MOST_SECRET_BYTES;

interface Copy {
  readonly commit: string | null;
  /** When the server last said that this is what it has; null for never. */
  readonly fetched: Date | null;
  /** When the server was last asked, and why that failed; null when it did not. */
  readonly failed: { readonly at: Date; readonly reason: string } | null;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const NO_COPY: Copy = { commit: null, fetched: null, failed: null, files: new Map() };

/** A repository of secrets, whose content is looked at when it is asked for, at most once. */
export function secretsRepo(options: SecretsRepoOptions): SecretsRepo {
  const { address, shown } = repoAddress(options.address);
  const path = options.cache === null ? null : copyPath(options.cache, shown);
  let opened: Promise<SecretsRepoContent> | undefined;
  return {
    shown,
    folder: options.folder,
    open: () => opened ??= open({ ...options, address, shown, path }),
  };
}

/** Paths of the files that have a secret, the one that answers first; those of other projects have not. */
export function pathsOf(
  { folder }: SecretsRepo,
  files: SecretsRepoContent["files"],
  name: string,
): readonly string[] {
  const own = folder === null ? [] : [`${folder}/${name}.age`];
  return [...own, `${name}.age`].filter((path) => files.has(path));
}

/** Names of the secrets that this project has there. */
export function namesIn(
  { folder }: SecretsRepo,
  files: SecretsRepoContent["files"],
): readonly string[] {
  return [...files.keys()].flatMap((path) => {
    const [name = "", above = null] = path.split("/").reverse();
    return above === null || above === folder ? [name.slice(0, -AGE_SUFFIX.length)] : [];
  });
}

/** A file of such a repository as messages name it. */
export function shownFile({ shown }: SecretsRepo, path: string): string {
  return `${path} in ${shown}`;
}

/** The file of a copy. */
function copyPath(cache: string, shown: string): string {
  return join(cache, `${sha256Hex(shown).slice(0, 32)}.json`);
}

interface Opening extends SecretsRepoOptions {
  readonly shown: string;
  readonly path: string | null;
}

async function open(opening: Opening): Promise<SecretsRepoContent> {
  const copy = opening.path === null ? NO_COPY : readCopy(opening.path, opening.shown);
  if (opening.offline === true) return { files: copy.files, trouble: null };
  const now = opening.now();
  if (copy.failed !== null && isRecent(copy.failed.at, now)) {
    return contentOf(opening, copy, copy.failed.reason);
  }
  if (copy.fetched !== null && isRecent(copy.fetched, now)) {
    return { files: copy.files, trouble: null };
  }
  const { address, shown, env, timeoutMs = TIMEOUT_MS, mostBytes } = opening;
  try {
    const known = copy.fetched === null ? null : copy.commit;
    const found = await fetchSecrets({ address, shown, env, timeoutMs, known, mostBytes });
    const fresh = { ...copy, ...found, fetched: now, failed: null };
    writeCopy(opening, fresh);
    return { files: fresh.files, trouble: null };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const reason = String(error.details?.["reason"] ?? error.message);
    const failed = { ...copy, failed: { at: now, reason } };
    writeCopy(opening, failed);
    return contentOf(opening, failed, reason, error);
  }
}

/** @throws when there is no copy. */
function contentOf(
  { shown, now }: Opening,
  { fetched, files }: Copy,
  reason: string,
  cause?: OrchestratorError,
): SecretsRepoContent {
  if (fetched !== null) {
    return { files, trouble: `${reason}. Its secrets are those of ${ageText(fetched, now())} ago` };
  }
  throw cause ?? new OrchestratorError(
    "git_failed",
    `Cannot read secrets from "${shown}": ${reason}`,
    { hint: "The server is asked again after a minute" },
  );
}

function isRecent(time: Date, now: Date): boolean {
  const age = now.getTime() - time.getTime();
  return age >= 0 && age < ASK_AGAIN_MS;
}

/** `3 hours`: how long ago something was. */
function ageText(time: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - time.getTime()) / 60_000));
  const [count, unit] = minutes < 120
    ? [minutes, "minute"]
    : minutes < 48 * 60
    ? [Math.floor(minutes / 60), "hour"]
    : [Math.floor(minutes / 60 / 24), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** A copy that cannot be read, or makes no sense, is none. */
function readCopy(path: string, shown: string): Copy {
  let value: unknown;
  try {
    const bytes = readWithin(null, path, MOST_COPY_BYTES);
    if (bytes === null) return NO_COPY;
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return NO_COPY;
  }
  if (!isRecord(value) || value["format"] !== 1 || value["address"] !== shown) return NO_COPY;
  const { commit, fetched, failed, files } = value;
  const at = isRecord(failed) ? timeOf(failed["at"]) : null;
  return {
    commit: typeof commit === "string" ? commit : null,
    fetched: timeOf(fetched),
    failed: isRecord(failed) && at !== null ? { at, reason: String(failed["reason"]) } : null,
    files: new Map(
      Object.entries(isRecord(files) ? files : {}).flatMap(([path, text]) =>
        typeof text === "string" && isSecretPath(path)
          ? [[path, new Uint8Array(Buffer.from(text, "base64"))] as const]
          : []
      ),
    ),
  };
}

function timeOf(value: unknown): Date | null {
  const time = typeof value === "string" ? new Date(value) : null;
  return time === null || Number.isNaN(time.getTime()) ? null : time;
}

/** Where it cannot be written, the next command asks the server again. */
function writeCopy({ cache, path, shown }: Opening, copy: Copy): void {
  if (cache === null || path === null) return;
  const text = JSON.stringify({
    format: 1,
    address: shown,
    commit: copy.commit,
    fetched: copy.fetched?.toISOString() ?? null,
    failed: copy.failed === null
      ? null
      : { at: copy.failed.at.toISOString(), reason: copy.failed.reason },
    files: Object.fromEntries(
      [...copy.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]),
    ),
  });
  try {
    mkdirSync(cache, { recursive: true, mode: PRIVATE.folder });
    // It may have been made by another umask, or by a person.
    if (!isWindows) chmodSync(cache, PRIVATE.folder);
    replaceFile(path, `${text}\n`, { within: null, mode: PRIVATE.file });
  } catch {
    // A disk without room or rights: see above.
  }
}
