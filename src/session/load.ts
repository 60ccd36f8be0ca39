/**
 * Reading one session: the cached state where it can be proved to be the journal's, else a replay
 * (`rebuild.ts`, loaded when it is needed).
 *
 * Nothing is written here. What was found wrong with the cache comes back as {@link Rebuilt}.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import type { LoadedSession, LoadOptions } from "./loaded_session.ts";
import { readCache } from "./state_cache.ts";

export type { LoadedSession, Lost, Rebuilt } from "./loaded_session.ts";

/**
 * Loads a session.
 * @throws `session_unknown`, `journal_corrupt`, `format_too_new`
 */
export async function loadSession(
  backend: StorageBackend,
  id: string,
  options: LoadOptions = {},
): Promise<LoadedSession> {
  const cached = await readCache(backend, id, options.strict);
  const { entry } = cached;
  if (
    entry !== null && options.replay !== true && options.audit === undefined &&
    await backend.isUnchanged(id, entry.head)
  ) {
    return { ...entry, rebuilt: null, tornBytes: 0, lineEnds: "line feeds", lost: null };
  }
  const { rebuild } = await import("./rebuild.ts");
  // Null: the journal grew, or was replaced, while it was read.
  return await rebuild(backend, id, cached, options) ?? await loadSession(backend, id, options);
}

/**
 * The events that a journal does not hold any more.
 * @param known number of the last one that was there.
 * @param found how many the journal holds.
 */
export function lostEvents(known: number, found: number): string {
  if (known <= found) return `event ${known} as it was`;
  return known === found + 1 ? `event ${known}` : `events ${found + 1} to ${known}`;
}

/** `line 7 of the journal contradicts the others`, with as many numbers as fit. */
export function contradictingLines(numbers: readonly number[]): string {
  const [first] = numbers;
  if (numbers.length === 1) return `line ${first} of the journal contradicts the others`;
  const more = numbers.length > 5 ? ` and ${numbers.length - 5} more` : "";
  return `lines ${numbers.slice(0, 5).join(", ")}${more} of the journal contradict the others`;
}
