/**
 * Finding a session by a name that only its journal knows: renaming it was cut off before meta.json was
 * written, or meta.json is damaged.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { JournalLine, StorageBackend } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { parseEvent } from "./journal.ts";
import { readCache } from "./state_cache.ts";

/** Limit of journal characters that are read to find a name: usually the name is mistyped. */
const MOST = 64 * 1024 * 1024;

/**
 * Sessions that have a name by their state.json, or by their journal where state.json is not in step
 * with it. Of very many such journals not all are read. What cannot be read answers to its id only.
 */
export async function findRenamed(
  backend: StorageBackend,
  ids: readonly string[],
  name: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const room = { left: MOST };
  for (const id of ids) {
    try {
      if (await nameOf(backend, id, room) === name) found.push(id);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }
  return found;
}

async function nameOf(
  backend: StorageBackend,
  id: string,
  room: { left: number },
): Promise<string | null> {
  const { entry } = await readCache(backend, id);
  if (entry !== null && await backend.isUnchanged(id, entry.head)) return entry.state.name;
  let name: string | null = null;
  let lines = 0;
  await backend.visitJournal(id, {
    line(line) {
      if (room.left <= 0) return false;
      lines += 1;
      const given = nameIn(line, lines === 1, room);
      if (given !== undefined) name = given;
      return true;
    },
  });
  return name;
}

/** The name that a line gives its session, null for no name; undefined when it says nothing of that. */
function nameIn(
  line: JournalLine,
  first: boolean,
  room: { left: number },
): string | null | undefined {
  if (typeof line !== "string") {
    for (const piece of line.pieces()) room.left -= piece.length;
    return undefined;
  }
  room.left -= line.length;
  if (!first && !line.includes('"session_renamed"')) return undefined;
  const event = parseEvent(line);
  return event === null ? undefined : nameBy(event);
}

function nameBy(event: SessionEvent): string | null | undefined {
  switch (event.type) {
    case "session_started":
    case "session_renamed":
      return event.data.name;
    case "session_imported":
      return event.data.seed.name;
    default:
      return undefined;
  }
}
