/**
 * What the caller of a use case has to do with a verification command that runs.
 * @module
 */
import type { Redactor } from "../secrets/redact.ts";

/** Takes what a verification command prints, while it runs. */
export interface OutputTaker {
  readonly push: (chunk: Uint8Array) => void;
  /** No more output comes, also when the command was interrupted. */
  readonly close: () => void;
  /**
   * The command has failed, as the event `seq` records.
   * @returns the lines of its output that the error is to list.
   */
  readonly failed: (seq: number) => readonly string[];
}

/** What the caller has to do with a command that runs. */
export interface Watching {
  /** Ends the command, with all it started. */
  readonly signal: AbortSignal;
  /** Called once for each item that is verified. */
  readonly takeOutput: (redactor: Redactor) => Promise<OutputTaker>;
}
