/**
 * What a rejection, a reopening or a revocation has changed.
 * @module
 */
import type { ItemChange } from "../../app/each_item.ts";
import { lines, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { GUTTER_WIDTH, hang } from "./text.ts";

/**
 * What was done, and which other items and approvals changed with it.
 * @param where in which session, as `inSession` says it.
 */
export function withdrawnText(
  done: "Rejected" | "Reopened" | "Revoked the approval of",
  { item, change }: ItemChange,
  style: Style,
  where: Shown,
): Shown {
  const others = change.events.flatMap(({ data }) => [
    ...("also" in data ? [`Opened again, because they need it: ${data.also?.join(", ")}`] : []),
    ...("stale" in data
      ? [`To be completed again, because they need it: ${data.stale?.join(", ")}`]
      : []),
    ...("phaseToo" in data ? [`Phase ${data.phase} needs approval again`] : []),
  ]);
  return lines([
    say`${shown(done)} ${style.bold(shown(item))}${where}`,
    ...others.map((text) => say`  ${style.yellow(hang(text, style, GUTTER_WIDTH, 2))}`),
  ]);
}
