/**
 * Replacing a file so that a reader sees the old content or the new, never a part, whatever fails.
 * @module
 */
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import process from "node:process";
import { systemErrorCode } from "../errors.ts";
import { ioError } from "./io_error.ts";
import { randomBase32 } from "./random.ts";
import { isWindows } from "./runtime.ts";

export { ioError } from "./io_error.ts";

/** How {@link replaceFile} works. */
export interface ReplaceOptions {
  /** Permission bits of the new file, set before its content is written. Default `0o644`. */
  readonly mode?: number;
  /**
   * Whether the new content must survive a power cut once the call returns. Default true. Pass false
   * only for derived files whose damage is detected.
   */
  readonly durable?: boolean;
  /** Fail with `already_exists` when the file exists, instead of replacing it. Default false. */
  readonly exclusive?: boolean;
}

const TEMPORARY_PREFIX = ".tmp-";

/** Codes by which Windows says that another program has the file open just now. */
const BUSY: ReadonlySet<string> = new Set(["EPERM", "EACCES", "EBUSY"]);

/** Whether a file of this name is a temporary of {@link replaceFile}. */
export function isTemporaryName(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX);
}

/**
 * Removes what {@link replaceFile} left in `directory` when it was killed. The caller holds the lock
 * that guards the directory. A missing directory is fine.
 * @returns The names removed.
 * @throws {OrchestratorError} When a file cannot be removed.
 */
export function removeTemporaries(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory).filter(isTemporaryName);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw ioError("read", directory, error);
  }
  for (const name of names) {
    try {
      rmSync(`${directory}/${name}`, { force: true });
    } catch (error) {
      throw ioError("remove", `${directory}/${name}`, error);
    }
  }
  return names;
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
 * Replaces a file, or creates it: a unique temporary file in the same directory gets the content and
 * then takes the name. Never writes in place; on any failure the old content stands and the
 * temporary file is gone.
 * @throws {OrchestratorError} `no_space`, `read_only`, `already_exists` or `io_failed`.
 */
export function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: ReplaceOptions = {},
): void {
  const { mode = 0o644, durable = true, exclusive = false } = options;
  const directory = parentOf(path);
  const temporary = `${directory}/${TEMPORARY_PREFIX}${process.pid}-${randomBase32(40)}`;
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  let created = false;
  try {
    const fd = openSync(temporary, "wx", 0o600);
    created = true;
    try {
      if (!isWindows) fchmodSync(fd, mode);
      for (let written = 0; written < bytes.length;) {
        written += writeSync(fd, bytes, written, bytes.length - written);
      }
      if (durable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (exclusive) {
      linkSync(temporary, path);
      rmSync(temporary);
    } else {
      rename(temporary, path);
    }
    created = false;
  } catch (error) {
    if (created) {
      try {
        rmSync(temporary, { force: true });
      } catch {
        // The first failure is the one to report; a later run removes the file.
      }
    }
    throw ioError("write", path, error);
  }
  if (durable) syncDirectory(directory);
}

/** `rename`, patient on Windows, where a virus scanner or a reader may hold the target for a moment. */
function rename(from: string, to: string): void {
  for (let attempt = 0;; attempt++) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!isWindows || attempt >= 10 || !BUSY.has(systemErrorCode(error) ?? "")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.min(2 ** attempt, 100));
    }
  }
}

/** The directory part of a path, without `node:path`, whose loading is not free. */
function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), isWindows ? path.lastIndexOf("\\") : -1);
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}
