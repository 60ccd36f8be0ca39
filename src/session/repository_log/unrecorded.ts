/**
 * What became of sessions without a line in the repository's journal: a process died before it wrote
 * one, an earlier version made them, or they were copied in or deleted by hand.
 * @module
 */
import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import { standingRemovals } from "../removal.ts";
import { type Account, ledgerOf } from "./ledger.ts";
import { type LineStamp, type NewRepositoryEvent, type SessionAt, sessionsIn } from "./lines.ts";
import type { RepositoryLog } from "./read_log.ts";
import { briefSessionAt, readSessionAt } from "./session_at.ts";

/** An event to be recorded besides those that were asked for. */
export interface Unrecorded {
  readonly event: NewRepositoryEvent;
  /** Who did it and when, where that is known. */
  readonly stamp?: LineStamp;
}

/** So many sessions are named in one line. */
const MOST_NAMED = 500;

/** Of so many is read how far they are. */
const MOST_READ = 200;

/**
 * Compares the journal with what is here.
 * @param now.events what is about to be recorded.
 * @param now.remembered sessions that are remembered outside of the backend, and are not here.
 * @param now.isPortable then sessions come and go with git's checkouts, and none is missing.
 */
export async function unrecorded(
  backend: StorageBackend,
  log: RepositoryLog,
  { events, isPortable, remembered = [] }: {
    readonly events: readonly NewRepositoryEvent[];
    readonly isPortable: boolean;
    readonly remembered?: readonly SessionAt[];
  },
): Promise<readonly Unrecorded[]> {
  const ledger = ledgerOf(log);
  const named = new Set(events.flatMap(namedIn));
  // One that comes in as a new one was not here.
  const absent = new Set(events.flatMap(newIn));
  const here = new Set(await backend.sessions());
  const gone = [...ledger].filter(([id, { own }]) =>
    own === "here" && (absent.has(id) || (!here.has(id) && !named.has(id)))
  );
  const lost = remembered.filter(({ session }) => !ledger.has(session) && !named.has(session))
    .map(({ session, name, task, status, seq, hash, done, total }) =>
      [session, { session, name, task, status, seq, hash, done, total }] as const
    );
  const found = [...here].filter((id) => !named.has(id) && isNews(ledger.get(id))).sort();
  return [
    ...await goneEvents(backend, [
      ...gone.map(([id, { last }]) => [id, last] as const),
      ...lost,
    ], isPortable),
    ...await foundEvents(backend, found, log.chains.size === 0),
  ];
}

/** Whether it is news that a session is here. */
function isNews(account: Account | undefined): boolean {
  return account === undefined || account.own === "gone";
}

function namedIn(event: NewRepositoryEvent): readonly string[] {
  const ids = sessionsIn({ ...event.data }).map(({ session }) => session);
  return event.type === "session_split" ? [...ids, event.data.into] : ids;
}

function newIn({ type, data }: NewRepositoryEvent): readonly string[] {
  if (type !== "sessions_imported" && type !== "migrated") return [];
  return data.sessions.filter(({ replaced }) => replaced === undefined)
    .map(({ session }) => session);
}

async function goneEvents(
  backend: StorageBackend,
  gone: readonly (readonly [string, SessionAt])[],
  isPortable: boolean,
): Promise<readonly Unrecorded[]> {
  const events: Unrecorded[] = [];
  const missing: SessionAt[] = [];
  for (const [id, last] of gone) {
    const removals = standingRemovals(await backend.readText(KEYS.removed(id)) ?? "");
    for (const { session, name, task, status, seq, hash, why, time, actor, line } of removals) {
      const { done, total } = last;
      const at = { session, name, task, status, seq, hash, done, total };
      events.push({
        event: { type: "session_removed", data: { ...at, why, record: sha256Hex(line) } },
        stamp: { time, actor },
      });
    }
    if (removals.length === 0 && !isPortable) missing.push(last);
  }
  const lines = portions(missing).map((sessions): Unrecorded => ({
    event: { type: "sessions_missing", data: { sessions } },
  }));
  return [...events, ...lines];
}

async function foundEvents(
  backend: StorageBackend,
  ids: readonly string[],
  first: boolean,
): Promise<readonly Unrecorded[]> {
  const sessions: SessionAt[] = [];
  for (const [index, id] of ids.entries()) {
    const read = index < MOST_READ ? readSessionAt : briefSessionAt;
    sessions.push(await read(backend, id));
  }
  return portions(sessions).map((sessions) => ({
    event: { type: "sessions_found", data: { first, sessions } },
  }));
}

function portions(sessions: readonly SessionAt[]): readonly (readonly SessionAt[])[] {
  const lists: (readonly SessionAt[])[] = [];
  for (let at = 0; at < sessions.length; at += MOST_NAMED) {
    lists.push(sessions.slice(at, at + MOST_NAMED));
  }
  return lists;
}
