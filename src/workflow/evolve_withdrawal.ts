/**
 * What rejections, reopenings and revocations do to a state.
 * @module
 */
import { stood, whyOpen, withItem, withPhase } from "./change_state.ts";
import type { SessionEvent } from "./events.ts";
import type { Stamp } from "./first_state.ts";
import { own } from "./record.ts";
import type { ItemState, PhaseState, SessionState, Withdrawal } from "./state.ts";

type Taken = Extract<
  SessionEvent,
  { readonly type: "item_rejected" | "item_reopened" | "approval_revoked" }
>;

/** The state after such an event. */
export function withdraw(state: SessionState, event: Taken): SessionState {
  const { phase, reason, phaseToo } = event.data;
  const { item } = event.data;
  const here = state.status === "active" && state.phase === phase;
  const because = item === undefined ? {} : { because: item };
  let moved = state;
  if (item === undefined || phaseToo === true) {
    moved = withPhase(moved, phase, (before) =>
      revokedPhase(before, here, {
        withdrawn: { ...withdrawalOf(event), ...because },
        withdrawnReason: reason,
      }));
  }
  if (item === undefined) return moved;
  moved = withItem(
    moved,
    { phase, item },
    (before) =>
      event.type === "approval_revoked" && !here
        ? { ...before, touched: event.seq, withdrawn: withdrawalOf(event), withdrawnReason: reason }
        : {
          ...opened(before, event, { withdrawn: withdrawalOf(event), withdrawnReason: reason }),
          ...(event.type === "item_rejected" ? { rejections: (before.rejections ?? 0) + 1 } : {}),
        },
  );
  const others = event.type === "item_rejected" ? event.data.also : event.data.stale;
  for (const other of others ?? []) {
    moved = withItem(
      moved,
      { phase, item: other },
      (before) =>
        event.type === "item_rejected"
          ? opened(before, event, {
            withdrawn: { ...withdrawalOf(event), ...because },
            withdrawnReason: reason,
          })
          : { ...before, touched: event.seq, needsAgain: item },
    );
  }
  return moved;
}

/** Why something is open again. */
interface Why {
  readonly withdrawn: Withdrawal;
  readonly withdrawnReason: string;
}

const HOW = {
  item_rejected: "rejected",
  item_reopened: "reopened",
  approval_revoked: "revoked",
} as const;

function withdrawalOf(event: Taken): Withdrawal {
  const { type, seq, time: at, actor: by } = event;
  const made = event.type === "approval_revoked" ? event.data.elsewhere?.made : undefined;
  // By whom and when it was revoked there; a damaged line is an audit's to name.
  return { how: HOW[type], seq, at, by, ...(typeof made?.by?.name === "string" ? made : {}) };
}

function opened(before: ItemState, stamp: Stamp, why: Why): ItemState {
  const file = before.approval?.file;
  return {
    ...stood(before, stamp),
    status: "pending",
    ...(file === undefined ? {} : { fileBefore: file }),
    ...why,
  };
}

/** In the current phase it is approved again; elsewhere it stays visible what was approved. */
function revokedPhase(before: PhaseState, here: boolean, why: Why): PhaseState {
  if (!here) return { ...before, ...why };
  const { approval: _, ...rest } = before;
  return { ...rest, ...why };
}

/**
 * The phases of a checkpoint, with what was withdrawn since it was made: to go back to before that does
 * not give back an approval or a completion.
 * @param seq number of the event that created the checkpoint.
 */
export function withdrawnSince(
  now: SessionState["phases"],
  then: SessionState["phases"],
  seq: number,
): SessionState["phases"] {
  return Object.fromEntries(
    Object.entries(then).map(([id, phase]) => {
      const present = own(now, id);
      if (present === undefined) return [id, phase];
      const items = Object.entries(phase.items).map(([item, state]) => {
        const other = own(present.items, item);
        return [item, other === undefined ? state : itemBack(other, state, seq)];
      });
      const restored = { ...phase, items: Object.fromEntries(items) };
      return [id, isLater(present, seq) ? { ...restored, ...whyOpen(present) } : restored];
    }),
  );
}

function isLater({ withdrawn }: { readonly withdrawn?: Withdrawal }, seq: number): boolean {
  return withdrawn !== undefined && withdrawn.seq > seq;
}

/** An item of a checkpoint, or as it is now where the checkpoint's does not hold any more. */
function itemBack(now: ItemState, then: ItemState, seq: number): ItemState {
  const isStale = now.needsAgain !== undefined && now.touched > seq;
  const wasRejected = (now.rejections ?? 0) > (then.rejections ?? 0);
  return isStale || wasRejected || isLater(now, seq) ? now : then;
}
