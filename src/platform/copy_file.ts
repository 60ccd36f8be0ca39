/**
 * Copying files of any size in constant memory, with proof that the copy is the original.
 * @module
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  type Stats,
  utimesSync,
  writeSync,
} from "node:fs";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { runningSha256 } from "./hash.ts";
import { ioError } from "./io_error.ts";
import { isWindows } from "./runtime.ts";

/** What was read of a file. */
export interface FileDigest {
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const CHUNK_BYTES = 1024 * 1024;
let chunk: Uint8Array | undefined;

/** Opens for reading; nothing waits for the other end of a pipe. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The same, without following a symbolic link at the end of the path. */
const READ_OWN = READ | (constants.O_NOFOLLOW ?? 0);

/**
 * Copies a regular file to a new one, hashing what it reads; the time of change is the original's.
 * The copy is not on disk yet when this returns: see {@link syncFiles}.
 * @param from must not be a symbolic link, unless `follow`.
 * @param to must not exist.
 * @param options.mode permission bits of the copy; default: the original's.
 * @throws OrchestratorError `no_space`, `read_only`, `already_exists`, `file_unknown`, `io_failed`
 */
export function copyAndHash(
  from: string,
  to: string,
  options: { readonly mode?: number; readonly follow?: boolean } = {},
): FileDigest {
  const source = open(from, options.follow === true ? READ : READ_OWN);
  try {
    const stat = regular(source, from);
    let target: number;
    try {
      target = openSync(to, "wx", 0o600);
    } catch (error) {
      throw ioError("write", to, error);
    }
    let digest: FileDigest;
    try {
      digest = pump(source, from, (bytes) => writeAll(target, bytes, to));
      setMode(target, options.mode ?? (stat.mode & 0o7777), to);
    } finally {
      closeSync(target);
    }
    try {
      utimesSync(to, stat.atimeMs / 1000, stat.mtimeMs / 1000);
    } catch (error) {
      throw ioError("write", to, error);
    }
    return digest;
  } finally {
    closeSync(source);
  }
}

/**
 * Hashes a regular file; a symbolic link is refused.
 * @throws OrchestratorError `file_unknown`, `io_failed`
 */
export function hashFile(path: string): FileDigest {
  const source = open(path, READ_OWN);
  try {
    regular(source, path);
    return pump(source, path, () => {});
  } finally {
    closeSync(source);
  }
}

/** From this many files on, one call for the whole file system is faster than one for each. */
const MANY_FILES = 200;

/**
 * Waits until files are on disk.
 * @param files absolute paths, all on the file system of `directory`.
 * @throws OrchestratorError `no_space`, `io_failed`
 */
export function syncFiles(directory: string, files: readonly string[]): void {
  if (files.length >= MANY_FILES && syncFileSystem(directory)) return;
  for (const path of files) {
    // Windows flushes only what is open for writing; a file without that right is opened to read.
    const source = open(path, isWindows ? constants.O_RDWR : READ_OWN);
    try {
      fsyncSync(source);
    } catch (error) {
      throw ioError("write", path, error);
    } finally {
      closeSync(source);
    }
  }
}

/** `syncfs(2)` through coreutils; false where there is no such program. */
function syncFileSystem(directory: string): boolean {
  if (process.platform !== "linux") return false;
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  return spawnSync("sync", ["-f", directory], { stdio: "ignore" }).status === 0;
}

function setMode(target: number, mode: number, path: string): void {
  if (isWindows) return;
  try {
    fchmodSync(target, mode);
  } catch (error) {
    throw ioError("write", path, error);
  }
}

function open(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** What the system says of an open file. @throws `io_failed` for a directory, a pipe or a device. */
function regular(source: number, path: string): Stats {
  const stat = fstatSync(source);
  if (stat.isFile()) return stat;
  throw new OrchestratorError("io_failed", `Cannot read "${path}": it is not a regular file`, {
    details: { path },
  });
}

function pump(source: number, path: string, take: (bytes: Uint8Array) => void): FileDigest {
  chunk ??= new Uint8Array(CHUNK_BYTES);
  const hash = runningSha256();
  let bytes = 0;
  for (;;) {
    let read: number;
    try {
      read = readSync(source, chunk, 0, chunk.length, null);
    } catch (error) {
      throw ioError("read", path, error);
    }
    if (read === 0) return { bytes, sha256: hash.hex() };
    const part = chunk.subarray(0, read);
    hash.update(part);
    take(part);
    bytes += read;
  }
}

function writeAll(target: number, bytes: Uint8Array, path: string): void {
  try {
    for (let written = 0; written < bytes.length;) {
      written += writeSync(target, bytes, written, bytes.length - written);
    }
  } catch (error) {
    throw ioError("write", path, error);
  }
}
