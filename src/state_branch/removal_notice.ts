/**
 * What is said of a session whose removal was recorded.
 * @module
 */
import type { Actor } from "../workflow/events.ts";
import type { StandingRemoval } from "../session/removal.ts";

/** What became of it. */
export interface RemovalNotice {
  readonly id: string;
  readonly task: string;
  /** Who removed it, and when (RFC 3339 UTC). */
  readonly actor: Actor;
  readonly time: string;
  readonly outcome:
    /** It was removed here too. */
    | "removed"
    /** It has gone on since, or is another history: it stays, and is there for everybody again. */
    | "goes on"
    /** Somebody is at work on it: it is removed another time. */
    | "held";
}

/** How a session is brought back that nobody has brought back: it was never gone everywhere. */
export const GOES_ON = "it goes on";

/** The notice, told from the latest removal. */
export function noticeOf(
  id: string,
  standing: readonly StandingRemoval[],
  outcome: RemovalNotice["outcome"],
): readonly RemovalNotice[] {
  const last = standing.at(-1);
  return last === undefined
    ? []
    : [{ id, task: last.task, actor: last.actor, time: last.time, outcome }];
}
