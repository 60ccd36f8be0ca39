/**
 * Files that a person names on the command line: links are followed, and a pipe (`<(command)`) is read
 * like a file.
 * @module
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { ioError } from "./io_error.ts";
import { tooLarge } from "./within.ts";

/** How much is read at a time. */
const PIECE = 64 * 1024;

/**
 * Reads a whole file.
 * @param shown the file as messages name it.
 * @param limit the most bytes it may have; nothing behind them is read.
 * @throws `file_unknown`, `limit_exceeded`, `io_failed`
 */
function readGiven(path: string, shown: string, limit: number): Uint8Array {
  try {
    // Opening one waits for a process that writes. What a shell makes of `<(command)` has one.
    if (!/^\/(?:dev|proc)\//.test(path) && statSync(path).isFIFO()) {
      throw new OrchestratorError("io_failed", `Cannot read ${shown}: it is a FIFO, not a file`, {
        hint: "Name a file, or give its content on stdin",
      });
    }
    const descriptor = openSync(path, "r");
    try {
      let bytes = new Uint8Array(PIECE);
      for (let used = 0;;) {
        if (used === bytes.length) {
          const larger = new Uint8Array(bytes.length * 2);
          larger.set(bytes);
          bytes = larger;
        }
        const count = readSync(descriptor, bytes, used, bytes.length - used, null);
        if (count === 0) return bytes.subarray(0, used);
        used += count;
        if (used > limit) throw tooLarge(shown, limit);
      }
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw ioError("read", shown, error);
  }
}

/** {@link readGiven} for UTF-8 text. */
export function readGivenText(path: string, shown: string, limit: number): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(readGiven(path, shown, limit));
}
