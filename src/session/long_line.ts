/**
 * A line of a journal that is too long to be handled at once, read in pieces: version 0.1.0 put a whole
 * log of the old tool into the first line of an imported session, as `data.history`. Everything else in
 * that line is as short as in any other.
 * @module
 */
import { exactByteSize } from "../platform/byte_size.ts";
import { runningSha256 } from "../platform/hash.ts";
import type { LongLine } from "../storage/backend.ts";
import { DEPTH_LIMIT, LINE_LIMIT } from "../state_layout/limits.ts";

/** The most bytes of such a line: two logs of 32 MiB, as 0.1.0 took them. */
const LONGEST = 72 * 1024 * 1024;

/** What was read of a long line. */
export interface ReadLongLine {
  /** The line as JSON, with `data.history` emptied. */
  readonly text: string;
  /** SHA-256 of the whole line. */
  readonly hash: string;
  /** How many elements `data.history` has. */
  readonly history: number;
}

/** Why a long line cannot be read. */
export interface UnreadableLine {
  readonly reason: string;
}

/**
 * Reads a long line.
 * @param element gets the elements of `data.history` as JSON, one after the other; null for one
 *   that is too long.
 */
export function readLongLine(
  line: LongLine,
  element?: (json: string | null) => void,
): ReadLongLine | UnreadableLine {
  const hash = runningSha256();
  const skimmer = new Skimmer(element);
  let length = 0;
  for (const piece of line.pieces()) {
    length += piece.length;
    if (length > LONGEST) return { reason: `is longer than ${exactByteSize(LONGEST)}` };
    hash.update(piece);
    const problem = skimmer.push(piece);
    if (problem !== null) return { reason: problem };
  }
  return { text: skimmer.text(), hash: hash.hex(), history: skimmer.elements };
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;

/** Longest key that is told apart. */
const LONGEST_KEY = 16;

/** Copies JSON but for the elements of `data.history`. */
class Skimmer {
  readonly #element: ((json: string | null) => void) | undefined;
  readonly #kept = new ByteList();
  readonly #current = new ByteList();
  #depth = 0;
  #inText = false;
  #escaped = false;
  /** The text that is being read, or was read last, as far as a key may be long. */
  #word = "";
  /** Keys that lead to the value that is being read, for the two outermost maps. */
  #path: readonly [string, string] = ["", ""];
  #inHistory = false;
  elements = 0;

  constructor(element: ((json: string | null) => void) | undefined) {
    this.#element = element;
  }

  /** @returns what is wrong; null when nothing is. */
  push(piece: Uint8Array): string | null {
    let begin = 0;
    for (let at = 0; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (this.#inText) {
        this.#text(byte);
        continue;
      }
      const before = this.#inHistory;
      const ends = before && this.#depth === 3 && (byte === COMMA || byte === CLOSE_LIST);
      if (ends) {
        this.#keep(piece.subarray(begin, at));
        this.#endElement();
        begin = byte === COMMA ? at + 1 : at;
      }
      if (!this.#step(byte)) return `is nested deeper than ${DEPTH_LIMIT} levels`;
      if (this.#inHistory && !before) {
        this.#keep(piece.subarray(begin, at + 1), false);
        begin = at + 1;
      }
    }
    this.#keep(piece.subarray(begin));
    return this.#kept.length > LINE_LIMIT ? `is longer than ${exactByteSize(LINE_LIMIT)}` : null;
  }

  text(): string {
    return this.#kept.text();
  }

  /** Follows a byte outside texts. @returns false when it is nested too deeply. */
  #step(byte: number): boolean {
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        this.#word = "";
        return true;
      case COLON:
        if (this.#depth === 1) this.#path = [this.#word, ""];
        else if (this.#depth === 2) this.#path = [this.#path[0], this.#word];
        return true;
      case OPEN_LIST:
      case OPEN_MAP:
        this.#depth += 1;
        this.#inHistory ||= byte === OPEN_LIST && this.#depth === 3 &&
          this.#path[0] === "data" && this.#path[1] === "history";
        return this.#depth <= DEPTH_LIMIT;
      case CLOSE_LIST:
      case CLOSE_MAP:
        if (this.#depth === 3) this.#inHistory = false;
        this.#depth -= 1;
        return true;
      default:
        return true;
    }
  }

  #text(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inText = false;
    else if (this.#word.length <= LONGEST_KEY) this.#word += String.fromCharCode(byte);
  }

  #keep(bytes: Uint8Array, inHistory = this.#inHistory): void {
    if (!inHistory) this.#kept.add(bytes);
    else if (this.#element === undefined || this.#current.length > LINE_LIMIT) {
      this.#current.count(bytes);
    } else this.#current.add(bytes);
  }

  #endElement(): void {
    if (this.#current.hasContent) {
      this.elements += 1;
      this.#element?.(this.#current.length > LINE_LIMIT ? null : this.#current.text());
    }
    this.#current.clear();
  }
}

/** Bytes that become a text. */
class ByteList {
  #parts: Uint8Array[] = [];
  /** How many bytes there are. */
  length = 0;
  /** Whether there is anything but white space. */
  hasContent = false;

  add(bytes: Uint8Array): void {
    this.count(bytes);
    if (bytes.length > 0) this.#parts.push(bytes.slice());
  }

  /** Only counts them. */
  count(bytes: Uint8Array): void {
    this.length += bytes.length;
    this.hasContent ||= bytes.some((byte) => byte > 0x20);
  }

  text(): string {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    return this.#parts.map((part) => decoder.decode(part, { stream: true })).join("") +
      decoder.decode();
  }

  clear(): void {
    this.#parts = [];
    this.length = 0;
    this.hasContent = false;
  }
}
