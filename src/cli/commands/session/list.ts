/**
 * `orchestrator session list`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { type SessionSummary, summarise } from "../../../session/summary.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { readLimit } from "../../limit.ts";
import type { RememberedHead } from "../../../session/witness.ts";
import { legacySummaries, type LegacySummary } from "../../../app/legacy/view.ts";
import type { Style } from "../../output/style.ts";
import { lines, num, say, type Shown, shown } from "../../output/shown.ts";
import {
  ago,
  columns,
  columnWidths,
  commandLine,
  GUTTER_WIDTH,
  hang,
  oneLine,
} from "../../output/text.ts";
import { visibleLength } from "../../output/width.ts";

/** How many sessions a terminal shows when no number is asked for. */
const SHOWN_ON_TERMINAL = 20;

/** A row: a session, or a workflow of the old tool that is not imported yet. */
interface Row extends SessionSummary {
  readonly current: boolean;
  readonly legacy?: LegacySummary["legacy"];
  /** It is not here, but on the state branch. */
  readonly onBranch?: true;
}

export async function run(context: Context, input: Input): Promise<AnswerTo<"session list">> {
  const limit = readLimit(input.option("limit"), "list", "sessions") ??
    (context.io.isTerminal("stdout") && !input.has("json") ? SHOWN_ON_TERMINAL : undefined);
  if (input.has("removed") && input.has("active")) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot list sessions: --active and --removed cannot be used together",
    );
  }
  await (await import("../../../app/state/read_with_branch.ts")).readWithBranch(context);
  if (input.has("removed")) {
    return await (await import("./list_removed.ts")).removedList(context, limit);
  }
  const old = await legacySummaries(context);
  // What was an old workflow a moment ago may be a session by now.
  await context.refresh();
  const chosen = await chosenId(context);
  if (chosen !== null) {
    await (await import("../../../app/state/ahead.ts")).sayAheadOf(context, chosen);
  }
  const { beyond } = context;
  const remembered = await rememberedHeads(context);
  const summaries = context.meta === null
    ? []
    : await summarise(context.manager, await beyond?.summaries());
  const rows: Row[] = [
    ...old.filter((row) => !summaries.some((summary) => summary.id === row.id)),
    ...summaries.map((summary) => ({
      ...summary,
      current: summary.id === chosen,
      // Where nothing is here, the remark says so of all.
      ...beyond?.has(summary.id) === true && context.branchView === null
        ? { onBranch: true as const }
        : {},
    })),
  ];
  if (rows.length === 0) {
    const { leftBehind } = await import("../../../app/identity_elsewhere.ts");
    const left = await leftBehind(context);
    const { allGone } = await import("../../../app/gone_sessions.ts");
    const gone = left === null ? await allGone(context) : null;
    if (left !== null) context.warn(`There is no session on this branch; ${left.what}`);
    else if (gone !== null) context.warn(`${gone.what}. ${gone.hint}`);
  }
  rows.sort((left, right) =>
    left.created < right.created ? 1 : left.created > right.created ? -1 : 0
  );
  const wanted = input.has("active") ? rows.filter((row) => row.status === "active") : rows;
  const shown = limit === undefined ? wanted : wanted.slice(0, limit);
  for (const text of await problemsOf(shown, remembered)) context.warn(text);
  return {
    data: { sessions: shown.map(rowData), total: wanted.length },
    text: (style) => {
      const options = input.has("active") ? ["--active"] : [];
      const all = ["session", "list", ...options, "--limit", String(wanted.length)];
      const more = { count: wanted.length - shown.length, command: commandLine(all) };
      return listText(shown, more, context.io.now(), style);
    },
  };
}

/** A row for programs. A time that is not known is null; `endedAt` is absent while it is active. */
function rowData({ id, seq: _, done, total, created, updated, ended, ...row }: Row) {
  return {
    session: id,
    ...row,
    progress: { done, total },
    createdAt: created === "" ? null : created,
    updatedAt: updated === "" ? null : updated,
    ...(ended === undefined || ended === "" ? {} : { endedAt: ended }),
  };
}

/** What was remembered before the journals are read: one that goes on meanwhile lacks nothing. */
async function rememberedHeads(context: Context): Promise<readonly RememberedHead[]> {
  if (context.meta === null || context.branchView !== null) return [];
  return (await import("../../../app/witness.ts")).headsHere(context);
}

/** Sessions that cannot be read, and those whose journals end before what was recorded here. */
async function problemsOf(
  rows: readonly Row[],
  remembered: readonly RememberedHead[],
): Promise<readonly string[]> {
  const { lostText } = await import("../../../session/witness_text.ts");
  return rows.flatMap(({ id, seq, onBranch, problem }) => {
    if (problem !== undefined) return [problem];
    const head = remembered.find(({ session }) => session === id);
    if (head === undefined || seq === undefined || onBranch === true) return [];
    return head.seq > seq ? [`Session ${id}: ${lostText(head, seq)}`] : [];
  });
}

/** The session commands mean; null also when what was asked for is not there. */
async function chosenId(context: Context): Promise<string | null> {
  try {
    return (await context.choose())?.id ?? null;
  } catch (error) {
    if (error instanceof OrchestratorError && error.kind !== "corrupt") return null;
    throw error;
  }
}

/** Sessions that are not among the rows, and the command that shows all. */
interface More {
  readonly count: number;
  readonly command: string;
}

function listText(
  rows: readonly Row[],
  more: More,
  now: Date,
  style: Style,
): Shown {
  if (rows.length === 0) {
    return lines([
      style.dim(say`No sessions.`),
      say`${style.bold(say`Next:`)} ${style.cyan(say`orchestrator start "<task>"`)}`,
    ]);
  }
  const head = [say``, say`SESSION`, say`NAME`, say`PHASE`, say`DONE`, say`AGE`].map(style.dim);
  const body = rows.map((row) => [
    row.current ? style.cyan(style.symbols.current) : say``,
    row.current ? style.bold(shown(row.id)) : shown(row.id),
    oneLine(row.name ?? "-", 20, style),
    phaseOf(row, style),
    say`${num(row.done)}/${num(row.total)}`,
    row.created === "" ? say`-` : ago(row.created, now),
  ]);
  // The task takes what the other columns leave.
  const taken = columnWidths([head, ...body]).reduce((sum, width) => sum + width + 2, 0);
  const room = Math.max(style.terminal ? 8 : 16, style.width - taken);
  const table = [
    [...head, style.dim(say`TASK`)],
    ...rows.map((row, index) => [...(body[index] ?? []), taskOf(row, room, style)]),
  ];
  return lines([
    columns(table),
    ...(more.count > 0 ? [moreText(more, style)] : []),
    ...rows.flatMap((row) => deviationsOf(row, style)),
  ]);
}

/** How many sessions are not shown, and how to see them. */
function moreText(more: More, style: Style): Shown {
  const all = style.cyan(say`orchestrator ${shown(more.command)}`);
  return say`${style.dim(say`and ${num(more.count)} more:`)} ${all}`;
}

/** What sets a session's workflow apart, below the table: it must not be cut. */
function deviationsOf({ id, deviations = [] }: Row, style: Style): readonly Shown[] {
  return deviations.map((text) =>
    say`${shown(id)}: ${style.yellow(hang(text, style, GUTTER_WIDTH, id.length + 2))}`
  );
}

function taskOf(row: Row, room: number, style: Style): Shown {
  if (row.lock !== "held") return oneLine(row.task, room, style);
  const held = row.heldBy === null
    ? say`locked by an unknown program`
    : say`${shown(row.heldBy.operation)} by ${shown(row.heldBy.actor)} now`;
  const left = Math.max(16, room - visibleLength(held) - 3);
  return say`${oneLine(row.task, left, style)} ${style.yellow(say`(${held})`)}`;
}

function phaseOf(row: Row, style: Style): Shown {
  const where = row.legacy !== undefined
    ? style.yellow(say` (old layout)`)
    : row.onBranch === true
    ? style.dim(say` (on the branch)`)
    : say``;
  if (row.status === "unreadable") return style.red(say`unreadable`);
  if (row.status === "completed") return say`${style.green(say`finished`)}${where}`;
  if (row.status === "abandoned") return say`${style.dim(say`abandoned`)}${where}`;
  return say`${oneLine(row.phase ?? "-", 20, style)}${where}`;
}
