/**
 * What blocks `advance` and `finish`.
 * @module
 */
import type { ItemDefinition, PhaseDefinition } from "./definition.ts";
import { isLastPhase, itemState, type LocatedPhase, phaseState } from "./locate.ts";
import { neededLater } from "./needs.ts";
import { isDone, isOpen, isRevoked, missingReviews, reviewsEndingWith } from "./reviews.ts";
import type { PhaseState, SessionState } from "./state.ts";

/** One blocker. `message` is a clause without a capital or a full stop. */
export type Blocker =
  | {
    readonly kind: "item_open";
    readonly phase: string;
    readonly item: string;
    readonly status: "pending" | "failed";
    readonly message: string;
  }
  | {
    /** It is completed, but what it needs was opened again after it, or its approval was revoked. */
    readonly kind: "item_stale";
    readonly phase: string;
    readonly item: string;
    readonly message: string;
  }
  | { readonly kind: "approval_missing"; readonly phase: string; readonly message: string }
  | {
    /** The approval of an earlier phase, or of an item there, was revoked. */
    readonly kind: "approval_revoked";
    readonly phase: string;
    readonly item?: string;
    readonly message: string;
  }
  | {
    readonly kind: "review_missing";
    readonly review: string;
    /** The item that can still complete the review; absent when there is none. */
    readonly by?: { readonly phase: string; readonly item: string };
    readonly message: string;
  }
  | {
    /** What an item has proved does not fit the files any more. */
    readonly kind: "proof_stale";
    readonly phase: string;
    readonly item: string;
    readonly message: string;
  }
  | {
    /** What an item has proved cannot be compared with the files. */
    readonly kind: "proof_unknown";
    readonly phase: string;
    readonly item: string;
    readonly message: string;
  }
  | {
    readonly kind: "phase_ahead";
    /** The phase that comes next. */
    readonly phase: string;
    readonly message: string;
  };

/** The gate value that demands `approve --phase`. */
const HUMAN_APPROVAL = "human_approval";

/** True when the phase needs a person's approval to end. */
export function needsApproval(phase: PhaseDefinition): boolean {
  return phase.exit_gate === HUMAN_APPROVAL;
}

/** True when a phase has been approved, and the approval was not revoked. */
export function isApproved({ approval, withdrawn }: PhaseState): boolean {
  return approval !== undefined && withdrawn === undefined;
}

/** What blocks leaving the current phase; empty when nothing does. */
export function advanceBlockers(state: SessionState, phase: LocatedPhase): readonly Blocker[] {
  const own = [
    ...failedAgain(state, phase),
    ...phaseBlockers(state, phase.definition, phase.state),
  ];
  const reviews = reviewsEndingWith(state, phase)
    .filter(({ by }) => !own.some((blocker) => "item" in blocker && blocker.item === by?.item))
    .map(reviewBlocker);
  return [
    ...revokedBefore(state, phase),
    ...own.filter(isItem),
    ...reviews,
    ...own.filter((blocker) => !isItem(blocker)),
  ];
}

/** What blocks finishing the workflow; empty when nothing does. */
export function finishBlockers(state: SessionState, phase: LocatedPhase): readonly Blocker[] {
  const ahead = state.definition.phases.slice(phase.index + 1);
  const next = ahead[0];
  return [
    ...(next === undefined || isLastPhase(state, phase) ? [] : [
      {
        kind: "phase_ahead" as const,
        phase: next.id,
        message: `phase "${next.id}" comes after "${phase.definition.id}"`,
      },
    ]),
    ...failedAgain(state, phase),
    ...revokedBefore(state, phase),
    ...phaseBlockers(state, phase.definition, phase.state),
    ...ahead.flatMap((later) => phaseBlockers(state, later, phaseState(state, later.id))),
    ...missingReviews(state, phase).map(reviewBlocker),
  ];
}

/** Blockers as one clause: the first few, and how many more. */
export function summarise(blockers: readonly Blocker[]): string {
  const shown = blockers.slice(0, 5).map((blocker) => blocker.message);
  const more = blockers.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** Approvals of earlier phases that were revoked and not given again. */
function revokedBefore(state: SessionState, phase: LocatedPhase): readonly Blocker[] {
  const earlier = state.definition.phases.slice(0, phase.index);
  return earlier.flatMap(({ id, items }): readonly Blocker[] => {
    const standing = phaseState(state, id);
    const revoked = items.filter((item) => isRevoked(itemState(standing, item.id)));
    return [
      ...revoked.map((item): Blocker => ({
        kind: "approval_revoked",
        phase: id,
        item: item.id,
        message: `the approval of "${item.id}" was revoked`,
      })),
      ...(standing.withdrawn === undefined ? [] : [{
        kind: "approval_revoked" as const,
        phase: id,
        message: `the approval of phase "${id}" was revoked`,
      }]),
    ];
  });
}

function phaseBlockers(
  state: SessionState,
  definition: PhaseDefinition,
  standing: PhaseState,
): readonly Blocker[] {
  const items = definition.items.flatMap((item) => itemBlockers(state, definition, item));
  if (!needsApproval(definition) || isApproved(standing)) return items;
  return [...items, {
    kind: "approval_missing",
    phase: definition.id,
    message: `phase "${definition.id}" needs approval`,
  }];
}

/** What of an item blocks the end of its phase. */
export function itemBlockers(
  state: SessionState,
  phase: PhaseDefinition,
  { id, required }: ItemDefinition,
): readonly Blocker[] {
  const item = itemState(phaseState(state, phase.id), id);
  if (isDone(item)) return [];
  const later = required ? undefined : neededLater(state.definition, phase, id);
  if (!required && later === undefined) return [];
  const by = later === undefined ? "" : `, and "${later.item}" of phase "${later.phase}" needs it`;
  const { status, needsAgain } = item;
  const where = { phase: phase.id, item: id };
  if (isOpen(status)) {
    const failed = status === "failed";
    const message = `item "${id}" ${failed ? "failed its verification" : "is open"}${by}`;
    return [{ kind: "item_open", ...where, status: failed ? "failed" : "pending", message }];
  }
  const message = needsAgain === undefined
    ? `the approval of "${id}" was revoked${by}`
    : `item "${id}" must be ${
      item.approval === undefined ? "completed" : "approved"
    } again: "${needsAgain}", which it needs, was reopened${by}`;
  return [{ kind: "item_stale", ...where, message }];
}

/** Items of earlier phases that were checked again, and failed. */
function failedAgain(state: SessionState, { index }: LocatedPhase): readonly Blocker[] {
  return state.definition.phases.slice(0, index).flatMap((phase) => {
    const standing = phaseState(state, phase.id);
    return phase.items.filter(({ id }) => itemState(standing, id).rechecked !== undefined)
      .flatMap((item) => itemBlockers(state, phase, item))
      .filter(({ kind }) => kind === "item_open");
  });
}

function isItem(blocker: Blocker): boolean {
  return blocker.kind === "item_open" || blocker.kind === "item_stale";
}

/** A review that is not done. */
export function reviewBlocker(
  { review, by }: { readonly review: string; readonly by?: { phase: string; item: string } },
): Blocker {
  return {
    kind: "review_missing",
    review,
    ...(by === undefined ? {} : { by }),
    message: `the required review "${review}" is not done`,
  };
}
