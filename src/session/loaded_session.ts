/**
 * A session as it was read, and how it is read.
 * @module
 */
import type { JournalAuditor } from "./audit_journal.ts";
import type { JournalHead, JournalVisit } from "../storage/backend.ts";
import type { Progress } from "../workflow/progress.ts";
import type { SessionState } from "../workflow/state.ts";

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
  /** Present where it was asked for. */
  readonly audit?: JournalAuditor;
}

/** How a session is loaded. */
export interface LoadOptions {
  /** Read and verify the whole journal even if state.json looks valid. */
  readonly replay?: boolean;
  /** The caller holds the session's lock: no other process is about to write state.json. */
  readonly holding?: boolean;
  /** Decide every line of the journal again. Reads all of it. */
  readonly audit?: { readonly now: Date };
  /** What state.json knows is needed: fail when it cannot be read. */
  readonly strict?: boolean;
}
