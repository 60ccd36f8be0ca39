/**
 * Repairs the end of a journal: unacknowledged bytes are moved to a separate file, and missing line
 * feeds are restored.
 * @module
 */
import { closeSync, readSync } from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { byteSize, exactByteSize } from "../platform/byte_size.ts";
import { syncDirectory } from "../platform/atomic_file.ts";
import { runningSha256 } from "../platform/hash.ts";
import { ioError } from "../platform/io_error.ts";
import { readPieces, writeStream } from "../platform/stream_file.ts";
import { lookWithin, openWithin } from "../platform/within.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import type { JournalFile } from "./journal_etag.ts";
import { journalLines } from "./pieces.ts";

/** More than any append that was cut off: a journal does not get so many bytes by accident. */
const MOST = 64 * 1024 * 1024;

/** How much is read at a time. */
const PIECE = 256 * 1024;

/** Bytes of a journal. */
interface Part {
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Copies the bytes after the last line to `set_aside/<seq>-<hash>` next to the journal; durable
 * when it resolves. Repeating it makes no second copy.
 * @param seq number of the last line.
 * @throws `limit_exceeded`, `no_space`, `read_only`, `link_refused`, `io_failed`; then nothing was
 *   done.
 */
export async function keepTail(file: JournalFile, part: Part, seq: number): Promise<void> {
  const { path, within } = file;
  if (part.bytes > MOST) {
    throw new OrchestratorError(
      "limit_exceeded",
      `Cannot write "${path}": ${byteSize(part.bytes)} stands after its last line, and at most ${
        exactByteSize(MOST)
      } is set aside`,
      { hint: "Run `orchestrator log verify`", details: { path, bytes: part.bytes, limit: MOST } },
    );
  }
  const hash = runningSha256();
  for await (const piece of piecesOf(file, part)) hash.update(piece);
  const folder = join(dirname(path), "set_aside");
  const target = join(folder, `${seq}-${hash.hex().slice(0, 16)}`);
  if (lookWithin(within, target, "write") !== null) return;
  makeDirectory(folder);
  await writeStream(target, piecesOf(file, part), { exclusive: false, mode: 0o666 });
  syncDirectory(folder);
}

/** Replaces a journal by its lines up to a number, each ended by a line feed. */
export async function replaceWithLines({ path, within }: JournalFile, seq: number): Promise<void> {
  const lines = journalLines(readPieces(path, { within, reuse: true }), seq);
  await writeStream(path, lines, { exclusive: false, mode: modeOf({ path, within }) });
}

function modeOf({ path, within }: JournalFile): number {
  return (lookWithin(within, path, "write")?.mode ?? 0o666) & 0o777;
}

async function* piecesOf(
  { path, within }: JournalFile,
  { offset, bytes }: Part,
): AsyncIterable<Uint8Array> {
  const open = openWithin(within, path);
  if (open === null) return;
  try {
    for (let at = 0; at < bytes;) {
      const piece = new Uint8Array(Math.min(PIECE, bytes - at));
      const count = readSync(open.descriptor, piece, 0, piece.length, offset + at);
      if (count === 0) return;
      at += count;
      yield await Promise.resolve(piece.subarray(0, count));
    }
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(open.descriptor);
  }
}
