/**
 * `orchestrator handoff`
 * @module
 */
import { visitEvents } from "../../session/read_events.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import { describe } from "../../workflow/progress.ts";
import type { Note, SessionState } from "../../workflow/state.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";
import { chooseToRead } from "../../app/choose_session.ts";
import { handoffText } from "../output/handoff_text.ts";
import { byActor, statusData } from "../output/status_data.ts";

export async function run(context: Context): Promise<AnswerTo<"handoff">> {
  const { choice, view } = await chooseToRead(context);
  const notes: Omit<Note, "seq">[] = [];
  const decisions: string[] = [];
  const take = (event: SessionEvent): void => {
    if (event.type === "note_added") {
      const { time, actor: by, data: { phase, text } } = event;
      notes.push({ time, by, phase, text });
    } else if (event.type === "checkpoint_created") {
      decisions.push(...event.data.decisions);
    }
  };
  let state: SessionState;
  if (choice === null) {
    ({ state } = view);
    view.events.forEach(take);
  } else {
    ({ state } = await context.manager.load(choice.id));
    await visitEvents(context.manager.backend, choice.id, {}, take);
  }
  const all = notes.length === 0 ? state.notes.recent : notes;
  const progress = describe(state);
  const prompt = handoffText(state, progress, all.map((note) => note.text), decisions);
  return {
    data: {
      prompt,
      ...statusData(state, progress, {}),
      allNotes: all.map((note) => byActor(note)),
      decisions,
    },
    text: () => prompt,
  };
}
