/**
 * `orchestrator handoff`
 * @module
 */
import { chooseToRead } from "../../app/choose_session.ts";
import { readRecord } from "../../app/session_record.ts";
import { describeWithProofs } from "../../workflow/proof_remarks.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { withFreshness } from "../freshness.ts";
import { handoffText } from "../output/handoff_text.ts";
import { recordData } from "../output/record_text.ts";
import { byActor, statusData } from "../output/status_data.ts";

export async function run(context: Context): Promise<AnswerTo<"handoff">> {
  const reading = await chooseToRead(context);
  const record = await readRecord(context, reading);
  const { state, notes, decisions } = record;
  const described = describeWithProofs(state);
  // What is on a branch only, or of the old tool, has no files here.
  const isHere = reading.choice !== null && context.branchView === null;
  const { progress } = isHere
    ? await withFreshness(context, { state, progress: described }, false)
    : { progress: described };
  const redactor = await context.redactor();
  const prompt = handoffText(record, progress, (text) => redactor.redact(text));
  return {
    data: {
      prompt,
      ...statusData(state, progress, {}),
      records: recordData(record),
      allNotes: notes.map((note) => byActor(note)),
      decisions,
    },
    text: () => prompt,
  };
}
