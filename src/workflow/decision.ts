/**
 * What `decide()` answers.
 * @module
 */
import type { Result } from "../errors.ts";
import type { NewEvent } from "./events.ts";

/** What shall happen. */
export interface Decided {
  /** In order; none when nothing is to do. */
  readonly events: readonly NewEvent[];
  /** A sentence that comes with no events: what was asked for is so already. */
  readonly already?: string;
}

/** What shall happen, or why nothing may. */
export type Decision = Result<Decided>;
