/**
 * A command that does the same to several items: one after the other, each by its own event.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { AnswerTo } from "./command.ts";
import type { Context } from "./context.ts";
import { changesAnswer, type ItemChange } from "./output/change.ts";

/**
 * Does it to each item in turn. The first failure ends it; what was done before stays, and is said.
 * @param past what was done, e.g. `completed`.
 * @throws what `act` throws, with `done` and `notTried` among its details when there are several items.
 */
export async function eachItem(
  context: Context,
  { items, past }: { readonly items: readonly string[]; readonly past: string },
  act: (item: string) => Promise<ItemChange>,
): Promise<AnswerTo<"complete">> {
  const changes: ItemChange[] = [];
  for (const [index, item] of items.entries()) {
    try {
      changes.push(await act(item));
    } catch (error) {
      if (items.length === 1 || !(error instanceof OrchestratorError)) throw error;
      const done = items.slice(0, index);
      const notTried = items.slice(index + 1);
      if (done.length > 0) context.warn(`These were ${past} before: ${done.join(", ")}`);
      if (notTried.length > 0) context.warn(`These were not tried: ${notTried.join(", ")}`);
      throw new OrchestratorError(error.code, error.message, {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        details: { ...error.details, done, notTried },
        cause: error,
      });
    }
  }
  return changesAnswer(changes);
}
