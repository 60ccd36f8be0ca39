/**
 * A line of the old tool's log as one line of `log`.
 * @module
 */
import { say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { clockTime, oneLine } from "./text.ts";
import { visibleLength } from "./width.ts";

/** Time, what the old tool said of it, and who did it; it has no number here. */
export function oldEventText(entry: unknown, style: Style): Shown {
  const fields = typeof entry === "object" && entry !== null
    ? entry as Readonly<Record<string, unknown>>
    : {};
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" ? value : "";
  };
  const head = say`   -  ${clockTime(text("timestamp"), style)}  `;
  const who = text("actor") === "" ? say`` : say`  ${shown(text("actor"))}`;
  const said = text("message") === "" ? text("event_type") : text("message");
  const what = said === "" ? JSON.stringify(entry) ?? "" : said;
  const room = Math.max(12, style.width - head.length - visibleLength(who));
  return say`${style.dim(head)}${oneLine(what, room, style)}${style.dim(who)}`;
}
