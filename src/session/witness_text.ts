/**
 * What is said of events and sessions that were here and are not.
 * @module
 */
import type { RememberedEnd, RememberedHead } from "./witness.ts";

/** What is said of an end that a journal does not hold. @param seq of the journal's last event. */
export function lostText(end: RememberedEnd, seq: number): string {
  const what = seq < end.seq
    ? `The journal ends at event ${seq}, but event ${end.seq} was recorded here`
    : `The journal does not hold event ${end.seq} as it was recorded here`;
  return `${what} (${minute(end.time)}): its end is missing, or this is an older copy`;
}

/** So many characters of a task tell which session it was. */
const MOST_TITLE = 60;

/** A session that is gone, as a clause. */
export function goneText({ session, name, task, seq, time, place }: RememberedHead): string {
  const where = place.startsWith("worktrees/") ? ", in a worktree that is removed" : "";
  const events = seq === 1 ? "1 event" : `${seq} events`;
  return `${session}${title(name ?? task)}, ${events}, last changed ${minute(time)}${where}`;
}

/** @param text of any length. */
function title(text: string): string {
  if (text === "") return "";
  return text.length > MOST_TITLE ? ` (${text.slice(0, MOST_TITLE)}…)` : ` (${text})`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")}Z`;
}
