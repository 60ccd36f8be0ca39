/**
 * Compares a staged session with the copy here, a piece at a time.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { journalEnd } from "../session/journal_end.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { JournalScan } from "./journal_scan.ts";
import type { Relation } from "./relation.ts";
import type { StagedContent, StagedFile } from "./staging.ts";

/** Where the copy here ends. */
export interface LocalEnd {
  readonly seq: number;
  /** SHA-256 of the last line. */
  readonly hash: string;
  /** Bytes of its lines. */
  readonly size: number;
  /** Bytes behind them that were never acknowledged; undefined when that is not known. */
  readonly behindBytes: number | undefined;
}

/** What the staged copy is, seen from the one here; `local` is null when there is none. */
export async function compare(
  backend: StorageBackend,
  id: string,
  journal: StagedFile,
  content: StagedContent,
): Promise<{ readonly relation: Relation; readonly local: LocalEnd | null }> {
  if (!await backend.hasSession(id)) return { relation: "new", local: null };
  const scan = new JournalScan();
  let size = 0;
  let same = true;
  const { lines, behindBytes } = await journalEnd(backend, id);
  for await (const piece of backend.journalPieces(id, lines)) {
    scan.look(piece);
    // Both have complete lines: the longer one is a continuation of the shorter one.
    const length = Math.max(0, Math.min(piece.length, journal.size - size));
    same &&= content.has(journal, size, piece.subarray(0, length));
    size += piece.length;
  }
  const relation = !same
    ? "diverged"
    : size === journal.size
    ? "same"
    : size < journal.size
    ? "newer"
    : "older";
  const local = { seq: scan.count, hash: sha256Hex(scan.last), size, behindBytes };
  return { relation, local };
}
