/**
 * The text of a state.json with what `describe()` says of its state.
 * @module
 */
import { describe } from "../workflow/progress.ts";
import { type CachedState, encodeState } from "./state_cache.ts";

/** See {@link encodeState}. */
export function stateText(cached: Omit<CachedState, "progress">): string {
  return encodeState({ ...cached, progress: describe(cached.state) });
}
