/**
 * Reading one session: its journal, and the cached state where that one is long.
 *
 * state.json proves nothing: its checksum can be made by anybody. A short journal is therefore replayed
 * (`rebuild.ts`), which costs less than looking for a proof. Of a long one the cached state counts when
 * it has the digest that the last line records (`proof.ts`); without a digest there, it is replayed too.
 *
 * Nothing is written here. What was found wrong with the cache comes back as {@link Rebuilt}.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import type { LoadedSession, LoadOptions } from "./loaded_session.ts";
import { readCache } from "./state_cache.ts";

export type { LoadedSession, Lost, NewerLine, Rebuilt } from "./loaded_session.ts";

/** Bytes of a journal below which it is replayed to decide something: about 3,000 events. */
const DECIDE_BELOW = 1024 * 1024;

/** The same to show something: about 150 events, which take less than a millisecond. */
export const SHOW_BELOW: number = 64 * 1024;

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
  if (entry !== null && options.replay !== true && options.audit === undefined) {
    const from = options.deciding === true ? DECIDE_BELOW : SHOW_BELOW;
    const line = await backend.lastLine(id, entry.head, from);
    if (line !== null && (await import("./proof.ts")).isProven(entry, line)) {
      const { state, head, unknown } = entry;
      const found = { tornBytes: 0, lineEnds: "line feeds" } as const;
      return {
        state,
        head,
        unknown,
        ...found,
        rebuilt: null,
        lost: null,
        newer: null,
        undone: new Map(),
      };
    }
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
