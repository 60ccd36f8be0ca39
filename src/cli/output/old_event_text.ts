/**
 * A line of the old tool's log as one line of `log`.
 * @module
 */
import type { Style } from "./style.ts";
import { clockTime, oneLine, printable, visibleLength } from "./text.ts";

/** Time, what the old tool said of it, and who did it; it has no number here. */
export function oldEventText(entry: unknown, style: Style): string {
  const fields = typeof entry === "object" && entry !== null
    ? entry as Readonly<Record<string, unknown>>
    : {};
  const text = (name: string): string => {
    const value = fields[name];
    return typeof value === "string" ? value : "";
  };
  const head = `   -  ${clockTime(text("timestamp"))}  `;
  const who = text("actor") === "" ? "" : `  ${printable(text("actor"))}`;
  const said = text("message") === "" ? text("event_type") : text("message");
  const what = said === "" ? JSON.stringify(entry) ?? "" : said;
  const room = Math.max(12, style.width - head.length - visibleLength(who));
  return style.dim(head) + oneLine(what, room, style) + style.dim(who);
}
