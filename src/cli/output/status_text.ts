/**
 * The screen people and agents live in: where the session stands, what blocks, what comes next.
 * @module
 */
import {
  type BypassNotice,
  describe,
  type ItemProgress,
  type PhaseProgress,
  type Progress,
} from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Style } from "./style.ts";
import { ago, bar, commandLine, oneLine, printable, visibleLength, wrap } from "./text.ts";

/** What the screen shows besides the state. */
export interface StatusScreen {
  readonly now: Date;
  /** Said behind the session's id, e.g. `old layout, G4`. */
  readonly remark?: string | undefined;
}

const NOTES_SHOWN = 3;
const SKIPS_SHOWN = 6;

/** Draws the screen. */
export function statusText(state: SessionState, screen: StatusScreen, style: Style): string {
  const progress = describe(state);
  const parts = [
    head(state, progress, screen, style),
    phases(progress, style),
    items(progress, style),
    list("Constraints", state.constraints, style),
    notes(state, style),
    notices(progress, style),
    ending(state, style),
    blockers(progress, style),
    next(progress, style),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function head(
  state: SessionState,
  progress: Progress,
  screen: StatusScreen,
  style: Style,
): string {
  const name = state.name === null ? "" : ` (${printable(state.name)})`;
  const remark = screen.remark === undefined ? "" : style.yellow(` [${screen.remark}]`);
  const facts = [
    `session ${style.cyan(state.session)}${name}${remark}`,
    printable(state.definition.name),
    ...(state.project === null ? [] : [printable(state.project)]),
    ago(state.updatedAt, screen.now),
  ].join(style.dim(" · "));
  const share = `${progress.done}/${progress.total}`;
  return [
    style.bold(wrap(state.task, style.width)),
    facts,
    `${bar(progress.done, progress.total, 24, style)} ${share} items  ${standing(state, style)}`,
  ].join("\n");
}

function standing(state: SessionState, style: Style): string {
  if (state.status === "completed") return style.green("finished");
  if (state.status === "abandoned") return style.yellow("abandoned");
  return "";
}

function phases(progress: Progress, style: Style): string {
  const width = Math.max(...progress.phases.map((phase) => phase.id.length), 0);
  return progress.phases.map((phase) => phaseLine(phase, progress, width, style)).join("\n");
}

function phaseLine(phase: PhaseProgress, progress: Progress, width: number, style: Style): string {
  const { symbols } = style;
  const active = phase.id === progress.phase;
  const ended = phase.status === "completed";
  const mark = active
    ? style.cyan(symbols.current)
    : ended
    ? style.green(symbols.done)
    : style.dim(symbols.open);
  const gap = " ".repeat(Math.max(0, markWidth(style) - visibleLength(mark)));
  const id = phase.id.padEnd(width);
  const name = phase.name.toUpperCase() === phase.id ? "" : `  ${printable(phase.name)}`;
  const approval = phase.approval === "missing" && active
    ? style.yellow("  needs approval")
    : phase.approval === "given"
    ? style.dim("  approved")
    : "";
  const text = `${id}  ${`${phase.done}/${phase.total}`.padStart(5)}${
    oneLine(name, 40, style) === "" ? "" : `  ${oneLine(name, 40, style)}`
  }`;
  return `${mark}${gap} ${active ? style.bold(text) : ended ? text : style.dim(text)}${approval}`;
}

/** Columns of the widest mark, so that lines stay aligned in plain text too. */
function markWidth(style: Style): number {
  return Math.max(visibleLength(style.symbols.done), visibleLength(style.symbols.current));
}

function items(progress: Progress, style: Style): string {
  if (progress.items.length === 0) return "";
  const width = Math.max(...progress.items.map((item) => item.id.length));
  return progress.items.map((item) => itemLines(item, Math.min(width, 28), style)).join("\n");
}

function itemLines(item: ItemProgress, width: number, style: Style): string {
  const { symbols } = style;
  const mark = {
    completed: style.green(symbols.done),
    skipped: item.forced ? style.yellow(symbols.skipped) : style.dim(symbols.skipped),
    failed: style.red(symbols.failed),
    pending: symbols.open,
  }[item.status];
  const open = item.status === "pending" || item.status === "failed";
  const tags = [
    ...(item.required ? [] : ["optional"]),
    ...(open && item.stepType !== "flexible" ? [item.stepType] : []),
  ];
  const tag = tags.length === 0 ? "" : ` (${tags.join(", ")})`;
  const room = Math.max(16, style.width - width - markWidth(style) - 4 - tag.length);
  const name = oneLine(item.name, room, style);
  const line = `${mark} ${
    (open ? item.id : style.dim(item.id)).padEnd(
      width + (open ? 0 : style.dim("").length + (style.colour ? style.dim("x").length - 1 : 0)),
    )
  }  ${open ? name : style.dim(name)}${style.dim(tag)}`;
  const detail = detailOf(item, style);
  const indent = " ".repeat(markWidth(style) + 3 + width);
  return detail === "" ? line : `${line}\n${indent}${detail}`;
}

function detailOf(item: ItemProgress, style: Style): string {
  const room = Math.max(24, style.width - 34);
  if (item.status === "skipped") {
    const how = item.forced
      ? style.yellow("forced skip: ")
      : item.automatic !== undefined
      ? "skipped by zero_human: "
      : "skipped: ";
    return how + style.dim(oneLine(item.skipReason ?? "", room, style));
  }
  if (item.status === "completed") return "";
  const lines: string[] = [];
  if (item.proof.inWords.length > 0) {
    lines.push(
      style.dim(`${style.symbols.arrow} ${oneLine(item.proof.inWords.join(", "), room, style)}`),
    );
  }
  if (item.status === "failed" && item.blocked !== undefined) {
    const times = item.failures > 1 ? ` (${item.failures} times)` : "";
    lines.push(style.red(oneLine(`failed${times}: ${item.blocked}`, room, style)));
  }
  const width = markWidth(style) + 3;
  return lines.join(`\n${" ".repeat(width)}`);
}

function list(title: string, entries: readonly string[], style: Style): string {
  if (entries.length === 0) return "";
  const lines = entries.map((entry) =>
    `  ${style.symbols.bullet} ${wrap(entry, style.width, "    ").trimStart()}`
  );
  return [style.bold(title), ...lines].join("\n");
}

function notes(state: SessionState, style: Style): string {
  const { count, recent } = state.notes;
  const shown = recent.slice(-NOTES_SHOWN).map((note) =>
    note.phase === null ? note.text : `[${note.phase}] ${note.text}`
  );
  const title = count > shown.length ? `Notes (last ${shown.length} of ${count})` : "Notes";
  return list(title, shown, style);
}

function notices(progress: Progress, style: Style): string {
  const lines = progress.bypasses.map((notice) => noticeText(notice));
  const shown = lines.slice(0, SKIPS_SHOWN);
  if (lines.length > shown.length) shown.push(`and ${lines.length - shown.length} more`);
  if (shown.length === 0) return "";
  return [
    style.yellow(style.bold("Not as the workflow says")),
    ...shown.map((line) =>
      `  ${style.yellow(style.symbols.bullet)} ${oneLine(line, style.width - 6, style)}`
    ),
  ].join("\n");
}

/** One notice as a clause. */
export function noticeText(notice: BypassNotice): string {
  switch (notice.kind) {
    case "agent_approval":
      return `${notice.item ?? `phase ${notice.phase}`} was approved by an agent`;
    case "setting_overridden":
      return `setting ${notice.setting} was replaced at the start`;
    case "left_open":
      return `${notice.phase}/${notice.item} was left ${
        notice.status === "failed" ? "failed" : "open"
      } (${notice.required ? "required" : "optional"})`;
    default:
      return `${notice.phase}/${notice.item} ${
        notice.kind === "forced" ? "was skipped by force" : "was skipped by zero_human"
      }${notice.undone ? " (undone since)" : ""}: ${notice.reason}`;
  }
}

function ending(state: SessionState, style: Style): string {
  if (state.status === "active") return "";
  const why = state.abandonReason ?? state.endNotes;
  const when = state.endedAt ?? state.updatedAt;
  const by = state.endedBy === undefined ? "" : ` by ${printable(state.endedBy.name)}`;
  const line = `${state.status === "completed" ? "Finished" : "Abandoned"} ${when}${by}`;
  return why === undefined ? line : `${line}\n${style.dim(wrap(why, style.width, "  "))}`;
}

function blockers(progress: Progress, style: Style): string {
  if (progress.blockers.length === 0) return "";
  const lines = progress.blockers.map((blocker) =>
    `  ${style.symbols.bullet} ${oneLine(blocker.message, style.width - 6, style)}`
  );
  return [style.bold("In the way"), ...lines].join("\n");
}

function next(progress: Progress, style: Style): string {
  const command = commandLine(["orchestrator", ...progress.next.argv]);
  return `${style.bold("Next:")} ${style.cyan(command)}\n      ${
    style.dim(wrap(progress.next.why, style.width, "      ").trimStart())
  }`;
}
