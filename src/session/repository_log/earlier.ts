/**
 * What the repository's journal, and the records of removals from before there was one, say of sessions
 * that went and that another may be taken for.
 * @module
 */
import { FOLDERS, KEYS, SESSION_ID } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import type { EarlierSession, Recent } from "../../workflow/state.ts";
import { standingRemovals } from "../removal.ts";
import {
  type Arrival,
  type Departure,
  isRelated,
  type Ledger,
  ledgerOf,
  relatedDepartures,
  type Who,
} from "./ledger.ts";
import { readRepositoryLog } from "./read_log.ts";

/** So many are kept in the first event of a session. */
const MOST_KEPT = 5;

/** What a new session is to say of those before it; null where there is nothing. */
export async function earlierSessions(
  backend: StorageBackend,
  who: Who,
): Promise<Recent<EarlierSession> | null> {
  const { earlier: all } = await accountOf(backend, who);
  if (all.length === 0) return null;
  return { count: all.length, recent: all.slice(-MOST_KEPT).map(earlierSession) };
}

/** A departure as the state of a session has it. */
export function earlierSession({ what, at, time, actor, why }: Departure): EarlierSession {
  const { session, name, task, status, seq, hash, done, total } = at;
  return { what, session, name, task, status, seq, hash, done, total, time, by: actor, why };
}

/** What the journal says of one session. */
export interface SessionAccount {
  readonly arrivals: readonly Arrival[];
  readonly earlier: readonly Departure[];
}

/** What the journal says of a session, and of others that it may be taken for. */
export async function accountOf(backend: StorageBackend, who: Who): Promise<SessionAccount> {
  const ledger = ledgerOf(await readRepositoryLog(backend));
  const old = (await unloggedRemovals(backend, ledger)).filter((one) => isRelated(one, who));
  return {
    arrivals: ledger.get(who.session ?? "")?.arrivals ?? [],
    earlier: inTime([...old, ...relatedDepartures(ledger, who)]),
  };
}

/** All sessions that were removed or are missing, oldest first. */
export async function allDepartures(backend: StorageBackend): Promise<readonly Departure[]> {
  const ledger = ledgerOf(await readRepositoryLog(backend));
  const logged = [...ledger.values()].flatMap(({ departures }) => departures);
  return inTime([...await unloggedRemovals(backend, ledger), ...logged]);
}

function inTime(departures: readonly Departure[]): readonly Departure[] {
  return departures.toSorted((left, right) =>
    left.time < right.time ? -1 : left.time > right.time ? 1 : 0
  );
}

/** Removals in effect that no line of the journal names: an earlier version recorded them. */
async function unloggedRemovals(
  backend: StorageBackend,
  ledger: Ledger,
): Promise<readonly Departure[]> {
  const found: Departure[] = [];
  for (const key of await backend.listBlobs(`${FOLDERS.removed}/`)) {
    const id = key.slice(FOLDERS.removed.length + 1, -".jsonl".length);
    if (!SESSION_ID.test(id) || KEYS.removed(id) !== key) continue;
    if (ledger.get(id)?.departures.some(({ what }) => what === "removed") === true) continue;
    for (const removal of standingRemovals(await backend.readText(key) ?? "")) {
      const { session, name, task, status, seq, hash, why, time, actor } = removal;
      found.push({
        what: "removed",
        at: { session, name, task, status, seq, hash, done: 0, total: 0 },
        time,
        actor,
        why,
        backup: null,
        returned: false,
      });
    }
  }
  return found;
}
