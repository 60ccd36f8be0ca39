/**
 * A session as it was read, and how it is read.
 * @module
 */
import type { JournalAuditor } from "./audit_journal.ts";
import type { JournalHead, JournalVisit } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";

/** Why state.json could not be used. */
export type Rebuilt = "missing" | "damaged" | "behind" | "different";

/** A line that was acknowledged but is missing from the journal. */
export type Lost = Pick<JournalHead, "seq" | "hash">;

/** The first line that this program does not fully know: a newer one wrote it. */
export interface NewerLine {
  /** 1-based. */
  readonly line: number;
  /** What is not known, as a clause. */
  readonly reason: string;
}

/** A session as read. */
export interface LoadedSession {
  readonly state: SessionState;
  readonly head: JournalHead;
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
  /** Set when a newer program wrote a part of it: it can be read, and is not changed. */
  readonly newer: NewerLine | null;
  /**
   * Lines that still have a text which a later line says was taken out, by number, as events without it:
   * an older copy of the journal came back. The next writer takes it out again.
   */
  readonly undone: ReadonlyMap<number, SessionEvent>;
  /** Present where it was asked for. */
  readonly audit?: JournalAuditor;
}

/** How a session is loaded. */
export interface LoadOptions {
  /**
   * Read the whole journal, however long, and compare each state with the digest that its line records.
   * Default: a short journal is read, of a longer one state.json counts when it has the digest of the
   * last line.
   */
  readonly replay?: boolean;
  /** Something is decided on it: journals are read up to {@link DECIDE_BELOW}. */
  readonly deciding?: boolean;
  /** The caller holds the session's lock: no other process is about to write state.json. */
  readonly holding?: boolean;
  /** Decide every line of the journal again. Reads all of it. */
  readonly audit?: { readonly now: Date };
  /** What state.json knows is needed: fail when it cannot be read. */
  readonly strict?: boolean;
}
