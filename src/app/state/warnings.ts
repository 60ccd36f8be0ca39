/**
 * What is warned of when the state was pushed to, or brought in from, a branch.
 * @module
 */
import type { PushReport } from "../../state_branch/push.ts";
import { onlyHere } from "./only_here.ts";
import type { RemovalNotice } from "../../state_branch/removal_notice.ts";

/**
 * Warns of what a push could not do, and of what it has met.
 * @param events how many of the session the server does not have; 0 where that is not known.
 */
export function warnOfPush(report: PushReport, warn: (text: string) => void, events = 0): void {
  warnOfMerge(report, warn);
  if (report.gone > 0) warn(goneText(report.gone));
  if (!report.safe) warn(unsafeText(report, events));
}

/** Warns of sessions that went two ways, and of those that were removed elsewhere. */
export function warnOfMerge(
  { sessions, removals }: Pick<PushReport, "sessions" | "removals">,
  warn: (text: string) => void,
): void {
  for (const { id, branch } of sessions) if (branch !== null) warn(divergedText(id, branch));
  for (const notice of removals) warn(removalText(notice));
}

/** What became of a session that was removed. */
function removalText({ id, actor, time, outcome }: RemovalNotice): string {
  const removed = `Session ${id} was removed by ${actor.name} on ${time.slice(0, 10)}`;
  switch (outcome) {
    case "removed":
      return `${removed}; it was removed here too`;
    case "goes on":
      return `${removed}, but has changed since: it is kept`;
    case "held":
      return `${removed}; it is in use here and is kept until the next pull`;
  }
}

/** Sessions that are missing here, although no command removed them. */
function goneText(gone: number): string {
  const [what, they] = gone === 1 ? ["1 session", "it stays"] : [`${gone} sessions`, "they stay"];
  return `${what} of the last push ${
    gone === 1 ? "is" : "are"
  } missing here, and no removal was recorded: ${they} on the branch; orchestrator state pull --all restores ${
    gone === 1 ? "it" : "them"
  }`;
}

/** That a session went two ways. */
function divergedText(id: string, branch: string): string {
  return `Session ${id} diverged: the local version continues as session ${branch}`;
}

/** Why the state is not safe yet, and what to do. */
function unsafeText({ fallback, problem }: PushReport, events: number): string {
  const why = problem ?? "it was not pushed";
  if (fallback === "portable") return `The server refuses a branch for the state, and ${why}`;
  if (fallback === "snapshot") {
    return `The state could not be pushed (${why}); save it with orchestrator snapshot export -o FILE, or print it with orchestrator state push`;
  }
  const only = events === 0 ? "" : ` (${onlyHere(events)})`;
  return `The state is committed here, but not pushed yet${only}: ${why}`;
}
