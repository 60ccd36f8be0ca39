/**
 * Names of reviews.
 * @module
 */

/** True when two names mean the same review: `security` is `security_review`, too. */
export function isSame(review: string, other: string): boolean {
  return review.replace(/_review$/, "") === other.replace(/_review$/, "");
}
