/**
 * A journal as a file: one line per event, each ended by a line feed, the file only ever growing.
 *
 * A **mark** is `<offset>:<stamp>`: the bytes up to the offset are the journal, untouched since, while
 * the file's size is the offset and its time of change is the stamp. `cp -a` keeps both; a checkout
 * or an edit does not, and the journal is read in full. An empty stamp promises nothing.
 *
 * Lines that a checkout has given carriage returns are read without them: JSON has none at its end.
 * @module
 */
import { closeSync, readFileSync, readSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { appendAndSync, fileStamp } from "../platform/append_file.ts";
import { ioError } from "../platform/atomic_file.ts";
import { sha256Hex } from "../platform/hash.ts";
import { openWithin } from "../platform/within.ts";
import type { JournalHead, JournalRead } from "./backend.ts";

const NEWLINE = 0x0a;

/** How much of the end of a journal is read at first to find its last line. */
const TAIL_BYTES = 4096;

/** Where a journal is. */
export interface JournalFile {
  readonly path: string;
  /** The state directory: nothing below it is reached through a link. */
  readonly within: string;
}

/**
 * Reads a journal; null when there is none.
 * @throws `io_failed`
 */
export function readJournalFile(
  file: JournalFile,
  after: JournalHead | undefined,
): JournalRead | null {
  // The stamp is taken before the content: an append in between makes it stale, never wrong.
  const stamp = fileStamp(file.path, file.within);
  if (stamp === null) return null;
  if (after !== undefined && after.mark === formatMark(stamp.size, stamp.stamp)) {
    return { unchanged: true };
  }
  const bytes = readBytes(file);
  if (bytes === null) return null;
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = splitLines(decode(bytes.subarray(0, end)));
  lines.pop();
  const intact = stamp.size === bytes.length && end === bytes.length;
  return {
    unchanged: false,
    lines,
    mark: formatMark(end, intact ? stamp.stamp : ""),
    tornBytes: bytes.length - end,
  };
}

/** Whole lines number `fromSeq` (1-based) and later; null when there is no journal. */
export function readLinesFrom(file: JournalFile, fromSeq: number): readonly string[] | null {
  const bytes = readBytes(file);
  if (bytes === null) return null;
  const start = offsetBehind(bytes, fromSeq - 1);
  if (start === null) return [];
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  if (end <= start) return [];
  return splitLines(decode(bytes.subarray(start, end - 1)));
}

/**
 * Appends lines behind `after`, on disk when it returns.
 * @returns the new mark; null when there is no journal.
 * @throws `state_moved` when `after` is not where the journal ends; `no_space`, `read_only`, `io_failed`.
 */
export function appendToJournal(
  file: JournalFile,
  after: JournalHead,
  lines: readonly string[],
): string | null {
  const { path, within } = file;
  const stamp = fileStamp(path, within);
  if (stamp === null) return null;
  const offset = endOf(file, after, stamp.size);
  if (offset === null) {
    throw new OrchestratorError("state_moved", `Cannot append to "${path}": it moved on`, {
      hint: "Run the command again",
      details: { path, seq: after.seq },
    });
  }
  const data = lines.map((line) => line + "\n").join("");
  const written = appendAndSync(path, data, { at: offset, within });
  return formatMark(written.size, written.stamp);
}

/** The mark of a journal nobody has touched since it was written. */
export function markOf({ path, within }: JournalFile): string {
  const stamp = fileStamp(path, within);
  return stamp === null ? "" : formatMark(stamp.size, stamp.stamp);
}

/** The offset behind the head, or null when the journal does not end there. */
function endOf(file: JournalFile, head: JournalHead, size: number): number | null {
  const known = /^(\d+):/.exec(head.mark)?.[1];
  if (known !== undefined && Number(known) === size) {
    const matches = size === 0
      ? head.seq === 0
      : head.seq > 0 && lastLineHash(file, size) === head.hash;
    return matches ? size : null;
  }
  // Something lies behind the head, or nobody knows where it is: only reading tells.
  const bytes = readBytes(file);
  if (bytes === null) return null;
  const offset = known === undefined ? offsetBehind(bytes, head.seq) : Number(known);
  if (offset === null || offset > bytes.length || bytes.includes(NEWLINE, offset)) return null;
  if (head.seq === 0) return offset === 0 ? 0 : null;
  if (offset === 0 || bytes[offset - 1] !== NEWLINE) return null;
  const start = offset < 2 ? 0 : bytes.lastIndexOf(NEWLINE, offset - 2) + 1;
  return lineHash(bytes.subarray(start, offset - 1)) === head.hash ? offset : null;
}

/** Hash of the last line of a journal of that size; null when it does not end with a line feed. */
function lastLineHash({ path, within }: JournalFile, size: number): string | null {
  try {
    const file = openWithin(within, path);
    if (file === null) return null;
    const fd = file.descriptor;
    try {
      for (let length = Math.min(TAIL_BYTES, size);; length = Math.min(length * 4, size)) {
        const tail = new Uint8Array(length);
        for (let read = 0; read < length;) {
          const count = readSync(fd, tail, read, length - read, size - length + read);
          if (count === 0) return null;
          read += count;
        }
        if (tail[length - 1] !== NEWLINE) return null;
        const start = length < 2 ? -1 : tail.lastIndexOf(NEWLINE, length - 2);
        if (start >= 0 || length === size) return lineHash(tail.subarray(start + 1, length - 1));
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** Offset behind the line number `seq`; null when there are fewer lines. */
function offsetBehind(bytes: Uint8Array, seq: number): number | null {
  let offset = 0;
  for (let line = 0; line < seq; line++) {
    const end = bytes.indexOf(NEWLINE, offset);
    if (end < 0) return null;
    offset = end + 1;
  }
  return offset;
}

function readBytes({ path, within }: JournalFile): Uint8Array | null {
  const file = openWithin(within, path);
  if (file === null) return null;
  try {
    return readFileSync(file.descriptor);
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(file.descriptor);
  }
}

function splitLines(text: string): string[] {
  return text.includes("\r") ? text.split(/\r?\n/) : text.split("\n");
}

function lineHash(bytes: Uint8Array): string {
  return sha256Hex(decode(bytes).replace(/\r$/, ""));
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function formatMark(offset: number, stamp: string): string {
  return `${offset}:${stamp}`;
}
