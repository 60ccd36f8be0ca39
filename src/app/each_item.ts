/**
 * The same change of several items: one after the other, each by its own event.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { Change } from "../session/session_manager.ts";
import type { Warnings } from "./workspace.ts";

/** A change of one item. */
export interface ItemChange {
  readonly item: string;
  readonly change: Change;
}

/**
 * Changes each item in turn. The first failure ends it; what was done before stays, and is said.
 * @param past what was done, e.g. `completed`.
 * @throws what `act` throws, with `done` and `notTried` among its details when there are several items.
 */
export async function eachItem<Done extends ItemChange>(
  workspace: Warnings,
  { items, past }: { readonly items: readonly string[]; readonly past: string },
  act: (item: string) => Promise<Done>,
): Promise<readonly Done[]> {
  const changes: Done[] = [];
  for (const [index, item] of items.entries()) {
    try {
      changes.push(await act(item));
    } catch (error) {
      if (items.length === 1 || !(error instanceof OrchestratorError)) throw error;
      const done = items.slice(0, index);
      const notTried = items.slice(index + 1);
      if (done.length > 0) workspace.warn(`Just ${past}: ${done.join(", ")}`);
      if (notTried.length > 0) workspace.warn(`Not tried: ${notTried.join(", ")}`);
      throw new OrchestratorError(error.code, error.message, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        details: { ...error.details, done, notTried },
        cause: error,
      });
    }
  }
  return changes;
}
