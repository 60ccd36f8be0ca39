/**
 * Replaces a file atomically: a reader sees the old content or the new, never a part, even when the
 * operation fails.
 * @module
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { pause } from "./clock.ts";
import { ioError } from "./io_error.ts";
import { parentOf } from "./path.ts";
import { randomBase32 } from "./random.ts";
import { isWindows } from "./runtime.ts";
import { lookAtFile, namesWithin, type Within } from "./within.ts";

export { ioError } from "./io_error.ts";

/** How {@link replaceFile} works. */
export interface ReplaceOptions {
  /** The directory below which a link, a pipe or a device in the file's place is refused. */
  readonly within: Within;
  /**
   * Permission bits of the new file, regardless of the umask, set before its content is written.
   * Default: `0o666` with the umask applied. Ignored on Windows.
   */
  readonly mode?: number;
  /**
   * Whether the new content must survive a power cut once the call returns. Default true. Pass false
   * only for derived files whose damage is detected.
   */
  readonly durable?: boolean;
  /**
   * Fail with `already_exists` when the file exists, instead of replacing it. Default false. Where the
   * file system has no hard links, looking and taking the name are two steps.
   */
  readonly exclusive?: boolean;
}

const TEMPORARY_PREFIX = ".tmp-";

/** Windows error codes for "another program has the file open". */
const BUSY: ReadonlySet<string> = new Set(["EPERM", "EACCES", "EBUSY"]);

/** How long to wait for such a program (a virus scanner, an indexer, a reader). */
const WINDOWS_PATIENCE_MS = 2000;

/** Error codes of file systems without hard links. */
const NO_HARD_LINKS: ReadonlySet<string> = new Set([
  "EPERM",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EINVAL",
]);

/** Whether a file of this name is a temporary of {@link replaceFile}. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX);
}

/**
 * Removes what {@link replaceFile} left in `directory` when it was killed. The caller holds the
 * lock that guards the directory. A missing directory is fine; entries with such a name that are
 * not files are kept.
 * @returns The names removed.
 * @throws {OrchestratorError} When a file cannot be removed.
 */
export function removeTemporaries(directory: string, within: Within): string[] {
  return namesWithin(within, directory).filter((name) => {
    if (!isTemporaryName(name)) return false;
    const path = `${directory}/${name}`;
    try {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      if (stat?.isFile() !== true && stat?.isSymbolicLink() !== true) return false;
      patiently(() => unlinkSync(path));
      return true;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw ioError("remove", path, error);
    }
  });
}

/**
 * Makes a directory's entries durable (fsync). Does nothing on Windows, which has no such call, and
 * on file systems that refuse it.
 * @throws {OrchestratorError} When the directory cannot be opened or the disk fails.
 */
export function syncDirectory(path: string): void {
  if (isWindows) return;
  try {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EINVAL" || code === "ENOTSUP" || code === "EOPNOTSUPP") return;
    throw ioError("write", path, error);
  }
}

/**
 * Replaces a file, or creates it: a unique temporary file in the same directory gets the content
 * and is then renamed. Never writes in place: on any failure the old content remains and the
 * temporary file is removed. (Only if the last step fails, the directory's fsync, the new content
 * is already in place.) Where links are allowed (see {@link Within}), a link at `path` is replaced,
 * not followed.
 * @throws {OrchestratorError} `no_space`, `read_only`, `already_exists`, `link_refused` or
 *   `io_failed`.
 */
export function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: ReplaceOptions,
): void {
  const { within, mode, durable = true, exclusive = false } = options;
  if (within !== null) lookAtFile(within, path, "write");
  const directory = parentOf(path);
  const temporary = `${directory}/${TEMPORARY_PREFIX}${process.pid}-${randomBase32(40)}`;
  try {
    const fd = openSync(temporary, "wx", mode === undefined ? 0o666 : 0o600);
    try {
      fill(fd, data, mode, durable);
      if (exclusive) takeNewName(temporary, path);
      else renamePatiently(temporary, path);
    } catch (error) {
      removeQuietly(temporary);
      throw error;
    }
  } catch (error) {
    throw ioError("write", path, error);
  }
  if (durable) syncDirectory(directory);
}

/** Sets the mode, writes the content and closes, in any case. */
function fill(
  fd: number,
  data: string | Uint8Array,
  mode: number | undefined,
  durable: boolean,
): void {
  try {
    if (mode !== undefined && !isWindows) fchmodSync(fd, mode);
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let written = 0; written < bytes.length;) {
      written += writeSync(fd, bytes, written, bytes.length - written);
    }
    if (durable) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Renames the temporary file to a name that does not exist yet; `link` fails if it exists. */
function takeNewName(temporary: string, path: string): void {
  try {
    patiently(() => linkSync(temporary, path));
  } catch (error) {
    if (!NO_HARD_LINKS.has(systemErrorCode(error) ?? "")) throw error;
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) {
      throw new OrchestratorError("already_exists", `Cannot write "${path}": it already exists`, {
        details: { path },
      });
    }
    renamePatiently(temporary, path);
    return;
  }
  removeQuietly(temporary);
}

/** Removes a temporary file; one that resists is removed by a later {@link removeTemporaries}. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // The caller's own failure is the one to report.
  }
}

/**
 * Renames a file or a folder, with patience on Windows as long as another program has it open.
 * @throws The system error.
 */
export function renamePatiently(from: string, to: string): void {
  patiently(() => renameSync(from, to));
}

/**
 * Runs `action`, with retries on Windows while another program has the file open.
 * @throws The system error.
 */
export function patiently(action: () => void): void {
  const deadline = performance.now() + WINDOWS_PATIENCE_MS;
  for (let wait = 1;; wait = Math.min(wait * 2, 100)) {
    try {
      action();
      return;
    } catch (error) {
      if (!isWindows || performance.now() >= deadline) throw error;
      if (!BUSY.has(systemErrorCode(error) ?? "")) throw error;
      pause(wait);
    }
  }
}
