/**
 * Writing into a journal that is a file.
 * @module
 */
import { closeSync, readSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { appendAndSync, fileStamp } from "../platform/append_file.ts";
import { ioError } from "../platform/atomic_file.ts";
import { runningSha256 } from "../platform/hash.ts";
import { openWithin } from "../platform/within.ts";
import type { AppendOptions, JournalHead, JournalLine } from "./backend.ts";
import { visitJournalFile } from "./journal_file.ts";
import { formatEtag, type JournalFile, offsetOf } from "./journal_etag.ts";
import { lineHash } from "./line_hash.ts";

const NEWLINE = 0x0a;

/** How much of the end of a journal is read at first to find its last line. */
const TAIL_BYTES = 4096;

/** How much is read at a time to find a line feed. */
const PIECE = 256 * 1024;

/** Where a journal ends for who appends to it. */
interface Ending {
  /** Offset behind the last line. */
  readonly offset: number;
  /** Whether that line has its line feed. */
  readonly ended: boolean;
  /** Bytes behind the last line. */
  readonly behindBytes: number;
}

/**
 * Appends lines after `after`, durable when it returns.
 * @returns the new etag; null when there is no journal.
 * @throws `state_moved` when the journal does not end at `after`; `no_space`, `read_only`,
 *   `link_refused`, `io_failed`.
 */
export async function appendToJournal(
  file: JournalFile,
  after: JournalHead,
  lines: readonly string[],
  options: AppendOptions = {},
): Promise<string | null> {
  const { path, within } = file;
  const stamp = fileStamp(path, within);
  if (stamp === null) return null;
  const ending = endingOf(file, after, stamp.size, options.behindBytes);
  if (ending === null) throw movedOn(file, after);
  await setAside(file, ending, after.seq);
  const data = (ending.ended ? "" : "\n") + lines.map((line) => line + "\n").join("");
  if (data === "" && ending.behindBytes === 0) return formatEtag(stamp.size, stamp.stamp);
  const written = appendAndSync(path, data, { at: ending.offset, within });
  return formatEtag(written.size, written.stamp);
}

/** Keeps the bytes behind the last line in a file of the session. */
async function setAside(file: JournalFile, ending: Ending, seq: number): Promise<void> {
  const { offset, behindBytes } = ending;
  if (behindBytes === 0) return;
  const { keepTail } = await import("./set_aside.ts");
  await keepTail(file, { offset, bytes: behindBytes }, seq);
}

/**
 * Rewrites the lines up to `after`, each ended by a line feed.
 * @returns the new etag; null when there is no journal.
 * @throws like {@link appendToJournal}
 */
export async function rewriteJournal(
  file: JournalFile,
  after: JournalHead,
  options: AppendOptions = {},
): Promise<string | null> {
  const stamp = fileStamp(file.path, file.within);
  if (stamp === null) return null;
  const ending = endingOf(file, after, stamp.size, options.behindBytes);
  if (ending === null) throw movedOn(file, after);
  await setAside(file, ending, after.seq);
  const { replaceWithLines } = await import("./set_aside.ts");
  await replaceWithLines(file, after.seq);
  const written = fileStamp(file.path, file.within);
  return written === null ? null : formatEtag(written.size, written.stamp);
}

function movedOn({ path }: JournalFile, { seq }: JournalHead): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot append to "${path}": another process changed it`,
    {
      hint: "Run the command again",
      details: { path, seq },
    },
  );
}

/** Where the journal ends; null when that is not at the head. */
function endingOf(
  file: JournalFile,
  head: JournalHead,
  size: number,
  behindBytes: number | undefined,
): Ending | null {
  if (offsetOf(head.etag) === size && (behindBytes ?? 0) === 0) {
    if (size === 0) return head.seq === 0 ? { offset: 0, ended: true, behindBytes: 0 } : null;
    const last = head.seq > 0 ? lastLine(file, size) : null;
    if (last === null || lineHash(last.text) !== head.hash) return null;
    return { offset: size, ended: last.ended, behindBytes: 0 };
  }
  // There are bytes after the head, or its position is unknown: the journal must be read.
  let seq = 0;
  let fits = head.seq === 0;
  const visit = visitJournalFile(file, {
    line(line) {
      if (seq === head.seq) return false;
      seq += 1;
      if (typeof line !== "string" || seq === head.seq) fits = hashOf(line) === head.hash;
      return true;
    },
  });
  if (visit === null || seq !== head.seq || !fits) return null;
  const offset = size - visit.behindBytes;
  const expected = behindBytes === undefined
    ? !hasNewline(file, offset, size)
    : behindBytes === visit.behindBytes;
  if (!expected) return null;
  const ended = offset === 0 || byteAt(file, offset - 1) === NEWLINE;
  return { offset, ended, behindBytes: visit.behindBytes };
}

/** The last line of a journal of that size. */
function lastLine(
  file: JournalFile,
  size: number,
): { readonly text: string; readonly ended: boolean } | null {
  for (let length = Math.min(TAIL_BYTES, size);; length = Math.min(length * 4, size)) {
    const tail = bytesOf(file, size - length, size);
    if (tail === null) return null;
    const ended = tail[length - 1] === NEWLINE;
    const end = ended ? length - 1 : length;
    const start = end < 1 ? -1 : tail.lastIndexOf(NEWLINE, end - 1);
    if (start < 0 && length < size) continue;
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
      tail.subarray(start + 1, end),
    );
    return { text: text.replace(/\r$/, ""), ended };
  }
}

function hashOf(line: JournalLine): string {
  if (typeof line === "string") return lineHash(line);
  const hash = runningSha256();
  for (const piece of line.pieces()) hash.update(piece);
  return hash.hex();
}

function hasNewline(file: JournalFile, from: number, to: number): boolean {
  for (let at = from; at < to; at += PIECE) {
    if (bytesOf(file, at, Math.min(to, at + PIECE))?.includes(NEWLINE) !== false) return true;
  }
  return false;
}

function byteAt(file: JournalFile, offset: number): number | undefined {
  return bytesOf(file, offset, offset + 1)?.[0];
}

/** Bytes of a journal; null when it has not so many. */
function bytesOf({ path, within }: JournalFile, from: number, to: number): Uint8Array | null {
  const open = openWithin(within, path);
  if (open === null) return null;
  try {
    const bytes = new Uint8Array(to - from);
    for (let read = 0; read < bytes.length;) {
      const count = readSync(open.descriptor, bytes, read, bytes.length - read, from + read);
      if (count === 0) return null;
      read += count;
    }
    return bytes;
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(open.descriptor);
  }
}
