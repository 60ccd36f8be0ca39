/**
 * What is said of the state branch.
 * @module
 */
import type { PushReport } from "../../state_branch/branch.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import { RUNG_TEXTS } from "../../state_branch/places.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { columns, oneLine, shortCommit } from "./text.ts";

/** Most sessions that are listed. */
const ROWS = 20;

/** Warns of what a push could not do, and of sessions that went two ways. */
export function warnOfPush(report: PushReport, warn: (text: string) => void): void {
  for (const { id, branch } of report.sessions) {
    if (branch !== null) warn(divergedText(id, branch));
  }
  if (!report.safe) warn(unsafeText(report));
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
  const { branch, commit, rung, safe } = report;
  if (!safe) return say`${style.dim(style.symbols.bullet)} The state is committed here, not pushed`;
  const done = style.green(style.symbols.done);
  if (branch === null) return say`${done} The state is in .orchestrator, pushed with the work`;
  const where = say`${shown(branch)} (${shortCommit(commit)})`;
  return say`${done} The state is on branch ${where}, ${shown(RUNG_TEXTS[rung])}`;
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
