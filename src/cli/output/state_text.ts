/**
 * What is said of the state branch.
 * @module
 */
import type { PushReport } from "../../state_branch/branch.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import { RUNG_TEXTS } from "../../state_branch/places.ts";
import type { Style } from "./style.ts";
import { columns, oneLine, printable, shortCommit } from "./text.ts";

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
  const why = printable(problem ?? "it was not pushed");
  if (rung === "portable") return `The server takes no branch for the state, and ${why}`;
  if (rung === "snapshot") {
    return `The state could not be pushed (${why}); keep it with orchestrator snapshot export -o FILE, or have it printed by orchestrator state push`;
  }
  return `The state is committed here, but not pushed yet: ${why}`;
}

/** That the snapshot in the answer is all there is, and what it is for. */
export function handedOverText({ problem }: PushReport): string {
  return `The state could not be pushed (${
    printable(problem ?? "it was refused")
  }). This snapshot is all of it: keep it, and bring it back with orchestrator snapshot import`;
}

/** Where a push went. */
export function pushText(report: PushReport, style: Style): string {
  const { branch, commit, rung, safe } = report;
  if (!safe) return `${style.dim(style.symbols.bullet)} The state is committed here, not pushed`;
  const done = style.green(style.symbols.done);
  if (branch === null) return `${done} The state is in .orchestrator, pushed with the work`;
  const where = `${printable(branch)} (${shortCommit(commit)})`;
  return `${done} The state is on branch ${where}, ${RUNG_TEXTS[rung]}`;
}

/** What a merge did, as rows. */
export function mergedText(sessions: readonly MergedSession[], style: Style): string {
  const rows = sessions.slice(0, ROWS).map(({ id, task, relation, branch }) => [
    style.cyan(id),
    branch === null ? relation : `${relation}, goes on here as ${branch}`,
    oneLine(task, 36, style),
  ]);
  const more = sessions.length - rows.length;
  const text = rows.length === 0 ? "" : columns(rows).replace(/^/gm, "  ");
  return more > 0 ? `${text}\n${style.dim(`  and ${more} more`)}` : text;
}
