/**
 * Whether a cached state is the one that the journal says it led to.
 * @module
 */
import { lineHash } from "../storage/line_hash.ts";
import { parseEvent, stateDigests, unknownIn } from "./journal.ts";
import type { CachedState } from "./state_cache.ts";

/**
 * Compares a cached state with what the last line of its journal records.
 * @param line the last line, which the cached state's head is about.
 * @returns false too when that cannot be told: the line records no digest, or one that this program
 * does not know.
 */
export function isProven({ state, head }: CachedState, line: string): boolean {
  if (lineHash(line) !== head.hash) return false;
  const event = parseEvent(line);
  if (event?.state === undefined || event.seq !== head.seq || unknownIn(event) !== null) {
    return false;
  }
  try {
    return stateDigests().digest(state) === event.state;
  } catch (error) {
    // What has not the shape of a state has no digest.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
