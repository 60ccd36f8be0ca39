/**
 * Files that are too large for memory: written atomically, and read in pieces.
 * @module
 */
import { closeSync, fsyncSync, linkSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, renamePatiently, syncDirectory } from "./atomic_file.ts";
import { randomBase32 } from "./random.ts";
import { openWithin, tooLarge, type Within } from "./within.ts";

/** How much is read at a time. */
const PIECE = 256 * 1024;

/** A reusable buffer: many small files are read with one. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/**
 * Writes a file from pieces: it appears under its name once the last one is on disk. When anything
 * fails, including `pieces`, no partial file is left and the existing file is unchanged.
 * @param options.exclusive fail with `already_exists` when the file exists.
 * @param options.mode permission bits.
 * @returns the number of bytes.
 * @throws what `pieces` throws; `no_space`, `read_only`, `already_exists`, `io_failed`.
 */
export async function writeStream(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  options: { readonly exclusive: boolean; readonly mode: number },
): Promise<number> {
  const folder = dirname(path);
  const temporary = join(folder, `.tmp-${process.pid}-${randomBase32(40)}`);
  let descriptor: number;
  try {
    descriptor = openSync(temporary, "wx", options.mode);
  } catch (error) {
    throw ioError("write", path, error);
  }
  let named = false;
  try {
    let size = 0;
    try {
      for await (const piece of pieces) {
        for (let written = 0; written < piece.length;) {
          written += writePiece(path, descriptor, piece, written);
        }
        size += piece.length;
      }
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    named = takeName(temporary, path, options.exclusive);
    syncDirectory(folder);
    return size;
  } finally {
    if (!named) removeQuietly(temporary);
  }
}

function writePiece(path: string, descriptor: number, piece: Uint8Array, from: number): number {
  try {
    return writeSync(descriptor, piece, from, piece.length - from);
  } catch (error) {
    throw ioError("write", path, error);
  }
}

/** @returns whether the temporary name is gone. */
function takeName(temporary: string, path: string, exclusive: boolean): boolean {
  try {
    if (exclusive) linkSync(temporary, path);
    else renamePatiently(temporary, path);
    return !exclusive;
  } catch (error) {
    // Without hard links another process may take the name at this moment; it is replaced then.
    const noLinks = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];
    if (!exclusive || !noLinks.includes(systemErrorCode(error) ?? "")) {
      throw ioError("write", path, error);
    }
    renamePatiently(temporary, path);
    return true;
  }
}

/** What was written has its name, or the failure that led here is the one to report. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // A temporary file stays behind.
  }
}

/** Which file is read, and how. */
export interface PiecesOptions {
  /** See {@link Within}. */
  readonly within: Within;
  /** A person has named the file: a pipe is read, too. Default false. */
  readonly given?: boolean;
  /** A piece is good until the next one is asked for: reading makes no garbage. Default false. */
  readonly reuse?: boolean;
  /** The most bytes it may have when it is opened. Default: any. */
  readonly limit?: number;
}

/**
 * Reads a file in pieces.
 * @throws `file_unknown`, `link_refused`, `limit_exceeded`, `io_failed`
 */
export async function* readPieces(
  path: string,
  options: PiecesOptions,
): AsyncGenerator<Uint8Array> {
  const descriptor = openToRead(path, options);
  const reuse = options.reuse === true;
  let piece = reuse && spare !== undefined ? spare : new Uint8Array(PIECE);
  if (reuse) spare = undefined;
  try {
    for (;;) {
      let count: number;
      try {
        count = readSync(descriptor, piece, 0, PIECE, null);
      } catch (error) {
        throw ioError("read", path, error);
      }
      if (count === 0) return;
      // Lets other tasks run.
      await Promise.resolve();
      yield piece.subarray(0, count);
      if (!reuse) piece = new Uint8Array(PIECE);
    }
  } finally {
    closeSync(descriptor);
    if (reuse) spare = piece;
  }
}

function openToRead(path: string, { within, given, limit = Infinity }: PiecesOptions): number {
  try {
    if (given === true) return openSync(path, "r");
    const file = openWithin(within, path);
    if (file !== null) {
      if (file.stat.size <= limit) return file.descriptor;
      closeSync(file.descriptor);
      throw tooLarge(path, limit);
    }
  } catch (error) {
    throw ioError("read", path, error);
  }
  throw new OrchestratorError("file_unknown", `Cannot read "${path}": it does not exist`, {
    details: { path },
  });
}
