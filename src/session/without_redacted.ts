/**
 * What is shown of lines that still have a text that was taken out of the journal.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { loadSession } from "./load.ts";

/**
 * Events, by number, as they are shown in place of those whose lines still have a text that was taken out.
 * None for a journal that cannot be trusted.
 */
export async function withoutRedacted(
  backend: StorageBackend,
  id: string,
): Promise<ReadonlyMap<number, SessionEvent>> {
  try {
    return (await loadSession(backend, id)).undone;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return new Map();
  }
}
