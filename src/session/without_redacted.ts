/**
 * What is shown of lines that still have a text that was taken out of the journal.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { loadSession } from "./load.ts";

/**
 * Events as they are shown in place of those whose lines still have a text that was taken out.
 * @param undone what a verification found.
 * @throws as `loadSession`
 */
export async function withoutRedacted(
  backend: StorageBackend,
  id: string,
  undone: readonly number[] | undefined,
): Promise<ReadonlyMap<number, SessionEvent>> {
  if (undone === undefined) return new Map();
  return (await loadSession(backend, id, { replay: true })).undone;
}
