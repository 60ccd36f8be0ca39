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

/** A session that is gone, as a clause. */
export function goneText({ session, name, seq, time, place }: RememberedHead): string {
  const where = place.startsWith("worktrees/") ? ", in a worktree that is removed" : "";
  const events = seq === 1 ? "1 event" : `${seq} events`;
  return `${session}${name === null ? "" : ` (${name})`}, ${events}, last changed ${
    minute(time)
  }${where}`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")}Z`;
}
