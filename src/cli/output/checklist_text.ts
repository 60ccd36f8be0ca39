/**
 * The checklist of the current phase, for the screen of `status`.
 * @module
 */
import type { PhaseDefinition } from "../../workflow/definition.ts";
import type { ItemProgress, Progress } from "../../workflow/progress.ts";
import { joined, lines, OWN, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { barred, flat, GUTTER_WIDTH, hang, lead, oneLine, pad, wrap, wrapLines } from "./text.ts";
import { visibleLength } from "./width.ts";

/** A checklist longer than this folds its completed items into one line. */
const ITEMS_UNFOLDED = 20;
/** Columns of which ids take a part, also where there is room for any number. */
const WIDEST = 100;
/** Lines that one text beside an item may take. */
const DETAIL_LINES = 5;

/** The current phase: what it is about, and its items. */
export function checklist(phase: PhaseDefinition, progress: Progress, style: Style): Shown {
  const { items } = progress;
  const about = phase.description ?? (sameWord(phase.name, phase.id) ? "" : phase.name);
  const id = lead(phase.id);
  const title = about === "" ? style.bold(id) : OWN.concat(
    style.bold(id),
    style.dim(OWN.concat(": ", hang(about, style, GUTTER_WIDTH, visibleLength(id) + 2))),
  );
  const folded = items.length > ITEMS_UNFOLDED
    ? items.filter((item) => item.status === "completed")
    : [];
  const listed = items.filter((item) => !folded.includes(item));
  // An id too long for the column stands alone in its line.
  const fitting = listed.map((item) => visibleLength(item.id))
    .filter((length) => length <= Math.min(style.width, WIDEST) * 0.35);
  const width = Math.max(...fitting, 8);
  return lines([
    title,
    ...phase.notes.map((note) => style.dim(wrap(note, style, "  "))),
    ...(folded.length === 0 ? [] : [foldedLine(folded, style)]),
    ...listed.map((item) => itemLines(item, phase, { next: isNext(item, progress), width }, style)),
  ]);
}

function isNext(item: ItemProgress, progress: Progress): boolean {
  return item.next !== undefined && progress.next.argv[1] === item.id;
}

function foldedLine(items: readonly ItemProgress[], style: Style): Shown {
  const { done } = style.symbols;
  const text = `${items.length} completed: ${items.map((item) => item.id).join(", ")}`;
  const column = done.length + 1;
  const rows = limited(text, style.width - column, style);
  return OWN.concat(style.green(done), " ", style.dim(barred(rows, style, column)));
}

/**
 * One item: mark, id and name in columns, and under the name what it takes and what went wrong. The
 * item that comes next is explained in full.
 */
function itemLines(
  item: ItemProgress,
  phase: PhaseDefinition,
  { next, width }: { readonly next: boolean; readonly width: number },
  style: Style,
): Shown {
  const { symbols } = style;
  // Also what was completed and must be again.
  const waits = (item.next ?? item.blocked) !== undefined;
  const open = waits || item.status === "pending" || item.status === "failed";
  const mark = {
    completed: style.green(symbols.done),
    skipped: item.forced ? style.yellow(symbols.skipped) : style.dim(symbols.skipped),
    failed: style.red(symbols.failed),
    pending: symbols.open,
  }[waits && item.status !== "failed" ? "pending" : item.status];
  const column = symbols.done.length + 1 + width + 2;
  const room = Math.max(16, style.width - column);
  const tags = [
    ...(item.required ? [] : ["optional"]),
    ...(open && item.stepType !== "flexible" ? [item.stepType] : []),
  ];
  const name = open
    ? detail(item.name + (tags.length === 0 ? "" : ` (${tags.join(", ")})`), room, style)
    : [oneLine(item.name, room, style)];
  const id = shown(item.id);
  const indent = OWN.concat("\n", pad(OWN, column));
  const head = visibleLength(id) <= width
    ? OWN.concat(pad(id, width), "  ")
    : OWN.concat(id, indent);
  const details = open
    ? openDetails(item, phase, { next, room }, style)
    : endedDetails(item, room, style);
  const right = [...name.map((line) => open ? line : style.dim(line)), ...details];
  return OWN.concat(mark, " ", open ? head : style.dim(head), joined(right, indent));
}

function openDetails(
  item: ItemProgress,
  phase: PhaseDefinition,
  { next, room }: { readonly next: boolean; readonly room: number },
  style: Style,
): readonly Shown[] {
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
    ...said(item, room, style),
    ...about.flatMap((text) => text === undefined ? [] : limited(text, room, style))
      .map((line) => style.dim(OWN.concat(style.symbols.gutter, line))),
    ...(proof === "" ? [] : detail(`proof: ${proof}`, room, style)).map(style.dim),
    ...(item.status !== "failed" || item.blocked === undefined
      ? []
      : detail(`failed${times}: ${item.blocked}`, room, style)).map(style.red),
  ];
}

function said({ remarks = [] }: ItemProgress, room: number, style: Style): readonly Shown[] {
  return remarks.flatMap((text) => detail(text, room, style)).map(style.yellow);
}

function endedDetails(item: ItemProgress, room: number, style: Style): readonly Shown[] {
  const old = item.beforeImport === true
    ? detail("done before the import", room, style).map(style.yellow)
    : [];
  if (item.status !== "skipped") return [...old, ...said(item, room, style)];
  const how = item.forced
    ? "skipped by force: "
    : item.automatic !== undefined
    ? `skipped by ${item.automatic}: `
    : "skipped: ";
  const rows = detail(how + (item.skipReason ?? ""), room, style);
  return [...rows.map(item.forced ? style.yellow : style.dim), ...old];
}

/** A text beside an item: wrapped lines, those that go on behind a bar. */
function detail(text: string, room: number, style: Style): readonly Shown[] {
  const rows = limited(text, room, style);
  if (rows.length === 1) return rows;
  const { gutter } = style.symbols;
  return rows.map((line, index) => index === 0 ? line : OWN.concat(gutter, line));
}

/** Wrapped lines that leave room for a bar, the last of them cut when there are too many. */
function limited(text: string, width: number, style: Style): readonly Shown[] {
  const rows = wrapLines(flat(text), width - GUTTER_WIDTH, -GUTTER_WIDTH);
  if (rows.length <= DETAIL_LINES) return rows;
  const rest = rows.slice(DETAIL_LINES - 1).join(" ");
  return [...rows.slice(0, DETAIL_LINES - 1), oneLine(rest, width - GUTTER_WIDTH, style)];
}

/** Whether two names are one, but for capitals. */
export function sameWord(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
