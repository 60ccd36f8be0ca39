/**
 * Reading a journal that is a file: one line per event, each ended by a line feed, the file only ever
 * growing.
 *
 * Lines that a checkout has given carriage returns are read without them: JSON has none at its end.
 * @module
 */
import { closeSync, readSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { type FileStamp, stampOf } from "../platform/append_file.ts";
import { ioError } from "../platform/atomic_file.ts";
import { openWithin, tooLarge } from "../platform/within.ts";
import { LIMITS, LINE_LIMIT } from "../state_layout/limits.ts";
import type { JournalLine, JournalRead, JournalVisit, JournalVisitor } from "./backend.ts";
import { formatEtag, type JournalFile, offsetOf } from "./journal_etag.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** How much is read at a time. */
const PIECE = 256 * 1024;

/**
 * Reads all whole lines of a journal at once; null when there is none.
 * @throws `limit_exceeded`, `link_refused`, `io_failed`
 */
export function readJournalFile(file: JournalFile): JournalRead | null {
  const lines: string[] = [];
  let tooLong: OrchestratorError | null = null;
  const visit = visitJournalFile(file, {
    line(line) {
      if (typeof line === "string" || lines.length === 0) lines.push(lineText(line));
      else tooLong = longLine(file.path, lines.length + 1);
      return tooLong === null;
    },
  });
  if (tooLong !== null) throw tooLong;
  if (visit === null) return null;
  // What lacks its line feed may be an append that was cut off.
  const torn = visit.lineEnds === "last one missing" ? lines.pop() : undefined;
  const tornBytes = torn === undefined ? 0 : new TextEncoder().encode(torn).length;
  const offset = offsetOf(visit.etag) ?? 0;
  const etag = torn === undefined ? visit.etag : formatEtag(offset - tornBytes, "");
  return { unchanged: false, lines, etag, tornBytes };
}

function longLine(path: string, number: number): OrchestratorError {
  return new OrchestratorError(
    "limit_exceeded",
    `Cannot read "${path}": line ${number} is longer than ${exactByteSize(LINE_LIMIT)}`,
    { details: { path, line: number, limit: LINE_LIMIT } },
  );
}

/**
 * Shows a journal's lines; null when there is none.
 * @throws `limit_exceeded`, `link_refused`, `io_failed`
 */
export function visitJournalFile(file: JournalFile, visitor: JournalVisitor): JournalVisit | null {
  const { path, within } = file;
  const open = openWithin(within, path);
  if (open === null) return null;
  try {
    // The stamp is taken before the content: an append in between makes it stale, never wrong.
    const stamp = stampOf(open.stat);
    if (stamp.size > LIMITS.journal) throw tooLarge(path, LIMITS.journal);
    return new Visit(open.descriptor, stamp, visitor).visit();
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(open.descriptor);
  }
}

/** One pass over a journal, up to the size it had at the beginning. */
class Visit {
  readonly #descriptor: number;
  readonly #stamp: FileStamp;
  readonly #visitor: JournalVisitor;
  #room: Uint8Array<ArrayBuffer>;
  /** Where the bytes in the room begin, and how many there are. */
  #start = 0;
  #used = 0;
  #taken = 0;
  /** Offset after the last line that was read; null while the journal continues. */
  #end: number | null = null;
  #ended = true;
  #returns = false;

  constructor(descriptor: number, stamp: FileStamp, visitor: JournalVisitor) {
    this.#descriptor = descriptor;
    this.#stamp = stamp;
    this.#visitor = visitor;
    // Most journals are small, and clearing a whole piece takes longer than reading one.
    this.#room = new Uint8Array(Math.min(PIECE, stamp.size));
  }

  visit(): JournalVisit {
    const { size, stamp } = this.#stamp;
    if (this.#visitor.begin?.(size) === false) {
      return { lines: 0, etag: formatEtag(0, ""), behindBytes: size, lineEnds: "line feeds" };
    }
    while (this.#fill()) {
      if (this.#hasLongLine()) {
        if (!this.#longLine()) break;
        continue;
      }
      const whole = this.#room.lastIndexOf(NEWLINE, this.#used - 1) + 1;
      if (whole > 0 && !this.#lines(this.#room.subarray(0, whole))) break;
      this.#drop(whole);
      if (this.#used > 0 && this.#start + this.#used === size) {
        this.#ended = false;
        if (!this.#lines(this.#room.subarray(0, this.#used))) break;
        this.#drop(this.#used);
      }
    }
    const end = this.#end ?? this.#start;
    const ended = this.#ended || this.#end !== null;
    return {
      lines: this.#taken,
      etag: formatEtag(end, end === size ? stamp : ""),
      behindBytes: size - end,
      lineEnds: this.#returns ? "carriage returns" : ended ? "line feeds" : "last one missing",
    };
  }

  /** Reads on behind what is in the room; false when there is nothing left and nothing in it. */
  #fill(): boolean {
    const left = this.#stamp.size - this.#start - this.#used;
    if (left <= 0) return false;
    const wanted = Math.min(PIECE, left);
    if (this.#used + wanted > this.#room.length) {
      const larger = new Uint8Array(this.#room.length * 2);
      larger.set(this.#room.subarray(0, this.#used));
      this.#room = larger;
    }
    const at = this.#start + this.#used;
    const count = readSync(this.#descriptor, this.#room, this.#used, wanted, at);
    this.#used += count;
    return count > 0;
  }

  #drop(bytes: number): void {
    this.#room.copyWithin(0, bytes, this.#used);
    this.#start += bytes;
    this.#used -= bytes;
  }

  /** Whether the line that begins in the room is too long to be shown at once. */
  #hasLongLine(): boolean {
    if (this.#used <= LINE_LIMIT) return false;
    const end = this.#room.indexOf(NEWLINE);
    return end < 0 || end > LINE_LIMIT;
  }

  /** Visits the lines in the buffer. @returns whether to continue. */
  #lines(bytes: Uint8Array): boolean {
    const lines = splitLines(decode(bytes));
    if (bytes[bytes.length - 1] === NEWLINE) lines.pop();
    const hasReturns = bytes.includes(RETURN);
    for (const [index, line] of lines.entries()) {
      if (this.#end !== null) {
        this.#visitor.behind?.(line);
      } else if (this.#visitor.line(line)) {
        this.#taken += 1;
        this.#returns ||= hasReturns;
      } else {
        this.#end = this.#start + offsetBehind(bytes, index);
        if (this.#visitor.behind === undefined) return false;
      }
    }
    return true;
  }

  /**
   * Visits the line that begins in the buffer and exceeds the limit. @returns whether to continue.
   */
  #longLine(): boolean {
    if (this.#end !== null) return false;
    const begin = this.#start;
    let behind: number | null = null;
    const pieces = () => this.#piecesFrom(begin, (offset) => behind = offset);
    if (!this.#visitor.line({ pieces })) {
      this.#end = begin;
      return false;
    }
    if (behind === null) throw new TypeError("a long line was taken and not read");
    this.#taken += 1;
    this.#start = behind;
    this.#used = 0;
    if (behind === this.#stamp.size) this.#ended = this.#byteAt(behind - 1) === NEWLINE;
    return true;
  }

  /** The bytes of one line. @param found called with the position of the next line. */
  *#piecesFrom(begin: number, found: (behind: number) => void): Iterable<Uint8Array> {
    const { size } = this.#stamp;
    const piece = new Uint8Array(PIECE);
    // A carriage return before the line feed is not part of the line; it may be the last byte of a
    // piece.
    let held = false;
    for (let at = begin; at < size;) {
      const wanted = Math.min(PIECE - 1, size - at);
      const offset = held ? 1 : 0;
      const count = readSync(this.#descriptor, piece, offset, wanted, at);
      if (count === 0) break;
      if (held) piece[0] = RETURN;
      const all = piece.subarray(0, offset + count);
      const end = all.indexOf(NEWLINE, offset);
      if (end >= 0) {
        found(at + end - offset + 1);
        if (end > 0 && all[end - 1] === RETURN) this.#returns = true;
        yield all.subarray(0, end > 0 && all[end - 1] === RETURN ? end - 1 : end);
        return;
      }
      at += count;
      held = at < size && all[all.length - 1] === RETURN;
      yield all.subarray(0, held ? all.length - 1 : all.length);
    }
    found(size);
  }

  #byteAt(offset: number): number | undefined {
    const byte = new Uint8Array(1);
    return readSync(this.#descriptor, byte, 0, 1, offset) === 1 ? byte[0] : undefined;
  }
}

/** Offset behind that many lines. */
function offsetBehind(bytes: Uint8Array, lines: number): number {
  let offset = 0;
  for (let line = 0; line < lines; line++) offset = bytes.indexOf(NEWLINE, offset) + 1;
  return offset;
}

/** The bytes of a line as text. */
function lineText(line: JournalLine): string {
  if (typeof line === "string") return line;
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for (const piece of line.pieces()) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** A carriage return at the very end belongs to a missing line feed. */
function splitLines(text: string): string[] {
  return text.includes("\r") ? text.replace(/\r$/, "").split(/\r?\n/) : text.split("\n");
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}
