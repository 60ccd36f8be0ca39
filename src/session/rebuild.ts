/**
 * Deriving a session's state from its journal, when state.json cannot be used as it is.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { JournalRead, StorageBackend } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { evolve } from "../workflow/evolve.ts";
import type { SessionState } from "../workflow/state.ts";
import { chainError, walkChain } from "./journal.ts";
import type { LoadedSession } from "./load.ts";
import { type CacheRead, readCache } from "./state_cache.ts";

/**
 * Folds events into a state.
 * @throws `journal_corrupt` when there is no event, or the first one does not begin a session.
 */
export function replay(session: string, events: readonly SessionEvent[]): SessionState {
  const first = events[0];
  if (
    first === undefined || (first.type !== "session_started" && first.type !== "session_imported")
  ) {
    throw new OrchestratorError(
      "journal_corrupt",
      first === undefined
        ? `Cannot trust session "${session}": its journal is empty`
        : `Cannot trust session "${session}": its journal begins with "${first.type}"`,
      { details: { session, line: 1 } },
    );
  }
  let state: SessionState | null = null;
  for (const event of events) state = evolve(state, event);
  if (state === null) throw new TypeError("evolve gave no state");
  return state;
}

/**
 * Replays a journal and says what was wrong with state.json.
 * @returns null when the journal grew meanwhile, so that it must be read again.
 * @throws `journal_corrupt`, `format_too_new`
 */
export async function rebuild(
  backend: StorageBackend,
  id: string,
  cached: CacheRead,
  read: Extract<JournalRead, { unchanged: false }>,
): Promise<LoadedSession | null> {
  const walk = walkChain(read.lines);
  if (walk.bad !== null) throw chainError(id, walk.bad);
  const state = replay(id, walk.events);
  const head = { ...walk.head, mark: read.mark };
  let latest = cached;
  if (latest.entry !== null && latest.entry.head.seq < head.seq) {
    // A writer may just have appended and be about to replace state.json: that is no damage.
    latest = await readCache(backend, id);
  }
  const { entry, present } = latest;
  const base = {
    state,
    head,
    progress: null,
    unknown: entry?.unknown ?? {},
    tornBytes: read.tornBytes,
  };
  if (entry === null) return { ...base, rebuilt: present ? "damaged" : "missing" };
  if (entry.state.lineage !== state.lineage) return { ...base, rebuilt: "different" };
  if (entry.head.seq > head.seq) {
    // Ahead of what was read: either it grew meanwhile, or the journal lost its end.
    const again = await backend.readJournal(id, entry.head);
    if (again.unchanged || again.lines.length >= entry.head.seq) return null;
    throw cutError(id, head.seq, entry.head.seq);
  }
  const line = read.lines[entry.head.seq - 1];
  if (line === undefined || sha256Hex(line) !== entry.head.hash) {
    throw chainError(id, {
      line: entry.head.seq,
      reason: "is not the line that state.json was derived from: the journal was rewritten",
      tooNew: false,
    });
  }
  if (entry.head.seq < head.seq) {
    const writing = await backend.holder({ session: id }) !== null;
    return { ...base, rebuilt: writing ? null : "behind" };
  }
  const same = JSON.stringify(entry.state) === JSON.stringify(state);
  return { ...base, rebuilt: same ? null : "different" };
}

function cutError(session: string, have: number, know: number): OrchestratorError {
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot trust session "${session}": its journal ends at line ${have}, but state.json knows line ${know}`,
    {
      hint: `Bring back sessions/${session}/log.jsonl from a backup or from git`,
      details: { session, line: have + 1 },
    },
  );
}
