/**
 * A folder of secrets: one file for each, `NAME` as it is or `NAME.age` encrypted, mode 0600 in a
 * folder of mode 0700; where a group shares it, see `sharing.ts`.
 * @module
 */
import { chmodSync, lstatSync, mkdirSync, type Stats, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { parentOf } from "../platform/path.ts";
import { isWindows } from "../platform/runtime.ts";
import { foldedName } from "../state_layout/grammar.ts";
import { lookWithin, namesWithin, readWithin, type Within } from "../platform/within.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { isSecretName } from "./name.ts";
import { secretModes } from "./sharing.ts";

/** A folder of secrets. */
export interface SecretFolder {
  readonly directory: string;
  /**
   * The state directory of a repository, which may bring links: none is followed. Null for a user's own
   * folder.
   */
  readonly within: Within;
}

/** The folder of a repository's secrets. */
export function repositoryFolder(directory: string): SecretFolder {
  return { directory, within: parentOf(directory) };
}

/** A secret's file. */
export interface SecretFile {
  readonly name: string;
  readonly form: "plain" | "age";
  readonly path: string;
}

/** Ends the name of an encrypted secret. */
export const AGE_SUFFIX = ".age";

/** Keeps git away, whatever the files around it say. */
const IGNORE_ALL = "*\n";

/** The secrets of a folder by name; of `NAME` and `NAME.age` the first. Empty without a folder. */
export function listFolder({ directory, within }: SecretFolder): readonly SecretFile[] {
  let names: readonly string[];
  try {
    names = namesWithin(within, directory);
  } catch (error) {
    throw accessError("read", directory, error);
  }
  const found = new Map<string, SecretFile>();
  for (const file of [...names].sort()) {
    const form = file.endsWith(AGE_SUFFIX) ? "age" : "plain";
    const name = form === "age" ? file.slice(0, -AGE_SUFFIX.length) : file;
    if (!isSecretName(name) || (form === "age" && found.has(name))) continue;
    if (isRepositoryFolder(directory, file)) continue;
    found.set(name, { name, form, path: join(directory, file) });
  }
  return [...found.values()].sort((one, other) => one.name < other.name ? -1 : 1);
}

/** Whether an entry of the user's folder is the folder for one repository: see `global_here`. */
export function isRepositoryFolder(directory: string, name: string): boolean {
  if (!REPOSITORY_ID.test(name)) return false;
  return lstatSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() === true;
}

const REPOSITORY_ID = /^[a-z2-7]{26}$/;

/** The file of one secret; null when there is none. */
export function findInFolder(
  { directory, within }: SecretFolder,
  name: string,
): SecretFile | null {
  if (lookWithin(within, directory) === null) return null;
  for (const form of ["plain", "age"] as const) {
    const path = join(directory, form === "age" ? name + AGE_SUFFIX : name);
    if (isThere(path)) return { name, form, path };
  }
  return null;
}

/**
 * Another secret whose name differs from `name` in capitals only: file systems that ignore case take
 * both for one.
 * @returns its name; null when there is none, and when both are here already.
 */
export function otherSpelling(folder: SecretFolder, name: string): string | null {
  const names = listFolder(folder).map((file) => file.name);
  const folded = foldedName(name);
  return names.includes(name) ? null : names.find((other) => foldedName(other) === folded) ?? null;
}

/** @throws `already_exists` when another secret of the folder is spelled like it: see {@link otherSpelling}. */
export function requireOwnSpelling(folder: SecretFolder, name: string): void {
  const other = otherSpelling(folder, name);
  if (other === null) return;
  throw new OrchestratorError(
    "already_exists",
    `Cannot set secret "${name}": "${other}" exists, and many systems do not distinguish the two names`,
    { hint: "Choose another name", details: { name, other } },
  );
}

/**
 * The bytes of a secret's file.
 * @throws `link_refused`, `limit_exceeded`, `file_unknown`, `io_failed` for what is no file.
 */
export function readSecretFile(path: string, within: Within): Uint8Array {
  let bytes: Uint8Array | null;
  try {
    bytes = readWithin(within, path, LIMITS.secret);
  } catch (error) {
    throw accessError("read", path, error);
  }
  if (bytes !== null) return bytes;
  throw new OrchestratorError("file_unknown", `Cannot read "${path}": it does not exist`, {
    details: { path },
  });
}

/** The text of a plain secret: one line end at its end belongs to the file, not to the value. */
export function textOf(bytes: Uint8Array, shown: string): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new OrchestratorError("io_failed", `Cannot read "${shown}": it is not text (UTF-8)`, {
      cause: error,
    });
  }
  return withoutLineEnd(text);
}

/** Without one line end at the end, which editors and `echo` put there. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/**
 * Writes a secret; its other form, and what a killed writer left, go. The folder is made when it is not
 * there; the caller holds the lock that guards it.
 * @returns the file.
 * @throws `already_exists` as {@link requireOwnSpelling}.
 */
export function writeSecret(
  folder: SecretFolder,
  name: string,
  content: { readonly form: SecretFile["form"]; readonly bytes: Uint8Array },
): SecretFile {
  const { directory, within } = folder;
  requireOwnSpelling(folder, name);
  makeFolder(folder);
  removeTemporaries(directory, within);
  const path = join(directory, content.form === "age" ? name + AGE_SUFFIX : name);
  replaceFile(path, content.bytes, { within, mode: secretModes(directory).file });
  const other = join(directory, content.form === "age" ? name : name + AGE_SUFFIX);
  removeFile(other);
  return { name, form: content.form, path };
}

/** Removes a secret in both forms. @returns whether there was one. */
export function removeSecret({ directory, within }: SecretFolder, name: string): boolean {
  if (lookWithin(within, directory, "remove") === null) return false;
  const removed = [name, name + AGE_SUFFIX].map((file) => removeFile(join(directory, file)));
  if (!removed.includes(true)) return false;
  syncDirectory(directory);
  return true;
}

/**
 * Who can reach a file or folder that must not: `others can read it`; null when no other user can.
 * @param forbidden permission bits that it must not have. Default: all of everybody but the owner.
 */
export function exposure(path: string, forbidden = 0o077): string | null {
  if (isWindows) return null;
  let stat: Stats;
  try {
    stat = statSync(path);
  } catch {
    return null;
  }
  const others = stat.mode & forbidden;
  if (others === 0) return null;
  return `its mode is ${(stat.mode & 0o777).toString(8).padStart(4, "0")}: other users can ${
    (others & 0o022) !== 0 ? "change" : "read"
  } it`;
}

/** True for anything of that name, also a symbolic link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw accessError("read", path, error);
  }
}

/** Makes the folder, private unless a group shares it. */
export function makeFolder({ directory, within }: SecretFolder): void {
  lookWithin(within, directory, "write");
  try {
    const modes = secretModes(directory);
    const made = mkdirSync(directory, { recursive: true, mode: modes.folder });
    // The umask takes bits away and never adds any; a folder that was there may have too many.
    if (!isWindows && (statSync(directory).mode & 0o7777) !== modes.folder) {
      chmodSync(directory, modes.folder);
    }
    const ignore = join(directory, ".gitignore");
    if (!isThere(ignore)) replaceFile(ignore, IGNORE_ALL, { within });
    if (made !== undefined) syncDirectory(join(directory, ".."));
  } catch (error) {
    throw accessError("write", directory, error);
  }
}

/** An I/O error; where access is denied, its hint says who can give it. */
function accessError(verb: string, path: string, error: unknown): OrchestratorError {
  const known = ioError(verb, path, error);
  // It may already be an OrchestratorError, whose code says less than the system's.
  const code = known.details?.["system"] ?? systemErrorCode(error);
  if (isWindows || (code !== "EACCES" && code !== "EPERM")) return known;
  return new OrchestratorError(known.code, known.message, {
    hint: "Ask the folder's owner to run `orchestrator secrets share`",
    ...(known.details === undefined ? {} : { details: known.details }),
    cause: error,
  });
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return false;
    throw ioError("remove", path, error);
  }
}
