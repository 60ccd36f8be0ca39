/**
 * Reading a journal some lines of which still have a text that a later line says was taken out: as if
 * they had not.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import { asJournalLine } from "../storage/pieces.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { chainError, ChainReader } from "./journal.ts";
import { readLines } from "./journal_end.ts";
import { carryOut } from "./redacted_lines.ts";
import type { ScannedJournal, TakeLine } from "./scan_journal.ts";

/**
 * Shows the lines to `take` without these texts.
 * @returns the events of the lines that still have them, by number.
 * @throws `journal_corrupt`
 */
export async function readRedacted(
  backend: StorageBackend,
  id: string,
  { head, undone }: ScannedJournal,
  take: TakeLine,
): Promise<ReadonlyMap<number, SessionEvent>> {
  const read = await readLines(backend, id);
  const lines = carryOut(id, (read?.all ?? []).slice(0, head.seq), undone);
  const wanted = new Set(undone.map(({ line }) => line));
  const events = new Map<number, SessionEvent>();
  const chain = new ChainReader();
  for (const line of lines.map(asJournalLine)) {
    const next = chain.next(line);
    if ("bad" in next) throw chainError(id, next.bad);
    const { event, value } = next;
    const bad = take(event, { line, value, hash: chain.head.hash });
    if (bad !== null) throw chainError(id, bad);
    if (wanted.has(event.seq)) events.set(event.seq, event);
  }
  return events;
}
