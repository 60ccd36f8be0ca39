/**
 * Reads a journal from its beginning without keeping it in memory: how far it can be trusted, the
 * resulting state, and what comes after.
 *
 * Bytes after the last line of the chain that are not an event are an incomplete, unacknowledged
 * append: after a power failure there may be zeros, a part of a line, or the end of one. A line
 * that is an event but does not continue the chain was edited by hand, and so may be the lines
 * before later events. It belongs to the same incomplete append if state.json was derived from the
 * last line of the chain, or if zeros precede it and all lines have the same time.
 * @module
 */
import type { JournalHead, JournalLine, JournalVisit, StorageBackend } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { type BadLine, ChainReader, parseEvent } from "./journal.ts";
import type { UndoneRedaction } from "./redactions.ts";

/** What a journal was found to be. */
export interface ScannedJournal {
  /** Behind the last event. */
  readonly head: JournalHead;
  /**
   * Why the bytes after the chain are not an incomplete append; null if they are one, or if there
   * are none.
   */
  readonly bad: BadLine | null;
  /** Bytes behind the last event that were never acknowledged. */
  readonly tornBytes: number;
  readonly lineEnds: JournalVisit["lineEnds"];
  /** Hashes of the lines from the known one on, by their numbers. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Redactions that not all lines they name show. */
  readonly undone: readonly UndoneRedaction[];
}

/** A line of the chain, the value that was read from it, and its hash. */
export interface ReadLine {
  readonly line: JournalLine;
  readonly value: object;
  readonly hash: string;
}

/** Given each event with its line; says what is wrong with it, null when nothing is. */
export type TakeLine = (event: SessionEvent, from: ReadLine) => BadLine | null;

/** How a journal is scanned. */
export interface ScanOptions {
  readonly take?: TakeLine;
  /** What state.json was derived from: nothing behind that line was acknowledged if it is the last. */
  readonly known?: Pick<JournalHead, "seq" | "hash"> | undefined;
  /** See {@link JournalVisitor.begin}. */
  readonly begin?: (bytes: number) => boolean;
}

/**
 * Scans a journal.
 * @throws `session_unknown`, `limit_exceeded`, `link_refused`, I/O errors; never for what it says.
 */
export async function scanJournal(
  backend: StorageBackend,
  id: string,
  { take, known, begin }: ScanOptions = {},
): Promise<ScannedJournal> {
  const chain = new ChainReader();
  const hashes = new Map<number, string>();
  let head = chain.head;
  let bad: BadLine | null = null;
  let zeros = false;
  const timesBehind = new Set<string>();
  const visit = await backend.visitJournal(id, {
    ...(begin === undefined ? {} : { begin }),
    line(line: JournalLine): boolean {
      const next = chain.next(line);
      bad = "bad" in next
        ? next.bad
        : take?.(next.event, { line, value: next.value, hash: chain.head.hash }) ?? null;
      if (bad !== null) {
        zeros = typeof line === "string" && line.includes("\0");
        return false;
      }
      head = chain.head;
      if (known !== undefined && head.seq >= known.seq) hashes.set(head.seq, head.hash);
      return true;
    },
    behind(line: JournalLine): void {
      const event = typeof line === "string" ? parseEvent(line) : null;
      if (event !== null) timesBehind.add(event.time);
    },
  });
  const torn = isTorn(bad, {
    first: head.seq === 0,
    known: known?.seq === head.seq && known.hash === head.hash,
    zeros,
    appends: timesBehind.size,
  });
  return {
    head: { ...head, etag: visit.etag },
    bad: torn ? chain.end() : bad,
    tornBytes: torn ? visit.behindBytes : 0,
    lineEnds: visit.lineEnds,
    hashes,
    undone: chain.undone,
  };
}

/** Whether the bytes after the last event were never acknowledged. */
function isTorn(
  bad: BadLine | null,
  behind: {
    /** The journal has no event at all. */
    readonly first: boolean;
    /** state.json was derived from that event. */
    readonly known: boolean;
    /** The line behind it has bytes that were never written. */
    readonly zeros: boolean;
    /** How many appends the events behind that line may be of. */
    readonly appends: number;
  },
): boolean {
  if (bad === null) return true;
  if (bad.garbage !== true || behind.first) return false;
  return behind.appends === 0 || behind.known || (behind.zeros && behind.appends === 1);
}
