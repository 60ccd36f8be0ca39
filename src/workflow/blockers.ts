/**
 * What blocks `advance` and `finish`.
 * @module
 */
import type { PhaseDefinition } from "./definition.ts";
import { isLastPhase, itemState, type LocatedPhase, phaseState } from "./locate.ts";
import { isOpen, missingReviews, reviewsEndingWith } from "./reviews.ts";
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
  | { readonly kind: "approval_missing"; readonly phase: string; readonly message: string }
  | {
    readonly kind: "review_missing";
    readonly review: string;
    /** The item that can still complete the review; absent when there is none. */
    readonly by?: { readonly phase: string; readonly item: string };
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

/** What blocks leaving the current phase; empty when nothing does. */
export function advanceBlockers(state: SessionState, phase: LocatedPhase): readonly Blocker[] {
  const own = phaseBlockers(phase.definition, phase.state);
  const reviews = reviewsEndingWith(state, phase)
    .filter(({ by }) => !own.some((blocker) => "item" in blocker && blocker.item === by?.item))
    .map(reviewBlocker);
  return [...own.filter(isItem), ...reviews, ...own.filter((blocker) => !isItem(blocker))];
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
    ...phaseBlockers(phase.definition, phase.state),
    ...ahead.flatMap((later) => phaseBlockers(later, phaseState(state, later.id))),
    ...missingReviews(state, phase).map(reviewBlocker),
  ];
}

/** Blockers as one clause: the first few, and how many more. */
export function summarise(blockers: readonly Blocker[]): string {
  const shown = blockers.slice(0, 5).map((blocker) => blocker.message);
  const more = blockers.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

function phaseBlockers(definition: PhaseDefinition, state: PhaseState): readonly Blocker[] {
  const items = definition.items.flatMap((item): Blocker[] => {
    const { status } = itemState(state, item.id);
    if (!item.required || !isOpen(status)) return [];
    return [{
      kind: "item_open",
      phase: definition.id,
      item: item.id,
      status: status === "failed" ? "failed" : "pending",
      message: `item "${item.id}" ${status === "failed" ? "failed its verification" : "is open"}`,
    }];
  });
  if (!needsApproval(definition) || state.approval !== undefined) return items;
  return [...items, {
    kind: "approval_missing",
    phase: definition.id,
    message: `phase "${definition.id}" needs approval`,
  }];
}

function isItem(blocker: Blocker): boolean {
  return blocker.kind === "item_open";
}

function reviewBlocker(
  { review, by }: { readonly review: string; readonly by?: { phase: string; item: string } },
): Blocker {
  return {
    kind: "review_missing",
    review,
    ...(by === undefined ? {} : { by }),
    message: by === undefined
      ? `the required review "${review}" is not done, and no open item corresponds to it`
      : `the required review "${review}" is not done`,
  };
}
