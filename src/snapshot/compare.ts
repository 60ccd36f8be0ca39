/**
 * Compares a staged session with the copy here, a piece at a time.
 * @module
 */
import { journalEnd, readLines } from "../session/journal_end.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { JournalScan } from "./journal_scan.ts";
import { journalLines } from "./incoming.ts";
import { relate, type Relation } from "./relation.ts";
import type { StagedContent, StagedFile } from "./staging.ts";

/** Where the copy here ends. */
export interface LocalEnd {
  readonly seq: number;
  /** Of the last line, in its chain. */
  readonly hash: string;
  /** Bytes of its lines. */
  readonly size: number;
  /** Bytes behind them that were never acknowledged; undefined when that is not known. */
  readonly behindBytes: number | undefined;
}

/** Two copies of a journal, one of which lacks texts that the other one has. */
export interface Differing {
  readonly incoming: readonly string[];
  readonly here: readonly string[];
  /** How many lines both begin with. */
  readonly common: number;
}

/** What a comparison found. */
interface Compared {
  readonly relation: Relation;
  /** Null when there is no copy here. */
  readonly local: LocalEnd | null;
  /** The lines of both copies, where texts were taken out of some of them. */
  readonly differing?: Differing;
}

/** What the staged copy is, seen from the one here; `local` is null when there is none. */
export async function compare(
  backend: StorageBackend,
  id: string,
  journal: StagedFile,
  content: StagedContent,
): Promise<Compared> {
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
  const local = { seq: scan.count, hash: scan.hash, size, behindBytes };
  return same || !scan.redacted && !isRedacted(journal, content)
    ? { relation, local }
    : { local, ...await compareLines(backend, id, journal, content) };
}

function isRedacted(journal: StagedFile, content: StagedContent): boolean {
  const scan = new JournalScan();
  for (const piece of content.pieces(journal)) scan.look(piece);
  return scan.redacted;
}

/** The same by lines: those of one copy may lack texts that those of the other one have. */
async function compareLines(
  backend: StorageBackend,
  id: string,
  journal: StagedFile,
  content: StagedContent,
): Promise<Pick<Compared, "relation" | "differing">> {
  const incoming = journalLines(id, content.read(journal));
  const here = (await readLines(backend, id))?.all ?? [];
  const { relation, common } = relate(incoming, here);
  return { relation, differing: { incoming, here, common } };
}
