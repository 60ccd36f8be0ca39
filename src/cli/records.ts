/**
 * All that a session records, for the screens that show it: `session show` and `status --verbose`.
 * @module
 */
import type { Reading } from "../app/choose_session.ts";
import { readRecord } from "../app/session_record.ts";
import type { Context } from "./context.ts";
import { recordData, recordsText } from "./output/record_text.ts";
import type { Shown } from "./output/shown.ts";
import { byActor } from "./output/status_data.ts";
import type { Style } from "./output/style.ts";

/** All that a session records, for programs and for people. */
export type SessionRecords = Awaited<ReturnType<typeof readRecords>>;

/** Reads all that a session records, for programs and for people. @throws as `readRecord` */
export async function readRecords(context: Context, reading: Reading) {
  const record = await readRecord(context, reading);
  const { state, notes } = record;
  const redactor = await context.redactor();
  const redact = (text: string) => redactor.redact(text);
  return {
    state,
    data: { records: recordData(record), allNotes: notes.map((note) => byActor(note)) },
    text: (style: Style): Shown => recordsText(record, redact, style),
  };
}
