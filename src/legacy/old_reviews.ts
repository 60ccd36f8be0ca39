/**
 * Reviews that the old tool recorded in its log: those that a workflow requires count as done.
 * @module
 */
import type { WorkflowDefinition } from "../workflow/definition.ts";
import { isSame } from "../workflow/review_names.ts";
import { requiredReviews } from "../workflow/reviews.ts";
import type { RecordedReview } from "../workflow/state.ts";
import type { LegacyLogEntry } from "./read_log.ts";
import { field, textField, utc } from "./values.ts";

/** Collects them from the log's entries, oldest first. */
export class OldReviews {
  readonly #required: readonly string[];
  readonly #done = new Map<string, RecordedReview>();

  constructor(definition: WorkflowDefinition) {
    this.#required = requiredReviews(definition);
  }

  /** Takes an entry of the log: the old tool asked for one that ended well, whatever came after it. */
  take({ eventType, timestamp, itemId, details }: LegacyLogEntry): void {
    if (eventType !== "review_completed" || field(details, "success") === false) return;
    const named = textField(details, "review_type") ?? textField(details, "review") ?? itemId;
    if (named === null) return;
    const review = this.#required.find((required) => isSame(required, named));
    if (review === undefined) return;
    this.#done.set(review, { review, verdict: "passed", at: utc(timestamp) });
  }

  /** What a state has of them. */
  recorded(): { readonly reviews?: readonly RecordedReview[] } {
    return this.#done.size === 0 ? {} : { reviews: [...this.#done.values()] };
  }
}
