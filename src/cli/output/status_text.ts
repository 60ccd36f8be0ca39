/**
 * The screen people and agents live in: where the session stands, what blocks, what comes next.
 *
 * It reads from top to bottom and ends with the command to run, so that the end is what is left on a
 * small terminal. On a pipe it has the same lines with plain marks.
 * @module
 */
import type { PhaseDefinition } from "../../workflow/definition.ts";
import type {
  BypassNotice,
  ItemProgress,
  PhaseProgress,
  Progress,
} from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import { stepText } from "./next_step.ts";
import type { Style } from "./style.ts";
import {
  ago,
  bar,
  clockTime,
  hang,
  oneLine,
  pad,
  printable,
  shortCommit,
  visibleLength,
  withoutBreaks,
  wrap,
  wrapLines,
} from "./text.ts";

/** What the screen shows besides the state. */
export interface StatusScreen {
  readonly now: Date;
  /** Said behind the session's id, e.g. `old layout, G4`. */
  readonly remark?: string | undefined;
}

/** What a screen says of the state branch that it shows. */
export function branchRemark(view: { readonly name: string; readonly commit: string }): string {
  return `on branch ${view.name} (${shortCommit(view.commit)}); the next change brings it in`;
}

const NOTES_SHOWN = 3;
const SKIPS_SHOWN = 6;
const BLOCKERS_SHOWN = 6;
/** A checklist longer than this folds its completed items into one line. */
const ITEMS_UNFOLDED = 20;
/** Lines that one text beside an item may take. */
const DETAIL_LINES = 5;

/** Draws the screen. */
export function statusText(
  state: SessionState,
  progress: Progress,
  screen: StatusScreen,
  style: Style,
): string {
  const phase = state.definition.phases.find((entry) => entry.id === progress.phase);
  const parts = [
    head(state, progress, screen, style),
    phases(progress, style),
    ...(phase === undefined ? [] : [checklist(phase, progress, style)]),
    list("Constraints", state.constraints, style),
    notes(state, style),
    notices(progress, style),
    ...(state.status === "active" ? [] : [skips(progress, style), ending(state, screen, style)]),
    [blockers(state, progress, style), stepText(progress.next, style)]
      .filter((part) => part !== "").join("\n"),
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
  const facts = [
    `session ${state.session}${name}`,
    ...(screen.remark === undefined ? [] : [printable(screen.remark)]),
    oneLine(state.definition.name, style.width, style),
    ...(state.project === null ? [] : [oneLine(state.project, style.width, style)]),
    ago(state.updatedAt, screen.now),
  ];
  const share = `${progress.done} of ${progress.total} ${
    progress.total === 1 ? "item" : "items"
  } done`;
  // A bar says nothing that the numbers do not: where nobody looks it is left out.
  const drawn = style.terminal ? `${bar(progress.done, progress.total, 24, style)} ` : "";
  return [
    style.bold(hang(state.task, style.width, "  ")),
    ...factLines(facts, style).map((line) =>
      line.replace(state.session, style.cyan(state.session))
    ),
    `${drawn}${share}${standing(state, style)}`,
  ].join("\n");
}

/** Facts behind each other, broken between two of them. */
function factLines(facts: readonly string[], style: Style): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const fact of facts) {
    const longer = line === "" ? fact : `${line} ${style.symbols.dot} ${fact}`;
    if (line !== "" && visibleLength(longer) > style.width) {
      lines.push(line);
      line = fact;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

function standing(state: SessionState, style: Style): string {
  if (state.status === "completed") return `, ${style.green("finished")}`;
  if (state.status === "abandoned") return `, ${style.yellow("abandoned")}`;
  return "";
}

function phases(progress: Progress, style: Style): string {
  const longest = Math.max(...progress.phases.map((phase) => visibleLength(phase.id)), 0);
  const width = Math.min(longest, Math.floor(style.width / 2));
  const digits = String(Math.max(...progress.phases.map((phase) => phase.total), 0)).length;
  return progress.phases.map((phase) => phaseLine(phase, progress, width, digits, style))
    .join("\n");
}

function phaseLine(
  phase: PhaseProgress,
  progress: Progress,
  width: number,
  digits: number,
  style: Style,
): string {
  const { symbols } = style;
  const active = phase.id === progress.phase;
  // The phase in which an abandoned workflow ended is still active.
  const stopped = progress.phase === null && phase.status === "active";
  const mark = active
    ? style.cyan(symbols.active)
    : phase.status === "completed"
    ? style.green(symbols.done)
    : stopped
    ? style.yellow(symbols.skipped)
    : style.dim(symbols.open);
  const remark = stopped
    ? "stopped here"
    : phase.approval === "given"
    ? "approved"
    : phase.approval === "missing" && active
    ? "needs approval"
    : "";
  const numbers = `${String(phase.done).padStart(digits)}/${String(phase.total).padEnd(digits)}`;
  const text = `${pad(oneLine(phase.id, width, style), width)}  ${numbers}`;
  const room = style.width - symbols.done.length - 3 - visibleLength(text) -
    (remark === "" ? 0 : remark.length + 2);
  const name = sameWord(phase.name, phase.id) || room < 8 ? "" : oneLine(phase.name, room, style);
  const paint = active ? style.bold : phase.status === "completed" ? undefined : style.dim;
  const line = name === "" ? text.trimEnd() : `${text}  ${name}`;
  const paintRemark = remark === "approved" ? style.dim : style.yellow;
  return `${mark} ${paint === undefined ? line : paint(line)}${
    remark === "" ? "" : `  ${paintRemark(remark)}`
  }`;
}

function sameWord(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function checklist(phase: PhaseDefinition, progress: Progress, style: Style): string {
  const { items } = progress;
  const about = phase.description ?? (sameWord(phase.name, phase.id) ? "" : phase.name);
  const id = printable(phase.id);
  const heading = about === "" ? id : hang(`${id}: ${about}`, style.width, "  ");
  const title = style.bold(id) + style.dim(heading.slice(id.length));
  const folded = items.length > ITEMS_UNFOLDED
    ? items.filter((item) => item.status === "completed")
    : [];
  const shown = items.filter((item) => !folded.includes(item));
  // An id too long for the column stands alone in its line.
  const fitting = shown.map((item) => visibleLength(item.id))
    .filter((length) => length <= style.width * 0.35);
  const width = Math.max(...fitting, 8);
  return [
    title,
    ...phase.notes.map((note) => style.dim(wrap(note, style.width, "  "))),
    ...(folded.length === 0 ? [] : [foldedLine(folded, style)]),
    ...shown.map((item) => itemLines(item, phase, isNext(item, progress), width, style)),
  ].join("\n");
}

function isNext(item: ItemProgress, progress: Progress): boolean {
  return item.next !== undefined && progress.next.argv[1] === item.id;
}

function foldedLine(items: readonly ItemProgress[], style: Style): string {
  const { done } = style.symbols;
  const text = `${items.length} completed: ${items.map((item) => item.id).join(", ")}`;
  const lines = limited(text, style.width - done.length - 1, style);
  return `${style.green(done)} ${style.dim(lines.join("\n" + " ".repeat(done.length + 1)))}`;
}

/**
 * One item: mark, id and name in columns, and under the name what it takes and what went wrong. The
 * item that comes next is explained in full.
 */
function itemLines(
  item: ItemProgress,
  phase: PhaseDefinition,
  next: boolean,
  width: number,
  style: Style,
): string {
  const { symbols } = style;
  const open = item.status === "pending" || item.status === "failed";
  const mark = {
    completed: style.green(symbols.done),
    skipped: item.forced ? style.yellow(symbols.skipped) : style.dim(symbols.skipped),
    failed: style.red(symbols.failed),
    pending: symbols.open,
  }[item.status];
  const column = symbols.done.length + 1 + width + 2;
  const indent = "\n" + " ".repeat(column);
  const room = Math.max(16, style.width - column);
  const tags = [
    ...(item.required ? [] : ["optional"]),
    ...(open && item.stepType !== "flexible" ? [item.stepType] : []),
  ];
  const name = open
    ? limited(item.name + (tags.length === 0 ? "" : ` (${tags.join(", ")})`), room, style)
    : [oneLine(item.name, room, style)];
  const id = printable(item.id);
  const head = visibleLength(id) <= width ? pad(id, width) + "  " : id + indent;
  const details = open
    ? openDetails(item, phase, next, room, style)
    : endedDetails(item, room, style);
  return `${mark} ${open ? head : style.dim(head)}${
    [...name.map((line) => open ? line : style.dim(line)), ...details].join(indent)
  }`;
}

function openDetails(
  item: ItemProgress,
  phase: PhaseDefinition,
  next: boolean,
  room: number,
  style: Style,
): readonly string[] {
  const about = next
    ? [
      item.description,
      item.proof.evidencePrompt,
      ...(phase.items.find(({ id }) => id === item.id)?.notes ?? []),
    ]
    : [];
  const { inWords } = item.proof;
  const proof = inWords.join(", ") +
    (next && item.proof.evidenceExample !== undefined
      ? `, e.g. ${item.proof.evidenceExample}`
      : "");
  const times = item.failures > 1 ? ` ${item.failures} times` : "";
  return [
    ...about.flatMap((text) => text === undefined ? [] : limited(text, room, style)).map(style.dim),
    ...(proof === "" ? [] : limited(`proof: ${proof}`, room, style))
      .map(style.dim),
    ...(item.status !== "failed" || item.blocked === undefined
      ? []
      : limited(`failed${times}: ${item.blocked}`, room, style)).map(style.red),
  ];
}

function endedDetails(item: ItemProgress, room: number, style: Style): readonly string[] {
  if (item.status !== "skipped") return [];
  const how = item.forced
    ? "skipped by force: "
    : item.automatic !== undefined
    ? `skipped by ${item.automatic}: `
    : "skipped: ";
  const lines = limited(how + (item.skipReason ?? ""), room, style);
  return lines.map(item.forced ? style.yellow : style.dim);
}

/** Wrapped lines, the last of them cut when there are too many. */
function limited(text: string, width: number, style: Style): readonly string[] {
  const lines = wrapLines(withoutBreaks(text), width);
  if (lines.length <= DETAIL_LINES) return lines;
  const rest = lines.slice(DETAIL_LINES - 1).join(" ");
  return [...lines.slice(0, DETAIL_LINES - 1), oneLine(rest, width, style)];
}

function list(title: string, entries: readonly string[], style: Style): string {
  if (entries.length === 0) return "";
  const lines = entries.map((entry) =>
    `  ${style.symbols.bullet} ${hang(entry, style.width, "    ")}`
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
  return list(style.yellow("Not as the workflow says"), firstFew(lines, SKIPS_SHOWN), style);
}

function skips(progress: Progress, style: Style): string {
  const lines = progress.skips.map((skip) => `${skip.phase}/${skip.item}: ${skip.reason}`);
  return list("Skipped", firstFew(lines, SKIPS_SHOWN), style);
}

function firstFew(entries: readonly string[], most: number): readonly string[] {
  return entries.length <= most
    ? entries
    : [...entries.slice(0, most), `and ${entries.length - most} more`];
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

function ending(state: SessionState, screen: StatusScreen, style: Style): string {
  const why = state.abandonReason ?? state.endNotes;
  const when = state.endedAt ?? state.updatedAt;
  const by = state.endedBy === undefined ? "" : ` by ${printable(state.endedBy.name)}`;
  const line = `${state.status === "completed" ? "Finished" : "Abandoned"} ${clockTime(when)} (${
    ago(when, screen.now)
  })${by}`;
  return why === undefined ? line : `${line}\n${style.dim(wrap(why, style.width, "  "))}`;
}

/** Items by their ids, for the checklist says the rest of them; everything else in words. */
function blockers(state: SessionState, progress: Progress, style: Style): string {
  if (progress.blockers.length === 0) return "";
  const last = state.definition.phases.at(-1)?.id === progress.phase;
  const words = progress.blockers.map((blocker) =>
    blocker.kind !== "item_open"
      ? blocker.message
      : blocker.phase !== progress.phase
      ? `${blocker.phase}/${blocker.item}`
      : blocker.item
  );
  const title = `In the way of ${last ? "finish" : "advance"}:`;
  const text = `${title} ${firstFew(words, BLOCKERS_SHOWN).join(", ")}`;
  return style.bold(title) + hang(text, style.width, "  ").slice(title.length);
}
