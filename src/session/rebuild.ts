/**
 * Deriving a session's state from its journal, when state.json cannot be used as it is.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { JournalAuditor } from "./audit_journal.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { evolve } from "../workflow/evolve.ts";
import type { SessionState } from "../workflow/state.ts";
import type { StateDigests } from "../workflow/projection.ts";
import { type BadLine, chainError, stateDigests, unknownIn } from "./journal.ts";
import type { LoadedSession, LoadOptions, NewerLine } from "./loaded_session.ts";
import { scanJournal, type ScannedJournal, type TakeLine } from "./scan_journal.ts";
import { type CachedState, type CacheRead, readCache } from "./state_cache.ts";

/** Folds the events of one session into its state. */
class Replay {
  readonly #session: string;
  readonly #every: boolean;
  readonly #digests: StateDigests = stateDigests();
  #state: SessionState | null = null;
  #last: SessionEvent | null = null;
  #newer: NewerLine | null = null;

  /** @param every compare the digests of all lines, not only that of the last. */
  constructor(session: string, every: boolean) {
    this.#session = session;
    this.#every = every;
  }

  /** Null before the first event. */
  get state(): SessionState | null {
    return this.#state;
  }

  get newer(): NewerLine | null {
    return this.#newer;
  }

  /** Takes the next event, or says what is wrong with it. */
  take(event: SessionEvent): BadLine | null {
    const wrong = this.#state === null ? wrongFirst(this.#session, event) : null;
    if (wrong !== null) return badEvent(event.seq, wrong);
    const reason = this.#newer === null ? unknownIn(event) : null;
    if (reason !== null) this.#newer = { line: event.seq, reason };
    try {
      this.#state = evolve(this.#state, event);
    } catch {
      return badEvent(event.seq, `has data that does not belong in "${event.type}"`);
    }
    this.#last = event;
    // What a newer program means by its lines is not known: nothing behind them can be compared.
    if (!this.#every || this.#newer !== null) return null;
    const misfit = this.#misfit(event, this.#state);
    return misfit === null ? null : badEvent(event.seq, misfit);
  }

  /** What is wrong with the last event: of the others it was said by {@link take}, if at all. */
  end(): BadLine | null {
    const event = this.#last;
    if (event === null || this.#state === null || this.#newer !== null) return null;
    const misfit = this.#misfit(event, this.#state);
    return misfit === null ? null : badEvent(event.seq, misfit);
  }

  /** Whether a line records another state than it leads to. */
  #misfit(event: SessionEvent, state: SessionState): string | null {
    if (event.state === undefined) return null;
    try {
      if (this.#digests.digest(state) === event.state) return null;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return `has data that does not belong in "${event.type}"`;
    }
    return "records a state that the lines up to it do not lead to";
  }
}

/**
 * Folds events into a state.
 * @throws `journal_corrupt` when there is no event, when the first one does not start this session,
 *   or when the data of one does not match its type.
 */
export function replay(session: string, events: Iterable<SessionEvent>): SessionState {
  const replay = new Replay(session, true);
  for (const event of events) {
    const bad = replay.take(event);
    if (bad !== null) throw chainError(session, bad);
  }
  return stateOf(session, replay);
}

function stateOf(session: string, { state }: Replay): SessionState {
  if (state !== null) return state;
  throw chainError(session, badEvent(1, "is missing: the journal is empty"));
}

function badEvent(line: number, reason: string): BadLine {
  return { line, reason, tooNew: false };
}

function wrongFirst(session: string, first: SessionEvent): string | null {
  if (first.type !== "session_started" && first.type !== "session_imported") {
    return `is "${first.type}", which does not start a session`;
  }
  return first.data.session === session ? null : `starts another session, "${first.data.session}"`;
}

/**
 * Replays a journal and says what was wrong with state.json.
 * @returns null when the journal grew or was replaced meanwhile, so that it must be read again.
 * @throws `session_unknown`, `journal_corrupt`, `format_too_new`
 */
export async function rebuild(
  backend: StorageBackend,
  id: string,
  cached: CacheRead,
  options: LoadOptions = {},
): Promise<LoadedSession | null> {
  let reading = await beginReading(id, options);
  const scan = await scanJournal(backend, id, {
    take: (event, from) => reading.take(event, from),
    known: cached.entry?.head,
  });
  if (scan.bad !== null) throw chainError(id, scan.bad);
  let undone: LoadedSession["undone"] = new Map();
  if (scan.undone.length > 0) {
    const { readRedacted } = await import("./read_redacted.ts");
    reading = await beginReading(id, options);
    undone = await readRedacted(backend, id, scan, reading.take);
  }
  const { replay, auditor } = reading;
  const bad = replay.end();
  if (bad !== null) throw chainError(id, bad);
  const state = stateOf(id, replay);
  const { head, tornBytes, lineEnds } = scan;
  const { entry, present } = cached;
  const loaded: LoadedSession = {
    state,
    head,
    unknown: entry?.unknown ?? {},
    tornBytes,
    lineEnds,
    rebuilt: null,
    lost: null,
    newer: replay.newer,
    undone,
    ...(auditor === null ? {} : { audit: auditor }),
  };
  if (entry === null) return { ...loaded, rebuilt: present ? "damaged" : "missing" };
  const known = fits(scan, entry) || wasAccepted(state, entry);
  if (entry.state.lineage === state.lineage && known) {
    if (entry.head.hash !== head.hash) return await behind(backend, id, { loaded, entry }, options);
    // Of what a newer program means, state.json may know more.
    const same = loaded.newer !== null || JSON.stringify(entry.state) === JSON.stringify(state);
    return { ...loaded, rebuilt: same ? null : "different" };
  }
  // The journal grew, or was replaced, after state.json was read: that one is the old copy's.
  if (options.holding !== true && await hasMoved(backend, id, entry, scan)) return null;
  if (entry.state.lineage !== state.lineage) return { ...loaded, rebuilt: "different" };
  const { seq, hash } = entry.head;
  return { ...loaded, rebuilt: "different", lost: { seq, hash } };
}

/**
 * The state of a session with a short journal, read from that alone: state.json says nothing of it that
 * a list shows.
 * @param below bytes that a short journal has less than.
 * @returns null for a longer one, and for one that needs more than a look: {@link loadSession} reads it.
 * @throws `session_unknown`, `link_refused`, I/O errors
 */
export async function replayShort(
  backend: StorageBackend,
  id: string,
  below: number,
): Promise<SessionState | null> {
  const replay = new Replay(id, false);
  const { bad, undone, tornBytes } = await scanJournal(backend, id, {
    take: (event) => replay.take(event),
    begin: (bytes) => bytes < below,
  });
  const isWhole = bad === null && tornBytes === 0 && undone.length === 0 && replay.newer === null;
  return isWhole && replay.end() === null ? replay.state : null;
}

/** What becomes of a journal while it is read. */
interface Reading {
  readonly replay: Replay;
  readonly auditor: JournalAuditor | null;
  readonly take: TakeLine;
}

async function beginReading(id: string, { replay: every, audit }: LoadOptions): Promise<Reading> {
  const replay = new Replay(id, every === true || audit !== undefined);
  const auditor = audit === undefined ? null : await auditorFor(audit.now);
  const take: TakeLine = (event, from) => {
    const before = replay.state;
    const bad = replay.take(event);
    if (bad === null) auditor?.take(before, event, from);
    return bad;
  };
  return { replay, auditor, take };
}

async function auditorFor(now: Date): Promise<JournalAuditor> {
  const { JournalAuditor } = await import("./audit_journal.ts");
  return new JournalAuditor(now);
}

/** Whether the line that state.json was derived from is in the journal. */
function fits(scan: ScannedJournal, { head }: CachedState): boolean {
  return scan.hashes.get(head.seq) === head.hash;
}

/** Whether the loss of that line was accepted. */
function wasAccepted({ accepted }: SessionState, { head }: CachedState): boolean {
  return accepted?.recent.some(({ known }) =>
    known.seq === head.seq && known.hash === head.hash
  ) === true;
}

/**
 * A writer may have appended and be about to replace state.json, which is not damage. Checked
 * before state.json is read again: a writer that has released the lock has replaced it.
 * @returns null when state.json has changed.
 */
async function behind(
  backend: StorageBackend,
  id: string,
  { loaded, entry }: { readonly loaded: LoadedSession; readonly entry: CachedState },
  options: LoadOptions,
): Promise<LoadedSession | null> {
  if (options.holding === true) return { ...loaded, rebuilt: "behind" };
  const writing = (await backend.holder({ session: id })).state === "held";
  const latest = (await readCache(backend, id)).entry;
  if (latest !== null && latest.head.hash !== entry.head.hash) return null;
  return { ...loaded, rebuilt: writing ? null : "behind" };
}

/** Whether state.json or the journal is another one than a moment ago. */
async function hasMoved(
  backend: StorageBackend,
  id: string,
  entry: CachedState,
  { head }: ScannedJournal,
): Promise<boolean> {
  const latest = (await readCache(backend, id)).entry;
  if (
    latest?.head.hash !== entry.head.hash || latest.state.lineage !== entry.state.lineage
  ) return true;
  // Only growth is read again, so that this ends regardless of state.json.
  return (await scanJournal(backend, id)).head.seq > head.seq;
}

/** The error of a change to a journal that is another one each time it is read. */
export function movedError(id: string): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot change session "${id}": its journal changes although no other process holds its lock`,
    { hint: `Run \`orchestrator log verify --session ${id}\``, details: { session: id } },
  );
}

/** The refusal of a change to a session that a newer program wrote to. */
export function newerError(id: string, { line, reason }: NewerLine): OrchestratorError {
  return new OrchestratorError(
    "format_too_new",
    `Cannot change session "${id}": line ${line} of its journal ${reason}`,
    { hint: NEWER_HINT, details: { session: id, line, reason } },
  );
}

const NEWER_HINT = "Use the newer version of orchestrator that wrote it";

/** The refusal of a change to a session whose journal lacks acknowledged events. */
export function lostError(id: string, { head, lost }: LoadedSession): OrchestratorError {
  const known = lost?.seq ?? 0;
  const missing = known > head.seq;
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot change session "${id}": its journal ${
      missing
        ? `ends at line ${head.seq}, but state.json was derived from ${known} lines`
        : `has a different line ${known} than the one that state.json was derived from`
    }`,
    {
      hint:
        `Restore sessions/${id}/log.jsonl from a backup, or continue without the missing events: ` +
        `\`orchestrator log accept --session ${id}\``,
      details: { session: id, known: lost, found: { seq: head.seq, hash: head.hash } },
    },
  );
}
