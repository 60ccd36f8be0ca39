/**
 * What was said against an item, as clauses for people.
 * @module
 */
import { isOpen } from "./reviews.ts";
import type { ItemStatus, Withdrawal } from "./state.ts";

/** The part of an item, or of its record, that this is about. */
interface Said {
  readonly status: ItemStatus;
  readonly withdrawn?: Withdrawal | undefined;
  readonly withdrawnReason?: string | undefined;
  readonly rejections?: number | undefined;
  readonly needsAgain?: string | undefined;
  readonly approval?: unknown;
}

/**
 * The clauses; none where nothing was said.
 * @param isWorkedOn whether the work that was rejected has been done again since.
 */
export function itemRemarks(item: Said, isWorkedOn = false): readonly string[] {
  const { rejections = 0, needsAgain } = item;
  const why = withdrawnText(item, isWorkedOn);
  const done = item.approval === undefined ? "completed" : "approved";
  const times = rejections === 1 ? "once" : `${rejections} times`;
  return [
    ...(why === null ? [] : [why]),
    ...(rejections > 1 || rejections === 1 && why === null ? [`was rejected ${times}`] : []),
    ...(needsAgain === undefined
      ? []
      : [`must be ${done} again: "${needsAgain}", which it needs, was reopened after it`]),
  ];
}

const SAID = {
  rejected: "rejected",
  reopened: "reopened",
  revoked: "approval revoked",
} as const;

/** How an item was opened again or lost its approval; null where it was not. */
function withdrawnText(
  { status, withdrawn, withdrawnReason = "" }: Said,
  isWorkedOn: boolean,
): string | null {
  if (withdrawn === undefined) return null;
  const { how, by, because } = withdrawn;
  const what = because === undefined
    ? `${SAID[how]} by ${by.name}`
    : `opened again: "${because}", which it needs, was ${how} by ${by.name}`;
  const open = isWorkedOn
    ? `${what}, and worked on since`
    : isOpen(status) || how === "revoked"
    ? what
    : `${what} before`;
  return withdrawnReason === "" ? open : `${open}: ${withdrawnReason}`;
}
