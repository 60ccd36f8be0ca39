/**
 * Changing one phase or one item of a state, which shares all other parts with the state before.
 * @module
 */
import type { Stamp } from "./first_state.ts";
import { own } from "./record.ts";
import type { ItemState, PhaseState, SessionState } from "./state.ts";

/** The state with one of its phases changed. */
export function withPhase(
  state: SessionState,
  id: string,
  change: (phase: PhaseState) => PhaseState,
): SessionState {
  const phase = own(state.phases, id);
  if (phase === undefined) return state;
  return { ...state, phases: { ...state.phases, [id]: change(phase) } };
}

/** The state with one of its items changed. */
export function withItem(
  state: SessionState,
  where: { readonly phase: string; readonly item: string },
  change: (item: ItemState) => ItemState,
): SessionState {
  return withPhase(state, where.phase, (phase) => {
    const item = own(phase.items, where.item);
    if (item === undefined) return phase;
    return { ...phase, items: { ...phase.items, [where.item]: change(item) } };
  });
}

/** What every change of an item has in common; counts stay, and what is known from before. */
export function stood(before: ItemState, stamp: Stamp): Omit<ItemState, "status"> {
  const { failures, rejections, fileBefore, legacy } = before;
  return {
    touched: stamp.seq,
    failures,
    at: stamp.time,
    by: stamp.actor,
    ...(rejections === undefined ? {} : { rejections }),
    ...(fileBefore === undefined ? {} : { fileBefore }),
    ...(legacy === undefined ? {} : { legacy }),
  };
}

/** Why an item or a phase was opened again, as long as it is open. */
export function whyOpen(
  { withdrawn, withdrawnReason }: Pick<ItemState, "withdrawn" | "withdrawnReason">,
): Pick<ItemState, "withdrawn" | "withdrawnReason"> {
  return {
    ...(withdrawn === undefined ? {} : { withdrawn }),
    ...(withdrawnReason === undefined ? {} : { withdrawnReason }),
  };
}
