/**
 * How far a session is, as lists and the repository's journal count it.
 * @module
 */
import { isDone } from "../workflow/reviews.ts";
import type { SessionState } from "../workflow/state.ts";

/** How many items of a state are done, and how many there are. */
export function itemsDone(state: SessionState): { readonly done: number; readonly total: number } {
  let done = 0;
  let total = 0;
  for (const phase of Object.values(state.phases)) {
    for (const item of Object.values(phase.items)) {
      total += 1;
      if (isDone(item)) done += 1;
    }
  }
  return { done, total };
}
