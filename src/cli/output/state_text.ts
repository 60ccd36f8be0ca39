/**
 * What is said of the state branch.
 * @module
 */
import type { PushReport } from "../../state_branch/push.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import { type Fallback, FALLBACK_TEXTS } from "../../state_branch/places.ts";
import type { RemovalNotice } from "../../state_branch/removal_notice.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { columns, oneLine, shortCommit } from "./text.ts";

/** Most sessions that are listed. */
const ROWS = 20;

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
} as const satisfies Readonly<Record<Fallback, string>>;

/** That the snapshot in the answer is all there is, and what it is for. */
export function handedOverText({ problem }: Pick<PushReport, "problem">): string {
  return `The state could not be pushed (${
    problem ?? "it was refused"
  }). This snapshot contains all of it: save it, and restore it with orchestrator snapshot import`;
}

/** Where a push went. */
export function pushText(report: PushReport, style: Style): Shown {
  const { branch, commit, fallback, safe, onlyThere } = report;
  if (!safe) return say`${style.dim(style.symbols.bullet)} The state is committed here, not pushed`;
  const done = style.green(style.symbols.done);
  if (branch === null) return say`${done} The state is in .orchestrator, pushed with the work`;
  const where = say`${shown(branch)} (${shortCommit(commit)})`;
  const text = say`${done} The state is on branch ${where}, ${shown(FALLBACK_TEXTS[fallback])}`;
  if (onlyThere === 0) return text;
  const more = onlyThere === 1 ? say`1 session is` : say`${num(onlyThere)} sessions are`;
  return lines([text, style.dim(say`${more} on the branch only`)]);
}

/** What a merge did, as rows. */
export function mergedText(sessions: readonly MergedSession[], style: Style): Shown {
  const rows = sessions.slice(0, ROWS).map(({ id, task, relation, branch }) => [
    style.cyan(shown(id)),
    branch === null ? shown(relation) : say`${shown(relation)}, continues here as ${shown(branch)}`,
    oneLine(task, 36, style),
  ]);
  const more = sessions.length - rows.length;
  if (rows.length === 0) return say``;
  const text = columns(rows, "  ");
  return more > 0 ? lines([text, style.dim(say`  and ${num(more)} more`)]) : text;
}
