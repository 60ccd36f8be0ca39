/**
 * `orchestrator handoff`
 * @module
 */
import { chooseToRead, type Reading } from "../../app/choose_session.ts";
import { withoutEndedClaims } from "../../app/ended_claims.ts";
import { readRecord, type SessionRecord } from "../../app/session_record.ts";
import type { Progress } from "../../workflow/progress.ts";
import { describeWithProofs } from "../../workflow/proof_remarks.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { withFreshness } from "../freshness.ts";
import { handoffText } from "../output/handoff_text.ts";
import { recordData } from "../output/record_text.ts";
import { byActor, statusData } from "../output/status_data.ts";

export async function run(context: Context): Promise<AnswerTo<"handoff">> {
  const { prompt, record, progress } = await handoffOf(context, await chooseToRead(context));
  const { state, notes, decisions } = record;
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

/** The prompt that hands a session over, and what it is made of. */
export async function handoffOf(context: Context, reading: Reading): Promise<Handoff> {
  const read = await readRecord(context, reading);
  // What is on a branch only, or of the old tool, has no files here.
  const isHere = reading.choice !== null && context.branchView === null;
  const state = isHere ? await withoutEndedClaims(context, read.state) : read.state;
  const record = { ...read, state };
  const described = describeWithProofs(state, context.actor);
  const { progress } = isHere
    ? await withFreshness(context, { state, progress: described }, false)
    : { progress: described };
  const redactor = await context.redactor();
  const prompt = handoffText(record, progress, (text) => redactor.redact(text));
  return { prompt, record, progress };
}

/** See {@link handoffOf}. */
interface Handoff {
  readonly prompt: ReturnType<typeof handoffText>;
  readonly record: SessionRecord;
  readonly progress: Progress;
}
