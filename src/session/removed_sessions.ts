/**
 * Removing sessions with a record, and restoring them with another.
 * @module
 */
import { Buffer } from "node:buffer";
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { tooLarge } from "../platform/within.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { FIRST_FORMAT, REPOSITORY_FORMAT } from "../project/identity.ts";
import { FOLDERS, KEYS } from "../state_layout/names.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { asJournalLine } from "../storage/pieces.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { SessionState } from "../workflow/state.ts";
import { readLines } from "./journal_end.ts";
import { walkChain } from "./journal.ts";
import { type LoadedSession, loadSession } from "./load.ts";
import { lostError, newerError } from "./rebuild.ts";
import type { NewRepositoryEvent } from "./repository_log/lines.ts";
import { sessionAt } from "./repository_log/session_at.ts";
import {
  type BringingBack,
  broughtBackLine,
  covers,
  mergeRecords,
  type RemovalDetails,
  removalLine,
  type SessionCopy,
  type StandingRemoval,
  standingRemovals,
} from "./removal.ts";

/**
 * Milliseconds to wait for the lock of a session to remove: a session in use is not removed, but
 * readers that check the lock hold it for an instant.
 */
const REMOVE_PATIENCE_MS = 100;

/** The records of a session's removals; empty where there are none. */
export async function readRecords(backend: StorageBackend, id: string): Promise<string> {
  return await backend.readText(KEYS.removed(id)) ?? "";
}

/** Sessions that have records of removals, sorted. */
export async function recordedSessions(backend: StorageBackend): Promise<readonly string[]> {
  return (await backend.listBlobs(`${FOLDERS.removed}/`))
    .map((key) => key.slice(FOLDERS.removed.length + 1, -".jsonl".length))
    .filter((id) => SESSION_ID.test(id));
}

/**
 * Adds lines to the records of a session, durably. The repository must be locked.
 * @returns whether any line is new.
 */
export async function addRecords(
  backend: StorageBackend,
  id: string,
  ...texts: readonly string[]
): Promise<boolean> {
  const before = await readRecords(backend, id);
  const after = mergeRecords(before, ...texts);
  if (after === mergeRecords(before)) return false;
  if (Buffer.byteLength(after) > LIMITS.removals) throw tooLarge(KEYS.removed(id), LIMITS.removals);
  await raiseFormat(backend);
  await backend.writeBlob(KEYS.removed(id), after);
  return true;
}

/**
 * Removes a session, here or in another place, with what a person says about it. The repository must be
 * locked.
 * @returns what the repository's journal is to say of it.
 */
export async function removeBy(
  manager: {
    readonly backend: StorageBackend;
    recording(): Promise<
      Pick<RemovalDetails, "time" | "actor"> & { readonly clean: (text: string) => string }
    >;
  },
  id: string,
  { why, elsewhere }: {
    readonly why: string | null;
    /** The place that has it, where it is not here. */
    readonly elsewhere: StorageBackend | undefined;
  },
): Promise<NewRepositoryEvent> {
  const { clean, time, actor } = await manager.recording();
  const said = { why: why === null ? null : clean(why), time, actor };
  return elsewhere === undefined
    ? await removeSession(manager.backend, id, said)
    : await removeElsewhere(manager.backend, elsewhere, id, said);
}

/**
 * Records the removal of an ended session and removes it. The repository must be locked. Whether
 * the session has ended is read from its journal, not from state.json. If this is killed in
 * between, both exist: the session is kept, and the next pull, push or removal completes the
 * removal.
 * @throws `session_active`, `lock_held`, `journal_corrupt`
 */
export async function removeSession(
  backend: StorageBackend,
  id: string,
  said: Pick<RemovalDetails, "why" | "time" | "actor">,
): Promise<NewRepositoryEvent> {
  const request = {
    operation: "session remove",
    actor: said.actor.name,
    timeoutMs: REMOVE_PATIENCE_MS,
  };
  return await backend.withLock({ session: id }, request, async () => {
    const loaded = await loadSession(backend, id, { replay: true, holding: true });
    if (loaded.lost !== null) throw lostError(id, loaded);
    if (loaded.newer !== null) throw newerError(id, loaded.newer);
    const record = await recordRemoval(backend, { ...endedSession(loaded.state), ...said });
    await backend.removeSession(id);
    return removedEvent(loaded, said.why, record);
  });
}

/** What the repository's journal says of a removal. */
function removedEvent(
  { state, head }: LoadedSession,
  why: string | null,
  record: string | null,
): NewRepositoryEvent {
  return { type: "session_removed", data: { ...sessionAt(state, head), why, record } };
}

/**
 * Records the removal of a session that exists only in another, read-only place. The repository
 * must be locked.
 * @throws `session_active`, `journal_corrupt`
 */
async function removeElsewhere(
  backend: StorageBackend,
  there: StorageBackend,
  id: string,
  said: Pick<RemovalDetails, "why" | "time" | "actor">,
): Promise<NewRepositoryEvent> {
  const loaded = await loadSession(there, id, { replay: true });
  const record = await recordRemoval(backend, { ...endedSession(loaded.state), ...said }, there);
  return removedEvent(loaded, said.why, record);
}

/** What a removal says of a session. @throws `session_active` */
function endedSession(
  { session, name, task, status }: SessionState,
): Pick<RemovalDetails, "session" | "name" | "task" | "status"> {
  if (status !== "active") return { session, name, task, status };
  throw new OrchestratorError(
    "session_active",
    `Cannot remove session "${session}": its workflow is still active`,
    { hint: `Run \`orchestrator session end ${session} --reason "<why>"\`` },
  );
}

/**
 * Records the removal of a session. The repository must be locked.
 * @param from where the session is; default: here.
 * @returns SHA-256 of the record; null where the journal cannot be told.
 */
async function recordRemoval(
  backend: StorageBackend,
  details: RemovalDetails,
  from: StorageBackend = backend,
): Promise<string | null> {
  const { session } = details;
  const copy = await copyOf(from, session);
  if (copy === null) return null;
  const standing = standingRemovals(await readRecords(backend, session));
  const present = standing.find((removal) => isExactly(removal, copy));
  if (present !== undefined) return sha256Hex(present.line);
  const line = removalLine(details, copy);
  await addRecords(backend, session, `${line}\n`);
  return sha256Hex(line);
}

/**
 * Records the restoration of a session, for all removals in effect. The repository must be locked.
 * @returns the removals that were in effect.
 */
export async function recordBringingBack(
  backend: StorageBackend,
  id: string,
  how: BringingBack,
): Promise<readonly StandingRemoval[]> {
  const standing = standingRemovals(await readRecords(backend, id));
  if (standing.length === 0) return [];
  const lines = standing.map(({ line }) => `${broughtBackLine(line, how)}\n`);
  await addRecords(backend, id, ...lines);
  return standing;
}

/**
 * A session in the form that removals are compared with; null when it does not exist or its journal
 * is invalid.
 */
export async function copyOf(backend: StorageBackend, id: string): Promise<SessionCopy | null> {
  const read = await readLines(backend, id);
  if (read === null) return null;
  const lineage = lineageOf(read.all);
  if (lineage === null) return null;
  const feedback: string[] = [];
  for (const key of await backend.listBlobs(`${FOLDERS.sessions}/${id}/feedback/`)) {
    feedback.push(...(await backend.readText(key) ?? "").split("\n").slice(0, -1));
  }
  return { lineage, lines: read.all, feedback };
}

function lineageOf([first = ""]: readonly string[]): string | null {
  const [event] = walkChain([asJournalLine(first)]).events;
  return event !== undefined && "lineage" in event.data && typeof event.data.lineage === "string"
    ? event.data.lineage
    : null;
}

/** Whether a removal is already that of this very copy. */
function isExactly(removal: StandingRemoval, copy: SessionCopy): boolean {
  return removal.seq === copy.lines.length && covers(removal, copy);
}

/**
 * Raises the format of the repository: older programs do not know removal records, nor history
 * files of sessions. `meta.json` is written before the first of them. A `meta.json` that cannot be
 * read is not changed.
 */
export async function raiseFormat(backend: StorageBackend): Promise<void> {
  const text = raisedMeta(await backend.readText(KEYS.meta) ?? "");
  if (text !== null) await backend.writeBlob(KEYS.meta, text);
}

/** The text of a `meta.json` with the newer format; null when it has it. */
function raisedMeta(text: string): string | null {
  let meta: unknown;
  try {
    meta = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return null;
  }
  if (typeof meta !== "object" || meta === null || !("format" in meta)) return null;
  return meta.format === FIRST_FORMAT
    ? JSON.stringify({ ...meta, format: REPOSITORY_FORMAT }, null, 2) + "\n"
    : null;
}
