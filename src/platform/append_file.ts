/**
 * Appending to the journal: one write, on disk when the call returns.
 * @module
 */
import { closeSync, fsyncSync, ftruncateSync, type Stats, writeSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "./byte_size.ts";
import { ioError } from "./io_error.ts";
import { lookAtFile, openWithin, type Within } from "./within.ts";

/**
 * A file's size in bytes and its modification time in nanoseconds as a decimal string. The time is
 * cut to whole milliseconds, because that is all Deno tells, and both engines must read the same stamp.
 */
export interface FileStamp {
  readonly size: number;
  readonly stamp: string;
}

/**
 * Size and modification time of the file at `path`, or null when there is none. Two equal stamps
 * mean the same content as long as every writer goes through {@link appendAndSync}.
 * @throws {OrchestratorError} When the file cannot be looked at.
 */
export function fileStamp(path: string, within: Within): FileStamp | null {
  const stat = lookAtFile(within, path);
  return stat === null ? null : stampOf(stat);
}

/** Size and modification time out of what the system says of a file. */
export function stampOf({ size, mtimeMs }: Stats): FileStamp {
  return { size, stamp: String(BigInt(Math.trunc(mtimeMs)) * 1_000_000n) };
}

/**
 * Writes `data` into the existing file at offset `at` and waits until it is on disk. Anything after
 * `at` (a torn line that was never acknowledged) is truncated first. The data is written in one
 * call. When anything fails the file is truncated to `at`, so that no partial line remains.
 * @returns Size and stamp of the file afterwards; the stamp is empty when the system did not report
 *   it.
 * @throws {OrchestratorError} `no_space`, `read_only`, `link_refused` or `io_failed`, also when the
 *   file is shorter than `at`.
 */
export function appendAndSync(
  path: string,
  data: Uint8Array | string,
  { at, within }: { readonly at: number; readonly within: Within },
): FileStamp {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  try {
    const file = openWithin(within, path, "update");
    if (file === null) {
      throw new OrchestratorError("io_failed", `Cannot write "${path}": it does not exist`, {
        details: { path },
      });
    }
    const fd = file.descriptor;
    try {
      const { size } = file.stat;
      if (size < at) {
        throw new OrchestratorError(
          "io_failed",
          `Cannot write "${path}": it is ${exactByteSize(size)} long (expected at least ${
            exactByteSize(at)
          })`,
          { details: { path, size, at } },
        );
      }
      if (size > at) ftruncateSync(fd, at);
      try {
        for (let written = 0; written < bytes.length;) {
          written += writeSync(fd, bytes, written, bytes.length - written, at + written);
        }
        fsyncSync(fd);
      } catch (error) {
        cutBack(fd, at);
        throw error;
      }
    } finally {
      closeSync(fd);
    }
    return stampAfter(path, within, at + bytes.length);
  } catch (error) {
    throw ioError("write", path, error);
  }
}

/**
 * The stamp of a file whose new content is on disk. The append succeeds even if this fails: then
 * the stamp is empty, like that of no file.
 */
function stampAfter(path: string, within: Within, size: number): FileStamp {
  let stamp: FileStamp | null;
  try {
    stamp = fileStamp(path, within);
  } catch {
    return { size, stamp: "" };
  }
  if (stamp === null) {
    throw new OrchestratorError(
      "io_failed",
      `Cannot write "${path}": it was removed in the meantime`,
    );
  }
  return stamp;
}

/** Takes back a failed append as well as the disk allows; the next writer cuts what stays. */
function cutBack(fd: number, at: number): void {
  try {
    ftruncateSync(fd, at);
    fsyncSync(fd);
  } catch {
    // The failure that led here is the one to report.
  }
}
