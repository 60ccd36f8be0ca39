/**
 * Lines of a journal.
 * @module
 */
import type { StorageBackend } from "../../src/storage/backend.ts";

/** Whole lines of a journal from number `from` on, which counts from 1. */
export async function linesFrom(
  backend: StorageBackend,
  id: string,
  from: number,
): Promise<readonly string[]> {
  const read = await backend.readJournal(id);
  if (read.unchanged) throw new TypeError("a journal read from its beginning is never unchanged");
  return read.lines.slice(Math.max(0, from - 1));
}
