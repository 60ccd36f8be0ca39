/**
 * Reading one session: the cached state where it can be proved to be the journal's, else a replay
 * (`rebuild.ts`, loaded when it is needed).
 *
 * Nothing is written here. What was found wrong with the cache comes back as {@link Rebuilt}.
 * @module
 */
import type { JournalHead, StorageBackend } from "../storage/backend.ts";
import type { Progress } from "../workflow/progress.ts";
import type { SessionState } from "../workflow/state.ts";
import { readCache } from "./state_cache.ts";

/** Why state.json could not be used. */
export type Rebuilt = "missing" | "damaged" | "behind" | "different";

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
  /** Bytes of an append that was cut off; the next writer replaces them. */
  readonly tornBytes: number;
}

/** How a session is loaded. */
export interface LoadOptions {
  /** Read and check the whole journal even when state.json looks right. */
  readonly replay?: boolean;
  /** The caller holds the session: nobody else is about to write state.json. */
  readonly holding?: boolean;
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
  const cached = await readCache(backend, id);
  const known = options.replay === true ? undefined : cached.entry?.head;
  const read = await backend.readJournal(id, known);
  if (!read.unchanged) {
    const { rebuild } = await import("./rebuild.ts");
    // Null: the journal grew, or was replaced, while it was read.
    return await rebuild(backend, id, cached, read, options) ??
      await loadSession(backend, id, options);
  }
  if (cached.entry === null) {
    throw new TypeError("a journal read from its beginning is never unchanged");
  }
  return { ...cached.entry, rebuilt: null, tornBytes: 0 };
}
