/**
 * What is recorded of items, and the notes of a session, in full: for `status --verbose`, `session show`
 * and in blocks of Markdown.
 * @module
 */
import type { itemRecord } from "../../answers/standing.ts";
import type { DataOf } from "../../answers/table.ts";
import { itemRemarks } from "../../workflow/item_remarks.ts";
import { type ItemRecord, itemRecords } from "../../workflow/item_records.ts";
import type { Note, SessionState } from "../../workflow/state.ts";
import type { ChangedNames } from "../../workflow/work_lists.ts";
import { approvalRecord, verificationText } from "./event_record.ts";
import { actorText } from "./event_text.ts";
import { byActor } from "./status_data.ts";
import { joined, lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { clockTime, lead } from "./text.ts";
import { fieldText } from "./value_text.ts";
import { recordedFiles } from "./work_text.ts";

/** A note as a screen needs it. */
export type ShownNote = Pick<Note, "time" | "by" | "text" | "phase">;

/** A session, and what its journal has besides the state. */
export interface ShownRecord {
  readonly state: SessionState;
  /** All of them, oldest first. */
  readonly notes: readonly ShownNote[];
  /** Names of changed files by the number of the line. */
  readonly changed: ReadonlyMap<number, ChangedNames>;
}

/** Takes secrets out of what is shown. */
export type Redact = (text: string) => string;

/** The records of a session's items, for programs. */
export function recordData(
  { state, changed }: Pick<ShownRecord, "state" | "changed">,
): readonly DataOf<typeof itemRecord>[] {
  return itemRecords(state, changed).map(({ by, withdrawn, ...rest }) => {
    const record = withdrawn === undefined ? rest : { ...rest, withdrawn: byActor(withdrawn) };
    return by === undefined ? record : byActor({ ...record, by });
  });
}

/** Sections with all that is recorded of items, and all notes; empty where there is nothing. */
export function recordsText(
  { state, notes, changed }: ShownRecord,
  redact: Redact,
  style: Style,
): Shown {
  const records = itemRecords(state, changed);
  const sections = [
    ...(records.length === 0 ? [] : [lines([
      style.bold(say`Records`),
      ...records.map((record) => recordText(record, redact, style)),
    ])]),
    ...(notes.length === 0 ? [] : [lines([
      style.bold(say`All notes`),
      ...notes.map((note) => noteText(note, style)),
    ])]),
  ];
  return joined(sections, say`\n\n`);
}

function recordText(record: ItemRecord, redact: Redact, style: Style): Shown {
  const id = say`${lead(record.phase)}/${lead(record.item)}`;
  const when = record.at === undefined ? say`` : say` ${clockTime(record.at, style)}`;
  const by = record.by === undefined ? say`` : say` by ${actorText(record.by)}`;
  const event = style.dim(say` (event ${num(record.seq)})`);
  return lines([
    say`  ${style.bold(id)}: ${shown(record.status)}${when}${by}${event}`,
    ...recordParts(record, redact, style, "    "),
  ]);
}

/** The parts of a record below each other, each of our lines behind `indent`. */
export function recordParts(
  record: ItemRecord,
  redact: Redact,
  style: Style,
  indent: string,
): readonly Shown[] {
  const { approval, skipReason, forced, automatic, notes, evidence, verification, files } = record;
  const skipped = forced === true
    ? say`skipped by force`
    : automatic === undefined
    ? say`skipped`
    : say`skipped by ${shown(automatic)}`;
  return [
    ...(approval === undefined
      ? []
      : [fieldText(say`approved`, approvalRecord(approval), style, indent)]),
    ...itemRemarks(record)
      .map((text) => fieldText(say`remark`, text, style, indent)),
    ...(skipReason === undefined ? [] : [fieldText(skipped, skipReason, style, indent)]),
    ...(notes === undefined ? [] : [fieldText(say`notes`, notes, style, indent)]),
    ...(evidence === undefined ? [] : [fieldText(say`evidence`, evidence, style, indent)]),
    ...(verification === undefined || verification.type === "none"
      ? []
      : [verificationText({ ...verification }, { redact }, style, indent)]),
    ...(files === undefined ? [] : [fieldText(say`files`, recordedFiles(files), style, indent)]),
  ];
}

function noteText(note: ShownNote, style: Style): Shown {
  const phase = note.phase === null ? say`` : say` [${lead(note.phase)}]`;
  const head = say`${clockTime(note.time, style)}${phase} ${actorText(note.by)}`;
  return fieldText(head, note.text, style, "  ");
}
