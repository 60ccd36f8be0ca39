/**
 * Reading one session: the cached state where it can be proved to be the journal's, else a replay
 * (`rebuild.ts`, loaded when it is needed).
 *
 * Nothing is written here. What was found wrong with the cache comes back as {@link Rebuilt}.
 * @module
 */
import type { JournalHead, JournalVisit, StorageBackend } from "../storage/backend.ts";
import type { Progress } from "../workflow/progress.ts";
import type { SessionState } from "../workflow/state.ts";
import { readCache } from "./state_cache.ts";

/** Why state.json could not be used. */
export type Rebuilt = "missing" | "damaged" | "behind" | "different";

/** A line that was acknowledged but is missing from the journal. */
export type Lost = Pick<JournalHead, "seq" | "hash">;

/** A session as read. */
export interface LoadedSession {
  readonly state: SessionState;
  readonly head: JournalHead;
  /** What `describe()` says of the state, where state.json kept it. */
  readonly progress: Progress | null;
  /** Set when the state had to be derived from the journal because state.json was no good. */
  readonly rebuilt: Rebuilt | null;
  /** Fields of state.json to carry along. */
  readonly unknown: Readonly<Record<string, unknown>>;
  /**
   * Bytes after the last event that were never acknowledged; the next writer moves them to a file.
   */
  readonly tornBytes: number;
  /** How the journal's lines end. */
  readonly lineEnds: JournalVisit["lineEnds"];
  /**
   * The line that state.json was derived from, if the journal no longer contains it: acknowledged
   * lines are missing or were replaced. The session cannot be changed until a person accepts this.
   */
  readonly lost: Lost | null;
}

/** How a session is loaded. */
export interface LoadOptions {
  /** Read and verify the whole journal even if state.json looks valid. */
  readonly replay?: boolean;
  /** The caller holds the session's lock: no other process is about to write state.json. */
  readonly holding?: boolean;
  /** What state.json knows is needed: fail when it cannot be read. */
  readonly strict?: boolean;
}

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
  if (entry !== null && options.replay !== true && await backend.isUnchanged(id, entry.head)) {
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
