/**
 * Reading the events of a session one by one, without checking their chain.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { JournalLine, StorageBackend } from "../storage/backend.ts";
import { lineHash } from "../storage/line_hash.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { parseEvent, requireEvent } from "./journal.ts";
import { readLongLine } from "./long_line.ts";

/**
 * Visits events in order. An incomplete event at the end is skipped: it was never acknowledged.
 * @param range.from number of the first one, from 1.
 * @param range.to number of the last one. Default: up to the end.
 * @param take gets each event; false stops the visit.
 * @throws `session_unknown`; `journal_corrupt`, `format_too_new` for a line that is not an event
 *   and is followed by events; what `take` throws.
 */
export async function visitEvents(
  backend: StorageBackend,
  id: string,
  range: { readonly from?: number; readonly to?: number },
  take: (event: SessionEvent, line: JournalLine) => boolean | void,
): Promise<void> {
  const { from = 1, to = Infinity } = range;
  let seq = 0;
  let unread: unknown = null;
  let failure: unknown = null;
  await backend.visitJournal(id, {
    line(line) {
      if (seq >= to) return false;
      seq += 1;
      if (seq < from) return skip(line);
      let event: SessionEvent;
      try {
        event = requireEvent(id, seq, line);
      } catch (error) {
        unread = error;
        if (error instanceof OrchestratorError && error.code === "format_too_new") failure = error;
        return false;
      }
      try {
        return take(event, line) !== false;
      } catch (error) {
        failure = error;
        return false;
      }
    },
    behind(line) {
      if (typeof line === "string" && parseEvent(line) !== null) failure ??= unread;
    },
  });
  if (failure !== null) throw failure;
}

/** A long line that is taken must be read to its end. */
function skip(line: JournalLine): true {
  if (typeof line !== "string") { for (const _ of line.pieces()); }
  return true;
}

/** Events number `from` (1-based) and later. @throws as {@link visitEvents} */
export async function eventsFrom(
  backend: StorageBackend,
  id: string,
  from = 1,
): Promise<readonly SessionEvent[]> {
  const events: SessionEvent[] = [];
  await visitEvents(backend, id, { from }, (event) => void events.push(event));
  return events;
}

/** The first event; null when the journal is empty. @throws as {@link visitEvents} */
export async function firstEvent(
  backend: StorageBackend,
  id: string,
): Promise<SessionEvent | null> {
  let first: SessionEvent | null = null;
  await visitEvents(backend, id, { to: 1 }, (event) => void (first = event));
  return first;
}

/** An event, and the hash of its line in the chain. */
export interface RecordedEvent {
  readonly event: SessionEvent;
  readonly hash: string;
}

/** One event by its number; null when there is none. @throws as {@link visitEvents} */
export async function eventAt(
  backend: StorageBackend,
  id: string,
  seq: number,
): Promise<RecordedEvent | null> {
  let found: RecordedEvent | null = null;
  await visitEvents(backend, id, { from: seq, to: seq }, (event, line) => {
    found = { event, hash: hashOf(line) };
  });
  return found;
}

function hashOf(line: JournalLine): string {
  if (typeof line === "string") return lineHash(line);
  const read = readLongLine(line);
  return "hash" in read ? read.hash : "";
}
