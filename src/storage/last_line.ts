/**
 * Reading the last line of a journal without the others.
 * @module
 */
import { closeSync, readSync } from "node:fs";
import { stampOf } from "../platform/append_file.ts";
import { ioError } from "../platform/io_error.ts";
import { openWithin } from "../platform/within.ts";
import { LINE_LIMIT } from "../state_layout/limits.ts";
import type { JournalHead } from "./backend.ts";
import { formatEtag, type JournalFile } from "./journal_etag.ts";

const NEWLINE = 0x0a;

/** How much is read at first: lines are seldom longer. */
const PIECE = 16 * 1024;

/**
 * Reads the last line of a journal that has not changed since a head was handed out.
 * @returns null when there is no journal; `[null]` when it may have changed, when its end has no line
 * feed, and for a line that is too long.
 * @throws `link_refused`, `io_failed`
 */
export function readLastLine(
  { path, within }: JournalFile,
  head: JournalHead,
): readonly [string | null] | null {
  const open = openWithin(within, path);
  if (open === null) return null;
  try {
    const { size, stamp } = stampOf(open.stat);
    if (formatEtag(size, stamp) !== head.etag) return [null];
    for (let length = PIECE;; length *= 4) {
      const room = new Uint8Array(Math.min(length, size));
      const count = readSync(open.descriptor, room, 0, room.length, size - room.length);
      if (count < room.length || room[count - 1] !== NEWLINE) return [null];
      const from = room.lastIndexOf(NEWLINE, count - 2) + 1;
      if (from > 0 || count === size) return [new TextDecoder().decode(room.subarray(from, -1))];
      if (length > LINE_LIMIT) return [null];
    }
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(open.descriptor);
  }
}
