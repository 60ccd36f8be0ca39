/**
 * What a session manager works with, and what a change of a session is. Types only.
 * @module
 */
import type { StorageBackend } from "../storage/backend.ts";
import type { Decision } from "../workflow/decide.ts";
import type { Actor, SessionEvent } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import type { LoadedSession } from "./loaded_session.ts";
import type { Witness } from "./witness.ts";

/** What every operation of a manager needs to know of its surroundings. */
export interface ManagerOptions {
  readonly backend: StorageBackend;
  /** Who runs the command: asked only when something is written. */
  readonly actor: () => Actor;
  readonly now: () => Date;
  /** Milliseconds to wait for a lock. */
  readonly lockTimeoutMs: number;
  /**
   * Gives the function that takes known secrets out of a text: applied to all that people and programs
   * say before it is written. Default: texts are written as they are.
   */
  readonly clean?: () => Promise<(text: string) => string>;
  /** Called when a problem was repaired automatically. */
  readonly warn: (message: string) => void;
  /**
   * Gives what remembers how far sessions were, outside of the backend; null where nothing can.
   */
  readonly witness?: () => Promise<Witness | null>;
  /** Called before a session is made or changed; throws where the caller has not prepared for that. */
  readonly requireOpened?: () => Promise<void>;
}

/** How `SessionManager.change` decides. */
export interface ChangeOptions {
  /**
   * Decide on a state replayed from the whole journal, however long it is, with the digests of all its
   * lines compared.
   */
  readonly replay?: boolean;
  /** Continue although the journal lacks acknowledged events; state.json must be readable. */
  readonly accept?: boolean;
  /** Refuse when the journal contradicts itself: what is refused, as it follows "Cannot". */
  readonly audit?: string;
}

/** Decides on the newest state of a session, and on how it was read. */
export type Decide = (state: SessionState, loaded: LoadedSession) => Decision;

/** A change that was made, or that turned out not to be needed. */
export interface Change {
  readonly state: SessionState;
  readonly events: readonly SessionEvent[];
  /** A sentence when nothing had to be done. */
  readonly already: string | null;
  /** Who made it, or would have. */
  readonly actor?: Actor;
}
