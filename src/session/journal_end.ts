/**
 * Where a journal ends, for copying or continuing it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { scanJournal } from "./scan_journal.ts";
import { readCache } from "./state_cache.ts";

/** The end of a journal. */
export interface JournalEnd {
  /** How many lines are events that chain; undefined for a journal that cannot be trusted. */
  readonly lines: number | undefined;
  /** Bytes behind them that were never acknowledged; undefined when that is not known. */
  readonly behindBytes: number | undefined;
}

/**
 * Finds the end of a session's journal: without reading it where state.json knows.
 * @throws `session_unknown`, `limit_exceeded`, `link_refused`, `io_failed`
 */
export async function journalEnd(backend: StorageBackend, id: string): Promise<JournalEnd> {
  const known = await knownHead(backend, id);
  if (known !== undefined && await backend.isUnchanged(id, known)) {
    return { lines: known.seq, behindBytes: 0 };
  }
  const { head, bad, tornBytes } = await scanJournal(backend, id, { known });
  return bad === null
    ? { lines: head.seq, behindBytes: tornBytes }
    : { lines: undefined, behindBytes: undefined };
}

async function knownHead(backend: StorageBackend, id: string) {
  try {
    return (await readCache(backend, id)).entry?.head;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "format_too_new") return undefined;
    throw error;
  }
}

/** A journal's lines, and where they end. */
export interface JournalLines extends JournalEnd {
  readonly all: readonly string[];
}

/** The lines of a session's journal; null when there is no such session. @throws as {@link journalEnd} */
export async function readLines(
  backend: StorageBackend,
  id: string,
): Promise<JournalLines | null> {
  if (!await backend.hasSession(id)) return null;
  const end = await journalEnd(backend, id);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  for await (const piece of backend.journalPieces(id, end.lines)) {
    text += decoder.decode(piece, { stream: true });
  }
  const all = (text + decoder.decode()).split("\n");
  all.pop();
  return { ...end, all };
}
