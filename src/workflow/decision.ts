/**
 * What `decide()` answers.
 * @module
 */
import type { OrchestratorError } from "../errors.ts";
import type { NewEvent } from "./events.ts";

/**
 * Either the events that shall happen, in order, or why nothing may. `already` is a sentence that
 * comes with no events: what was asked for is so already.
 */
export type Decision =
  | { readonly events: readonly NewEvent[]; readonly already?: string }
  | { readonly refusal: OrchestratorError };
