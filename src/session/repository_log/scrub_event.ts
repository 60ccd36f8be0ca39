/**
 * What people and programs say in a line of the repository's journal, without known secrets.
 * @module
 */
import type { ArrivedSession, NewRepositoryEvent, SessionAt } from "./lines.ts";

/** The event with names, tasks and reasons cleaned. */
export function scrubbedEvent(
  event: NewRepositoryEvent,
  clean: (text: string) => string,
): NewRepositoryEvent {
  const session = <Session extends SessionAt | ArrivedSession>(at: Session): Session => ({
    ...at,
    name: at.name === null ? null : clean(at.name),
    task: clean(at.task),
  });
  switch (event.type) {
    case "session_removed": {
      const { why } = event.data;
      return { ...event, data: { ...session(event.data), why: why === null ? null : clean(why) } };
    }
    case "session_started":
      return { ...event, data: session(event.data) };
    case "session_split":
      return { ...event, data: session(event.data) };
    case "sessions_imported":
      return { ...event, data: { ...event.data, sessions: event.data.sessions.map(session) } };
    case "migrated":
      return { ...event, data: { ...event.data, sessions: event.data.sessions.map(session) } };
    case "sessions_restored":
      return { ...event, data: { ...event.data, sessions: event.data.sessions.map(session) } };
    case "rolled_back":
      return { ...event, data: { ...event.data, sessions: event.data.sessions.map(session) } };
    case "sessions_found":
      return { ...event, data: { ...event.data, sessions: event.data.sessions.map(session) } };
    case "sessions_missing":
      return { ...event, data: { sessions: event.data.sessions.map(session) } };
    default:
      return event;
  }
}
