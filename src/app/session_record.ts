/**
 * What a session records besides its state: all of its notes and decisions.
 * @module
 */
import { visitEvents } from "../session/read_events.ts";
import type { SessionEvent } from "../workflow/events.ts";
import type { Note, SessionState } from "../workflow/state.ts";
import { type ChangedNames, ChangedNamesReader } from "../workflow/work_lists.ts";
import type { Reading } from "./choose_session.ts";
import type { Workspace } from "./workspace.ts";

/** A session as its journal has it. */
export interface SessionRecord {
  readonly state: SessionState;
  /** All of them, oldest first; the state has the newest few. */
  readonly notes: readonly Omit<Note, "seq">[];
  /** Those of all checkpoints, oldest first. */
  readonly decisions: readonly string[];
  /** Names of the files that were not as the commit had them, by the number of the line. */
  readonly changed: ReadonlyMap<number, ChangedNames>;
}

/** Reads a session with all of its notes and decisions. @throws as loading and `visitEvents` */
export async function readRecord(
  { manager }: Pick<Workspace, "manager">,
  { choice, view }: Reading,
): Promise<SessionRecord> {
  const notes: Omit<Note, "seq">[] = [];
  const decisions: string[] = [];
  const reader = new ChangedNamesReader();
  const changed = reader.names;
  const take = (event: SessionEvent): void => {
    reader.take(event);
    switch (event.type) {
      case "session_imported":
        notes.push(...event.data.seed.notes.map(({ seq: _, ...note }) => note));
        break;
      case "note_added": {
        const { time, actor: by, data: { phase, text } } = event;
        notes.push({ time, by, phase, text });
        break;
      }
      case "checkpoint_created":
        decisions.push(...event.data.decisions);
    }
  };
  if (choice === null) {
    view.events.forEach(take);
    return { state: view.state, notes, decisions, changed };
  }
  const { state, undone } = await manager.load(choice.id);
  await visitEvents(
    manager.backend,
    choice.id,
    {},
    (event) => take(undone.get(event.seq) ?? event),
  );
  return { state, notes, decisions, changed };
}
