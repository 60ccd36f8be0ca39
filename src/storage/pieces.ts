/**
 * Journals and blobs in pieces, so that long ones need not be kept in memory.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { readPieces } from "../platform/stream_file.ts";
import { LINE_LIMIT } from "../state_layout/limits.ts";
import type { JournalLine, JournalVisit, JournalVisitor, StorageBackend } from "./backend.ts";
import { unknownSession } from "./keys.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Bytes of lines that are kept until their end is there, at first. */
const ROOM = 512 * 1024;

/** A reusable buffer: many small files are read with one. */
let spare: Uint8Array<ArrayBuffer> | undefined;

/**
 * Reads a file in pieces, each of which is good until the next one is asked for.
 * @param pathOf tells where the file is just now.
 * @param within the state directory: no link in it is followed.
 * @param limit the most bytes it may have. Default: any.
 * @throws `file_unknown`, `link_refused`, `limit_exceeded`, `io_failed`
 */
export async function* filePieces(
  pathOf: () => string,
  within: string,
  limit = Infinity,
): AsyncIterable<Uint8Array> {
  const path = pathOf();
  try {
    yield* readPieces(path, { within, reuse: true, limit });
  } catch (error) {
    // The file is opened before the first piece: nothing was handed out yet.
    if (!isUnknownFile(error) || pathOf() === path) throw error;
    yield* filePieces(pathOf, within, limit);
  }
}

/** The same of a session's journal, in pieces of whole lines. @throws `session_unknown` */
export async function* journalFilePieces(
  pathOf: () => string,
  within: string,
  id: string,
  lines?: number,
): AsyncIterable<Uint8Array> {
  try {
    yield* journalLines(filePieces(pathOf, within), lines);
  } catch (error) {
    throw isUnknownFile(error) ? unknownSession(id) : error;
  }
}

function isUnknownFile(error: unknown): boolean {
  return error instanceof OrchestratorError && error.code === "file_unknown";
}

/**
 * Pieces that end with line feeds, each valid until the next one is requested. Text after the last
 * line feed is left out.
 */
export async function* wholeLines(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let room = spare ?? new Uint8Array(ROOM);
  spare = undefined;
  let used = 0;
  try {
    for await (const piece of pieces) {
      if (used + piece.length > room.length) {
        const larger = new Uint8Array(Math.max(room.length * 2, used + piece.length));
        larger.set(room.subarray(0, used));
        room = larger;
      }
      room.set(piece, used);
      used += piece.length;
      const end = room.subarray(0, used).lastIndexOf(NEWLINE) + 1;
      if (end === 0) continue;
      yield room.subarray(0, end);
      room.copyWithin(0, end, used);
      used -= end;
    }
  } finally {
    if (room.length === ROOM) spare = room;
  }
}

/**
 * The whole lines of a journal, without the carriage returns that a checkout gives them.
 * @param lines only so many; the last one of a journal may lack its line feed then, and gets it.
 */
export async function* journalLines(
  pieces: AsyncIterable<Uint8Array>,
  lines?: number,
): AsyncIterable<Uint8Array> {
  if (lines === 0) return;
  const source = lines === undefined ? pieces : firstLines(pieces, lines);
  for await (const piece of wholeLines(source)) {
    yield piece.includes(RETURN) ? withoutReturns(piece) : piece;
  }
}

/** The bytes of the first lines, each ended by a line feed. */
async function* firstLines(
  pieces: AsyncIterable<Uint8Array>,
  lines: number,
): AsyncIterable<Uint8Array> {
  let left = lines;
  let last: number | undefined;
  for await (const piece of pieces) {
    let end = 0;
    while (left > 0) {
      const next = piece.indexOf(NEWLINE, end);
      if (next < 0) break;
      end = next + 1;
      left -= 1;
    }
    if (left === 0) return yield piece.subarray(0, end);
    last = piece[piece.length - 1];
    yield piece;
  }
  if (last !== undefined && last !== NEWLINE) yield Uint8Array.of(NEWLINE);
}

/** `journalPieces` of a backend that keeps its data in memory. */
export async function* journalAtOnce(
  backend: Pick<StorageBackend, "readJournal">,
  id: string,
  lines?: number,
): AsyncIterable<Uint8Array> {
  const read = await backend.readJournal(id);
  if (read.unchanged) throw new TypeError("a journal read from its beginning is never unchanged");
  const encoder = new TextEncoder();
  for (const line of read.lines.slice(0, lines)) yield encoder.encode(`${line}\n`);
}

/** No event is shorter: the hash of the line before has more characters. */
const LEAST_LINE = 64;

/**
 * The part of a journal in memory up to the first line that is too short to be an event, that one
 * included: what is behind it is never read, and there may be millions of lines.
 */
export function plausiblePart(journal: Uint8Array): Uint8Array {
  for (let at = 0;;) {
    const end = journal.indexOf(NEWLINE, at);
    if (end < 0) return journal;
    if (end - at < LEAST_LINE) return journal.subarray(0, end + 1);
    at = end + 1;
  }
}

/** `visitJournal` of a backend that keeps its data in memory: it has no incomplete lines. */
export function visitLines(
  lines: readonly string[],
  visitor: JournalVisitor,
  etagBehind: (lines: number) => string,
): JournalVisit {
  let taken = 0;
  const isWanted = visitor.begin?.(lines.reduce(plusLine, 0)) !== false;
  let going = isWanted;
  let behindBytes = 0;
  for (const line of lines) {
    going &&= visitor.line(asJournalLine(line));
    if (going) {
      taken += 1;
      continue;
    }
    behindBytes = plusLine(behindBytes, line);
    if (isWanted) visitor.behind?.(asJournalLine(line));
  }
  return { lines: taken, etag: etagBehind(taken), behindBytes, lineEnds: "line feeds" };
}

/** Adds the bytes of a line with its end. */
function plusLine(bytes: number, line: string): number {
  return bytes + new TextEncoder().encode(line).length + 1;
}

/** A line as {@link StorageBackend.visitJournal} shows it. */
export function asJournalLine(line: string): JournalLine {
  // A character takes up to three bytes of UTF-8.
  if (line.length * 3 <= LINE_LIMIT) return line;
  const bytes = new TextEncoder().encode(line);
  return bytes.length <= LINE_LIMIT ? line : { pieces: () => [bytes] };
}

/** `blobPieces` of a backend that keeps its data in memory. */
export async function* blobAtOnce(
  backend: Pick<StorageBackend, "readBlob">,
  key: string,
): AsyncIterable<Uint8Array> {
  const bytes = await backend.readBlob(key);
  if (bytes !== null) return yield bytes;
  throw new OrchestratorError("file_unknown", `Cannot read "${key}": it does not exist`);
}

function withoutReturns(lines: Uint8Array): Uint8Array {
  return lines.filter((byte, at) => byte !== RETURN || lines[at + 1] !== NEWLINE);
}
