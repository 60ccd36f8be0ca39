/**
 * `required_reviews` of a phase: reviews that must be completed, not skipped, before `finish`.
 *
 * The review `security` is the item `security` or `security_review`, in any phase.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import { itemState, type LocatedPhase, phaseState } from "./locate.ts";
import type { ItemStatus, SessionState } from "./state.ts";

/** An item that is a review, and its position. */
interface ReviewItem {
  readonly phase: string;
  /** Place of the phase in the workflow. */
  readonly index: number;
  readonly item: string;
  readonly status: ItemStatus;
}

/** A required review that has not been completed. */
export interface MissingReview {
  readonly review: string;
  /** The item by which it can still be done, now or in a later phase. */
  readonly by?: { readonly phase: string; readonly item: string };
}

/** True when an item of that id is the review. */
function isReview(item: string, review: string): boolean {
  return item === review || item === `${review}_review`;
}

/** The reviews any phase of the workflow requires, each once. */
function requiredReviews(definition: WorkflowDefinition): readonly string[] {
  return [...new Set(definition.phases.flatMap((phase) => phase.required_reviews))];
}

/** Required reviews that have no completed item. */
export function missingReviews(state: SessionState, phase: LocatedPhase): readonly MissingReview[] {
  return requiredReviews(state.definition).flatMap((review): MissingReview[] => {
    const items = itemsOf(state, review);
    if (items.some((item) => item.status === "completed")) return [];
    const chance = items.find((item) => item.index >= phase.index && isOpen(item.status));
    if (chance === undefined) return [{ review }];
    return [{ review, by: { phase: chance.phase, item: chance.item } }];
  });
}

/** The missing reviews that can be done in this phase, but in no later one. */
export function reviewsEndingWith(
  state: SessionState,
  phase: LocatedPhase,
): readonly MissingReview[] {
  return missingReviews(state, phase).filter(({ review, by }) =>
    by?.phase === phase.definition.id &&
    !itemsOf(state, review).some((item) => item.index > phase.index && isOpen(item.status))
  );
}

/**
 * The missing review that could never be done if this open item of the current phase were skipped;
 * undefined when there is none.
 */
export function reviewOnlyBy(
  state: SessionState,
  phase: LocatedPhase,
  item: string,
): string | undefined {
  return missingReviews(state, phase).find(({ review }) =>
    isReview(item, review) &&
    !itemsOf(state, review).some((other) =>
      isOpen(other.status) && other.index >= phase.index &&
      (other.index !== phase.index || other.item !== item)
    )
  )?.review;
}

/** True when an item is still to be done. */
export function isOpen(status: ItemStatus): boolean {
  return status !== "completed" && status !== "skipped";
}

function itemsOf(state: SessionState, review: string): readonly ReviewItem[] {
  return state.definition.phases.flatMap((phase, index) => {
    const standing = phaseState(state, phase.id);
    return phase.items.filter((item) => isReview(item.id, review)).map((item) => ({
      phase: phase.id,
      index,
      item: item.id,
      status: itemState(standing, item.id).status,
    }));
  });
}
