/**
 * `orchestrator handoff`
 * @module
 */
import type { SessionEvent } from "../../workflow/events.ts";
import { describe } from "../../workflow/progress.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Answer } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../legacy/view.ts";
import { handoffText } from "../output/handoff_text.ts";
import { statusData } from "../output/status_data.ts";

export async function run(context: Context): Promise<Answer> {
  const { choice, view } = await chooseToRead(context);
  let state: SessionState;
  let events: readonly SessionEvent[];
  if (choice === null) {
    ({ state, events } = view);
  } else {
    ({ state } = await context.manager.load(choice.id));
    events = await context.manager.events(choice.id);
  }
  const notes = events.flatMap((event) =>
    event.type === "note_added"
      ? [{ time: event.time, by: event.actor, phase: event.data.phase, text: event.data.text }]
      : []
  );
  const decisions = events.flatMap((event) =>
    event.type === "checkpoint_created" ? event.data.decisions : []
  );
  const all = notes.length === 0 ? state.notes.recent : notes;
  const progress = describe(state);
  const prompt = handoffText(state, progress, all.map((note) => note.text), decisions);
  return {
    data: { prompt, ...statusData(state, progress, {}), allNotes: all, decisions },
    text: () => prompt,
  };
}
