/**
 * Changing a configuration file on disk: whole or not at all, and never one that cannot be read.
 * @module
 */
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, replaceFile } from "../platform/atomic_file.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { acquireLock } from "../platform/file_lock.ts";
import { lookAtFile, readTextWithin } from "../platform/within.ts";
import { editConfigText } from "./edit_text.ts";
import type { ConfigKeyName, ConfigValue } from "./keys.ts";
import { problemError } from "./problem.ts";
import { type ConfigFile, MAX_BYTES, readConfigText, valuesOf, withinOf } from "./read_file.ts";

/** What a change did. */
export interface ConfigChange {
  /** What the file said before; undefined when it said nothing of the key. */
  readonly before: ConfigValue | undefined;
  /** False when the file said so already. */
  readonly changed: boolean;
}

/**
 * Sets a key in a file, or takes it out (`value` null). The caller holds the lock that guards
 * the file, and has made its directory.
 * @throws `config_invalid` when the file cannot be read: it is left as it is; I/O errors.
 */
export function changeConfigFile(
  file: ConfigFile,
  key: ConfigKeyName,
  value: ConfigValue,
): ConfigChange {
  const text = readIfThere(file);
  requireReadable(file, text, `set "${key}"`);
  const before = valuesOf(readConfigText(text, file).layer)[key];
  if (value === null && !mentions(text, file, key)) return { before, changed: false };
  if (value !== null && JSON.stringify(before) === JSON.stringify(value)) {
    return { before, changed: false };
  }
  let edited: string;
  try {
    edited = editConfigText(text, file, key, value);
  } catch (error) {
    throw new OrchestratorError(
      "config_invalid",
      `Cannot set "${key}": the file "${file.shown}" is formatted in a way that cannot be edited safely`,
      { hint: "Run `orchestrator config edit`", cause: error },
    );
  }
  writeConfigFile(file, edited);
  return { before, changed: true };
}

/**
 * Replaces a configuration file, keeping its mode. A user's own file may be a symbolic link (many
 * keep such files elsewhere): then the file it leads to is replaced.
 * @throws `link_refused` for a repository's file; I/O errors
 */
export function writeConfigFile(file: ConfigFile, text: string): void {
  const path = file.layer === "global" ? realPath(file.path) : file.path;
  const within = withinOf(file);
  const stat = lookAtFile(within, path, "write");
  replaceFile(path, text, { within, ...(stat === null ? {} : { mode: stat.mode & 0o777 }) });
}

/** The text of a file; empty when there is none. */
export function readIfThere(file: ConfigFile): string {
  return readTextWithin(withinOf(file), file.path, MAX_BYTES) ?? "";
}

/**
 * Locks the user's own folder; creates it, readable by its owner only, when it is missing.
 * @throws `lock_held`, I/O errors
 */
export async function withUserDirectoryLock<Result>(
  directory: string,
  options: { readonly operation: string; readonly actor: string; readonly timeoutMs: number },
  task: () => Promise<Result> | Result,
): Promise<Result> {
  const { operation, actor, timeoutMs } = options;
  makeDirectory(directory, { mode: 0o700 });
  const path = join(directory, "lock");
  let lock;
  try {
    lock = await acquireLock(path, { holder: { operation, actor }, timeoutMs, within: null });
  } catch (error) {
    throw ioError("lock", path, error);
  }
  try {
    return await task();
  } finally {
    lock.release();
  }
}

/** @throws `config_invalid` with the file's first error. */
function requireReadable(file: ConfigFile, text: string, doing: string): void {
  const { broken, problems } = readConfigText(text, file);
  const [problem] = problems;
  if (broken && problem !== undefined) throw problemError(doing, problem);
}

/** Whether the file says anything of a key, right or wrong. */
function mentions(text: string, file: ConfigFile, key: ConfigKeyName): boolean {
  const { layer, problems } = readConfigText(text, file);
  return layer.entries.has(key) || problems.some((problem) => problem.key === key);
}

/** Where a path leads, also when the last file is not there yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw ioError("read", path, error);
    return join(dirname(path), path.slice(dirname(path).length + 1));
  }
}
