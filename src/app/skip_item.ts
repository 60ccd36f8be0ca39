/**
 * Skipping items, each with a reason.
 * @module
 */
import { decide } from "../workflow/decide.ts";
import type { SessionState } from "../workflow/state.ts";
import { eachItem, type ItemChange } from "./each_item.ts";
import type { Workspace } from "./workspace.ts";

/** Items to skip. */
export interface SkipRequest {
  /** Ids of items of the current phase, at least one. */
  readonly items: readonly string[];
  readonly reason: string;
  /** Skips a gate even though it has not passed. */
  readonly force: boolean;
}

/** An item that is skipped. */
export interface SkippedItem extends ItemChange {
  readonly forced: boolean;
}

/**
 * Skips items, one after the other; the first failure ends it, and what was skipped before stays.
 * @throws what `sessionToChange` and `decide` refuse; a reason that is too short for one of the items
 * skips none. With several items, `done` and `notTried` are among the details.
 */
export async function skipItems(
  workspace: Pick<Workspace, "sessionToChange" | "manager" | "actor" | "warn">,
  { items, reason, force }: SkipRequest,
): Promise<readonly SkippedItem[]> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  const skip = (state: SessionState, item: string) =>
    decide(state, { kind: "skip", item, reason, force }, { actor });
  if (items.length > 1) {
    // A reason that is too short for one of them is bad input: it skips none.
    const { state } = await manager.loadToPlan(session);
    for (const item of items) {
      const rehearsal = await manager.rehearse(state, skip(state, item));
      if (rehearsal.error?.kind === "usage") throw rehearsal.error;
    }
  }
  return await eachItem(workspace, { items, past: "skipped" }, async (item) => {
    const change = await manager.change(session, "skip", (state) => skip(state, item));
    const forced = change.events.some((event) =>
      event.type === "item_skipped" && event.data.forced === true
    );
    return { item, change, forced };
  });
}
