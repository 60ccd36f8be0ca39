/**
 * `required_reviews` of a phase: reviews that must be completed, not skipped, before `finish`.
 *
 * The review `security` is the item `security` or `security_review`, in any phase, or a review of that
 * name that was recorded (`review add`) and passed; of several the newest counts.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import { itemState, type LocatedPhase, phaseState } from "./locate.ts";
import type { ItemState, ItemStatus, SessionState } from "./state.ts";

/** An item that is a review, and its position. */
interface ReviewItem {
  readonly phase: string;
  /** Place of the phase in the workflow. */
  readonly index: number;
  readonly item: string;
  readonly status: ItemStatus;
  readonly isDone: boolean;
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
export function requiredReviews(definition: WorkflowDefinition): readonly string[] {
  return [...new Set(definition.phases.flatMap((phase) => phase.required_reviews))];
}

/** Required reviews that have no completed item, and were not recorded either. */
export function missingReviews(state: SessionState, phase: LocatedPhase): readonly MissingReview[] {
  return requiredReviews(state.definition).flatMap((review): MissingReview[] => {
    const items = itemsOf(state, review);
    const passed = state.reviews?.some((one) => one.review === review && one.verdict === "passed");
    if (passed || items.some((item) => item.status === "completed" && item.isDone)) return [];
    const chance = items.find((item) => item.index >= phase.index && !item.isDone);
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
    !itemsOf(state, review).some((item) => item.index > phase.index && !item.isDone)
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
      !other.isDone && other.index >= phase.index &&
      (other.index !== phase.index || other.item !== item)
    )
  )?.review;
}

/** True when an item has neither been completed nor skipped. */
export function isOpen(status: ItemStatus): boolean {
  return status !== "completed" && status !== "skipped";
}

/**
 * True when an item is completed or skipped, and it still counts: its approval was not revoked, and
 * nothing that it needs was opened again after it.
 */
export function isDone({ status, withdrawn, needsAgain }: ItemState): boolean {
  return !isOpen(status) && withdrawn === undefined && needsAgain === undefined;
}

/** True when an item counts as completed no more because its approval was revoked. */
export function isRevoked({ status, withdrawn }: ItemState): boolean {
  return !isOpen(status) && withdrawn !== undefined;
}

function itemsOf(state: SessionState, review: string): readonly ReviewItem[] {
  return state.definition.phases.flatMap((phase, index) =>
    phase.items.filter((item) => isReview(item.id, review)).map(({ id: item }) => {
      const one = itemState(phaseState(state, phase.id), item);
      return { phase: phase.id, index, item, status: one.status, isDone: isDone(one) };
    })
  );
}
