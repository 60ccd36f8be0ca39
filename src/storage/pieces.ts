/**
 * Journals and blobs in pieces, so that nobody has to hold a long one in memory.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "./backend.ts";

export { readPieces } from "../platform/stream_file.ts";

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Pieces cut behind line feeds. What stands behind the last one is left out. */
export async function* wholeLines(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let open: Uint8Array[] = [];
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      open.push(piece);
      continue;
    }
    const head = piece.subarray(0, end);
    yield open.length === 0 ? head : joined([...open, head]);
    open = end === piece.length ? [] : [piece.subarray(end)];
  }
}

/** The whole lines of a journal, without the carriage returns that a checkout gives them. */
export async function* journalLines(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of wholeLines(pieces)) {
    yield piece.includes(RETURN) ? withoutReturns(piece) : piece;
  }
}

/** `journalPieces` of a backend that holds what it has in memory. */
export async function* journalAtOnce(
  backend: Pick<StorageBackend, "readJournal">,
  id: string,
): AsyncIterable<Uint8Array> {
  const read = await backend.readJournal(id);
  if (read.unchanged) throw new TypeError("a journal read from its beginning is never unchanged");
  const encoder = new TextEncoder();
  for (const line of read.lines) yield encoder.encode(`${line}\n`);
}

/** `blobPieces` of a backend that holds what it has in memory. */
export async function* blobAtOnce(
  backend: Pick<StorageBackend, "readBlob">,
  key: string,
): AsyncIterable<Uint8Array> {
  const bytes = await backend.readBlob(key);
  if (bytes !== null) return yield bytes;
  throw new OrchestratorError("file_unknown", `Cannot read "${key}": there is no such file`);
}

function withoutReturns(lines: Uint8Array): Uint8Array {
  return lines.filter((byte, at) => byte !== RETURN || lines[at + 1] !== NEWLINE);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
