/**
 * What is odd of a file that was enough for an item.
 * @module
 */
import type { VerificationOutcome } from "../workflow/events.ts";
import type { Warnings } from "./workspace.ts";

/** Says it. */
export function warnOfFile(
  workspace: Warnings,
  item: string,
  outcome: VerificationOutcome,
): void {
  if (outcome.type !== "file_exists" || outcome.remark === undefined) return;
  workspace.warn(`${item}: ${outcome.remark}`);
}
