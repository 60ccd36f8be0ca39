/**
 * Reading what was recorded before a session began: the values of its first event's history, as JSON.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { runningSha256 } from "../platform/hash.ts";
import { LineSplitter } from "../platform/line_splitter.ts";
import { KEYS } from "../project/paths.ts";
import { LIMITS, LINE_LIMIT } from "../state_layout/limits.ts";
import type { JournalLine, StorageBackend } from "../storage/backend.ts";
import type { History, HistoryFile } from "../workflow/events.ts";
import { readLongLine } from "./long_line.ts";

/** A value as JSON; null for one that is too long. */
export type HistoryValue = string | null;

/**
 * Visits the values of a history that is stored in the journal's line; none if it is a file.
 * @param line of the event; valid during the visit of the journal.
 */
export function visitHistory(
  history: History,
  line: JournalLine,
  take: (value: HistoryValue) => void,
): void {
  if (typeof line !== "string") readLongLine(line, take);
  else if (Array.isArray(history)) { for (const value of history) take(JSON.stringify(value)); }
}

/**
 * Shows the values of a history that is a file of the session.
 * @throws `file_unknown`, `link_refused`, `limit_exceeded`, `io_failed`
 */
export async function visitHistoryFile(
  backend: StorageBackend,
  session: string,
  { sha256 }: HistoryFile,
  take: (value: HistoryValue) => void,
): Promise<void> {
  const lines = new LineSplitter(take, LINE_LIMIT);
  for await (const piece of backend.blobPieces(KEYS.history(session, sha256))) lines.push(piece);
  lines.end();
}

const TOO_LARGE = `is longer than ${exactByteSize(LIMITS.history)}`;

/** Why the file of a history is not what the event says, as a clause; null when it is. */
export async function checkHistoryFile(
  backend: StorageBackend,
  session: string,
  history: HistoryFile,
): Promise<string | null> {
  const hash = runningSha256();
  let bytes = 0;
  try {
    for await (const piece of backend.blobPieces(KEYS.history(session, history.sha256))) {
      bytes += piece.length;
      if (bytes > LIMITS.history) return TOO_LARGE;
      hash.update(piece);
    }
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    if (error.code === "file_unknown") return "is missing";
    if (error.code === "limit_exceeded") return TOO_LARGE;
    throw error;
  }
  if (bytes !== history.bytes) {
    return `is ${exactByteSize(bytes)} long (expected ${exactByteSize(history.bytes)})`;
  }
  return hash.hex() === history.sha256 ? null : "was changed";
}
