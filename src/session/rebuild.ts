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
import type { LoadedSession, LoadOptions } from "./load.ts";
import { type CachedState, type CacheRead, readCache } from "./state_cache.ts";

/**
 * Folds events into a state.
 * @throws `journal_corrupt` when there is no event, when the first one does not begin this session, or
 * when the data of one is not what its type has.
 */
export function replay(session: string, events: Iterable<SessionEvent>): SessionState {
  let state: SessionState | null = null;
  for (const event of events) {
    if (state === null) checkFirst(session, event);
    try {
      state = evolve(state, event);
    } catch (cause) {
      throw damaged(session, event.seq, `has data that no "${event.type}" has`, cause);
    }
  }
  if (state === null) throw damaged(session, 1, "is missing: the journal is empty");
  return state;
}

function checkFirst(session: string, first: SessionEvent): void {
  if (first.type !== "session_started" && first.type !== "session_imported") {
    throw damaged(session, 1, `is "${first.type}", which begins no session`);
  }
  if (first.data.session !== session) {
    throw damaged(session, 1, `begins another session, "${first.data.session}"`);
  }
}

/**
 * Replays a journal and says what was wrong with state.json.
 * @returns null when the journal grew or was replaced meanwhile, so that it must be read again.
 * @throws `journal_corrupt`, `format_too_new`
 */
export async function rebuild(
  backend: StorageBackend,
  id: string,
  cached: CacheRead,
  read: Extract<JournalRead, { unchanged: false }>,
  options: LoadOptions = {},
): Promise<LoadedSession | null> {
  const walk = walkChain(read.lines);
  if (walk.bad !== null) throw chainError(id, walk.bad);
  const state = replay(id, walk.events);
  const head = { ...walk.head, mark: read.mark };
  let latest = cached;
  let writing = false;
  if (latest.entry !== null && latest.entry.head.seq < head.seq) {
    // A writer may have appended and be about to replace state.json, which is no damage. Asked before
    // state.json is read again: whoever has let go by now has replaced it.
    writing = options.holding !== true && (await backend.holder({ session: id })).state === "held";
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
  const line = read.lines[entry.head.seq - 1];
  const fits = entry.state.lineage === state.lineage && line !== undefined &&
    sha256Hex(line) === entry.head.hash;
  // The session was replaced after state.json was read: it is the old copy's.
  if (!fits && options.holding !== true && isOther(entry, await readCache(backend, id))) {
    return null;
  }
  if (entry.state.lineage !== state.lineage) return { ...base, rebuilt: "different" };
  if (entry.head.seq > head.seq) {
    // Ahead of what was read: either it grew meanwhile, or the journal lost its end.
    // Only what has grown is read again, so that this comes to an end whatever state.json says.
    const again = await backend.readJournal(id);
    if (!again.unchanged && again.lines.length > read.lines.length) return null;
    throw cutError(id, head.seq, entry.head.seq);
  }
  if (!fits) {
    const reason = "is not the line that state.json was derived from: the journal was rewritten";
    throw damaged(id, entry.head.seq, reason);
  }
  if (entry.head.seq < head.seq) return { ...base, rebuilt: writing ? null : "behind" };
  const same = JSON.stringify(entry.state) === JSON.stringify(state);
  return { ...base, rebuilt: same ? null : "different" };
}

function isOther(before: CachedState, { entry }: CacheRead): boolean {
  return entry?.head.hash !== before.head.hash || entry.state.lineage !== before.state.lineage;
}

function damaged(session: string, line: number, reason: string, cause?: unknown) {
  return chainError(session, { line, reason, tooNew: false }, cause);
}

function cutError(session: string, have: number, know: number): OrchestratorError {
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot trust session "${session}": its journal ends at line ${have}, but state.json knows line ${know}`,
    {
      hint: `Bring back sessions/${session}/log.jsonl from a backup or from git`,
      details: {
        session,
        line: have + 1,
        reason: `is missing: state.json knows ${know} lines`,
      },
    },
  );
}
