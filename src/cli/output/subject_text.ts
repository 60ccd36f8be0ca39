/**
 * What a person is asked to approve, as it is printed before the question.
 * @module
 */
import { structuredPatch } from "diff";
import type { ToApprove } from "../../app/approve.ts";
import type { SubjectRecord } from "../../workflow/approval_subject.ts";
import { fileText } from "./approval_text.ts";
import { lines, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { GUTTER_WIDTH, hang } from "./text.ts";
import { fitting } from "./width.ts";

/** Lines of a difference that are shown. */
const DIFF_LINES = 40;
/** Records and notes that are shown, the newest ones. */
const MOST = 8;
/** Characters of one record. */
const LONGEST = 400;

/** Draws it. */
export function subjectText({ subject, file, remarks }: ToApprove, style: Style): Shown {
  const { name, description, open, required, records, notes } = subject;
  const others = open.filter((id) => !required.includes(id));
  const text = (value: string) => hang(value, style, GUTTER_WIDTH, 2);
  return lines([
    style.bold(text(name)),
    ...description.map((value) => say`  ${text(value)}`),
    ...(file === undefined ? [] : fileLines(file, style)),
    ...section(
      say`Recorded in phase ${shown(subject.phase)}`,
      records.map((record) => recordLine(record, style)),
      style,
    ),
    ...section(
      say`Notes of the phase`,
      notes.map((note) => short(note.text, note.seq, style)),
      style,
    ),
    ...(required.length === 0 ? [] : [
      style.yellow(say`Required before it, and not done: ${text(required.join(", "))}`),
    ]),
    ...(others.length === 0 ? [] : [
      style.yellow(say`Not done yet in this phase: ${text(others.join(", "))}`),
    ]),
    ...remarks.map((remark) => style.yellow(text(remark))),
  ]);
}

function section(
  title: Shown,
  entries: readonly Shown[],
  style: Style,
): readonly Shown[] {
  if (entries.length === 0) return [];
  const more = entries.length - MOST;
  return [
    style.bold(title),
    ...(more > 0
      ? [style.dim(say`  ${shown(String(more))} earlier ones: orchestrator session show`)]
      : []),
    ...entries.slice(-MOST).map((entry) => say`  ${style.symbols.bullet} ${entry}`),
  ];
}

function recordLine({ item, status, seq, ...record }: SubjectRecord, style: Style): Shown {
  const { notes, evidence, skipReason } = record;
  const parts = [
    ...(skipReason === undefined ? [] : [skipReason]),
    ...(notes === undefined ? [] : [notes]),
    ...(evidence === undefined ? [] : [JSON.stringify(evidence)]),
  ];
  return short(`${item} (${status}): ${parts.join("; ")}`, seq, style);
}

/** A text of limited length, and the command that shows the rest. */
function short(text: string, seq: number, style: Style): Shown {
  const flat = text.replace(/\s+/g, " ").trim();
  if (flat.length <= LONGEST) return hang(flat, style, GUTTER_WIDTH, 4);
  const rest = ` … (whole: orchestrator log show ${seq})`;
  return hang(flat.slice(0, LONGEST) + rest, style, GUTTER_WIDTH, 4);
}

function fileLines(
  { file, change }: NonNullable<ToApprove["file"]>,
  style: Style,
): readonly Shown[] {
  const head = say`${style.bold(say`File`)} ${shown(fileText(file))}`;
  switch (change.kind) {
    case "new":
      return [say`${head}, not approved before`];
    case "same":
      return [say`${head}, as it was approved before`];
    case "different":
      return [
        say`${head}, ${style.yellow(say`not what was approved before`)} (that is not in git)`,
      ];
    case "text":
      return [
        say`${head}, ${style.yellow(say`changed since it was approved`)}`,
        ...difference(change.before, change.after, style),
      ];
  }
}

function difference(before: string, after: string, style: Style): readonly Shown[] {
  const { hunks } = structuredPatch("a", "b", before, after, "", "", { context: 2 });
  const rows = hunks.flatMap((hunk) => [
    style.dim(say`@@ line ${shown(String(hunk.newStart))}`),
    ...hunk.lines.flatMap((line) => {
      const sign = line.slice(0, 1);
      const paint = (text: Shown) =>
        sign === "+" ? style.green(text) : sign === "-" ? style.red(text) : text;
      return piecesOf(line.slice(1), style).map((piece, index) =>
        paint(say`${index === 0 ? shown(sign) : style.symbols.gutter}${piece}`)
      );
    }),
  ]);
  const more = rows.length - DIFF_LINES;
  return [
    ...rows.slice(0, DIFF_LINES).map((row) => say`  ${row}`),
    ...(more > 0
      ? [style.yellow(say`  and ${shown(String(more))} more lines: read the file`)]
      : []),
  ];
}

/** A line as rows of the screen: nothing of it is left out, and none looks like the program's own. */
function piecesOf(line: string, style: Style): readonly Shown[] {
  const pieces: Shown[] = [];
  let rest: string = shown(line);
  const width = Math.max(20, style.width - 6);
  do {
    const piece = fitting(rest, width) || rest.slice(0, 1);
    pieces.push(shown(piece));
    rest = rest.slice(piece.length);
  } while (rest !== "");
  return pieces;
}
