/**
 * What the repository's journal says of each session: how it came, and how it or a copy of it went.
 * @module
 */
import type { Actor } from "../../workflow/events.ts";
import { isRecord } from "../../workflow/record.ts";
import {
  type ArrivedSession,
  type LogLine,
  type Origin,
  type ReplacedCopy,
  type RepositoryEventType,
  type SessionAt,
  sessionsIn,
} from "./lines.ts";
import { ownChains, type RepositoryLog } from "./read_log.ts";

/** How a session, or one copy of it, went. */
export interface Departure {
  readonly what: "removed" | "replaced" | "missing" | "rolled_back";
  /** What went, as it was. */
  readonly at: SessionAt;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly actor: Actor;
  readonly why: string | null;
  /** Where a replaced copy is kept, relative to the state directory. */
  readonly backup: string | null;
  /** Whether a session of this id is here again. */
  readonly returned: boolean;
}

/** How a session came in from elsewhere. */
export interface Arrival {
  /** The command. */
  readonly how: string;
  readonly from: Origin;
  readonly adopted: boolean;
  /** As it was then. */
  readonly at: SessionAt;
  readonly time: string;
  readonly actor: Actor;
}

/** An arrival as the state.json of the session has it, for whom the journal takes too long to read. */
export interface Arrived extends Arrival {
  /** The copy here whose place it took. */
  readonly replaced?: ReplacedCopy;
}

/** What is known of one session. */
export interface Account {
  readonly departures: readonly Departure[];
  readonly arrivals: readonly Arrival[];
  /** Where the chains of this clone leave it; null when they do not name it. */
  readonly own: "here" | "gone" | null;
  /** As it was when a line last named it. */
  readonly last: SessionAt;
}

/** Accounts by the id of the session. */
export type Ledger = ReadonlyMap<string, Account>;

/** The lines by which sessions come or stay. */
const COMING: ReadonlySet<string> = new Set<RepositoryEventType>([
  "session_started",
  "sessions_imported",
  "sessions_restored",
  "migrated",
  "sessions_found",
  "session_split",
]);

/** The lines by which sessions go. */
const GOING: ReadonlyMap<string, Departure["what"]> = new Map([
  ["session_removed", "removed"],
  ["sessions_missing", "missing"],
  ["rolled_back", "rolled_back"],
]);

/** Adds up the journal. */
export function ledgerOf(log: RepositoryLog): Ledger {
  const own = new Set(ownChains(log).map(({ writer }) => writer));
  const ledger = new Map<string, Account>();
  for (const line of log.lines) {
    const what = GOING.get(line.type);
    if (what === undefined && !COMING.has(line.type)) continue;
    for (const session of sessionsIn(line.data)) {
      const before = ledger.get(session.session) ?? EMPTY;
      const after = what === undefined ? came(before, line, session) : went(before, line, {
        what,
        at: session,
      });
      const place = what === undefined ? "here" as const : "gone" as const;
      ledger.set(session.session, {
        ...after,
        own: own.has(line.writer) ? place : before.own,
        last: session,
      });
    }
  }
  return ledger;
}

const EMPTY: Omit<Account, "last"> = { departures: [], arrivals: [], own: null };

function came(
  before: Omit<Account, "last">,
  line: LogLine,
  session: ArrivedSession,
): Omit<Account, "last"> {
  const departures = before.departures.map((one) => ({ ...one, returned: true }));
  const { replaced } = session;
  if (replaced !== undefined) {
    const { backup, ...at } = replaced;
    departures.push({
      ...stampOf(line),
      what: "replaced",
      at: { ...session, ...at },
      why: null,
      backup,
      returned: true,
    });
  }
  const arrival = arrivalIn(line, session);
  return {
    ...before,
    departures,
    arrivals: arrival === null ? before.arrivals : [...before.arrivals, arrival],
  };
}

function went(
  before: Omit<Account, "last">,
  line: LogLine,
  { what, at }: Pick<Departure, "what" | "at">,
): Omit<Account, "last"> {
  const why = line.data["why"];
  const departure: Departure = {
    ...stampOf(line),
    what,
    at,
    why: typeof why === "string" ? why : null,
    backup: null,
    returned: false,
  };
  const others = before.departures.map((one) => ({ ...one, returned: false }));
  return { ...before, departures: [...others, departure] };
}

function stampOf({ time, actor }: LogLine): Pick<Departure, "time" | "actor"> {
  return { time, actor };
}

function arrivalIn(line: LogLine, at: SessionAt): Arrival | null {
  const { type, data } = line;
  if (type !== "sessions_imported" && type !== "migrated") return null;
  const from = isRecord(data["from"]) ? data["from"] : {};
  const text = (value: unknown) => typeof value === "string" ? value : null;
  return {
    ...stampOf(line),
    how: text(data["how"]) ?? (type === "migrated" ? "migrate" : "import"),
    from: {
      repository: text(from["repository"]),
      made: text(from["made"]),
      tool: text(from["tool"]),
    },
    adopted: data["adopted"] === true,
    at,
  };
}

/** Who a session is, as far as others may have been meant to be it. */
export interface Who {
  readonly session: string | null;
  readonly name: string | null;
  readonly task: string;
}

/**
 * What went that a person may take a session for: earlier copies of it, and sessions of its name or
 * with its task that are not here any more. Oldest first.
 */
export function relatedDepartures(ledger: Ledger, who: Who): readonly Departure[] {
  return [...ledger.values()].flatMap(({ departures }) => departures)
    .filter((one) => isRelated(one, who))
    .sort((left, right) => left.time < right.time ? -1 : left.time > right.time ? 1 : 0);
}

/** Whether what went may be taken for a session. */
export function isRelated({ at }: Pick<Departure, "at">, { session, name, task }: Who): boolean {
  if (at.session === session) return true;
  return (name !== null && at.name === name) || (task !== "" && at.task === task);
}
