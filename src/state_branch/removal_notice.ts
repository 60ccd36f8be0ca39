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
    /**
     * It has changed since, or has a different history: it is kept, and exists everywhere again.
     */
    | "goes on"
    /** It is in use: it is removed later. */
    | "held";
}

/** How to restore a session whose restoration is not recorded: it was never removed everywhere. */
export const GOES_ON = "it goes on";

/** The notice, based on the latest removal. */
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
