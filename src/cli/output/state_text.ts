/**
 * What is said of the state branch.
 * @module
 */
import type { PushReport } from "../../state_branch/push.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import type { RemovalNotice } from "../../state_branch/removal_notice.ts";
import { type Rung, RUNG_TEXTS } from "../../state_branch/places.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { columns, oneLine, shortCommit } from "./text.ts";

/** Most sessions that are listed. */
const ROWS = 20;

/** Warns of what a push could not do, and of what it has met. */
export function warnOfPush(report: PushReport, warn: (text: string) => void): void {
  warnOfMerge(report, warn);
  if (report.gone > 0) warn(goneText(report.gone));
  if (!report.safe) warn(unsafeText(report));
}

/** Warns of sessions that went two ways, and of those that were removed elsewhere. */
export function warnOfMerge(
  { sessions, removals }: Pick<PushReport, "sessions" | "removals">,
  warn: (text: string) => void,
): void {
  for (const { id, branch } of sessions) if (branch !== null) warn(divergedText(id, branch));
  for (const notice of removals) warn(removalText(notice));
}

/** The sessions that were merged, for programs. */
export function mergedData(sessions: readonly MergedSession[]) {
  return sessions.map(({ id, branch, ...session }) => ({
    session: id,
    ...session,
    newSession: branch,
  }));
}

/** What became of removed sessions, for programs. */
export function removalsData(removals: readonly RemovalNotice[]) {
  return removals.map(({ id, time, outcome, ...removal }) => ({
    session: id,
    ...removal,
    removedAt: time,
    outcome: outcome === "goes on" ? "kept" as const : outcome,
  }));
}

/** What takes the state to other machines, for programs. */
export const CARRIERS = {
  own: "branch",
  agent: "agent_branch",
  portable: "portable",
  snapshot: "snapshot",
} as const satisfies Readonly<Record<Rung, string>>;

/** What became of a session that was removed. */
function removalText({ id, actor, time, outcome }: RemovalNotice): string {
  const removed = `Session ${id} was removed by ${actor.name} on ${time.slice(0, 10)}`;
  switch (outcome) {
    case "removed":
      return `${removed}; it is removed here too`;
    case "goes on":
      return `${removed}, but has gone on since: it stays`;
    case "held":
      return `${removed}; here it is in use and stays until the next pull`;
  }
}

/** That sessions are not here any more, though nobody has removed them. */
function goneText(gone: number): string {
  const [what, they] = gone === 1 ? ["1 session", "it stays"] : [`${gone} sessions`, "they stay"];
  return `${what} of the last push ${
    gone === 1 ? "is" : "are"
  } not here any more, and no removal was recorded: ${they} on the branch; orchestrator state pull --all brings ${
    gone === 1 ? "it" : "them"
  } back`;
}

/** That a session went two ways. */
export function divergedText(id: string, branch: string): string {
  return `Session ${id} went on elsewhere too: what was done here goes on as session ${branch}`;
}

/** Why the state is not safe yet, and what to do. */
export function unsafeText({ rung, problem }: PushReport): string {
  const why = problem ?? "it was not pushed";
  if (rung === "portable") return `The server takes no branch for the state, and ${why}`;
  if (rung === "snapshot") {
    return `The state could not be pushed (${why}); keep it with orchestrator snapshot export -o FILE, or have it printed by orchestrator state push`;
  }
  return `The state is committed here, but not pushed yet: ${why}`;
}

/** That the snapshot in the answer is all there is, and what it is for. */
export function handedOverText({ problem }: PushReport): string {
  return `The state could not be pushed (${
    problem ?? "it was refused"
  }). This snapshot is all of it: keep it, and bring it back with orchestrator snapshot import`;
}

/** Where a push went. */
export function pushText(report: PushReport, style: Style): Shown {
  const { branch, commit, rung, safe, onlyThere } = report;
  if (!safe) return say`${style.dim(style.symbols.bullet)} The state is committed here, not pushed`;
  const done = style.green(style.symbols.done);
  if (branch === null) return say`${done} The state is in .orchestrator, pushed with the work`;
  const where = say`${shown(branch)} (${shortCommit(commit)})`;
  const text = say`${done} The state is on branch ${where}, ${shown(RUNG_TEXTS[rung])}`;
  if (onlyThere === 0) return text;
  const more = onlyThere === 1 ? say`1 session is` : say`${num(onlyThere)} sessions are`;
  return lines([text, style.dim(say`  ${more} only there`)]);
}

/** What a merge did, as rows. */
export function mergedText(sessions: readonly MergedSession[], style: Style): Shown {
  const rows = sessions.slice(0, ROWS).map(({ id, task, relation, branch }) => [
    style.cyan(shown(id)),
    branch === null ? shown(relation) : say`${shown(relation)}, goes on here as ${shown(branch)}`,
    oneLine(task, 36, style),
  ]);
  const more = sessions.length - rows.length;
  if (rows.length === 0) return say``;
  const text = columns(rows, "  ");
  return more > 0 ? lines([text, style.dim(say`  and ${num(more)} more`)]) : text;
}
