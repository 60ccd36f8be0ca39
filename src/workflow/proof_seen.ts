/**
 * What was found when the proof of an item was compared with the files, as events record it.
 * @module
 */

/** What was found of the proof of an item. */
export interface ProofSeen {
  readonly phase: string;
  readonly item: string;
  /** Number of the line that has the proof. */
  readonly seq: number;
  /** `unknown`: it could not be compared. */
  readonly verdict: "fresh" | "stale" | "unknown";
  /** How many files have changed since, as far as they can be named; present when stale. */
  readonly changed?: number;
  /** The first `MOST_FILES` of them, relative to the project root. */
  readonly files?: readonly string[];
  /** Files have changed that cannot be named, or why nothing could be compared: a clause. */
  readonly why?: string;
}

/** An item whose proof was accepted as it is. */
export interface Waived {
  readonly phase: string;
  readonly item: string;
}
