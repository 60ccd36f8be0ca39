/**
 * The lines of the repository's journal: what happens to sessions as wholes. Each writer, which is a
 * clone on a machine, has a chain of its own, `log/<writer>.jsonl`.
 *
 * ```json
 * {"v":1,"seq":3,"time":"…","type":"session_removed","actor":{…},"data":{…},"seen":{"<writer>":{"seq":7,"hash":"…"}},"prev":"<SHA-256 of line 2>"}
 * ```
 * `prev` chains the lines as in the journal of a session. `seen` names the ends of the chains of other
 * writers that were here when the line was written, as far as no line before names them: what goes
 * missing from one file is known from the others.
 *
 * The journal records that something happened, in which order. `removed/<session>.jsonl` is what a push
 * or a pull consults to tell an older copy of a removed session from one that went on; a line of a
 * removal names the hash of its record there.
 * @module
 */
import { sha256Hex } from "../../platform/hash.ts";
import { DEPTH_LIMIT, LINE_LIMIT } from "../../state_layout/limits.ts";
import { SESSION_ID } from "../../state_layout/names.ts";
import { ORIGIN_HASH } from "../../storage/backend.ts";
import type { Actor } from "../../workflow/events.ts";
import { isRecord } from "../../workflow/record.ts";
import { isNestedDeeper } from "../json_limits.ts";

/** The newest format of a line that this program knows, and the one that it writes. */
const REPOSITORY_LOG_FORMAT = 1;

/** The end of a chain: number of lines, and SHA-256 of the last. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** A session as it was at a moment. */
export interface SessionAt extends ChainHead {
  readonly session: string;
  readonly name: string | null;
  readonly task: string;
  readonly status: string;
  /** Items completed or skipped, of how many. */
  readonly done: number;
  readonly total: number;
}

/** Another copy of a session, whose place a copy took. */
export interface ReplacedCopy extends Omit<SessionAt, "session" | "name" | "task"> {
  /** Where it is kept, relative to the state directory; null when it is not. */
  readonly backup: string | null;
}

/** A session that came in. */
export interface ArrivedSession extends SessionAt {
  /** The copy here whose place it took. */
  readonly replaced?: ReplacedCopy;
}

/** Where sessions came from. */
export interface Origin {
  /** The repository that the snapshot or the state is of: its id, or an address without credentials. */
  readonly repository: string | null;
  /** When the snapshot was made, RFC 3339 UTC; or what else tells the source apart. */
  readonly made: string | null;
  readonly tool: string | null;
}

/** Every type of line with its data. */
export interface RepositoryEventData {
  /** Always the first line of a chain. */
  readonly opened: {
    readonly repository: string | null;
    readonly tool: string;
    /** The chain that this clone wrote before, and why it does not go on. */
    readonly previous:
      | ChainHead & { readonly writer: string; readonly why: PreviousEnd }
      | null;
  };
  /** A session began here. */
  readonly session_started: SessionAt;
  /** A session was removed here. */
  readonly session_removed: SessionAt & {
    readonly why: string | null;
    /** SHA-256 of the record in `removed/`; null where there is none. */
    readonly record: string | null;
  };
  /** Sessions came from a snapshot or another clone. */
  readonly sessions_imported: {
    /** The command. */
    readonly how: string;
    readonly from: Origin;
    /** The import was asked for although the state is another repository's. */
    readonly adopted?: true;
    readonly operation: string;
    readonly sessions: readonly ArrivedSession[];
  };
  /** Sessions that were removed or older here and count again, by a command or because they went on. */
  readonly sessions_restored: { readonly how: string; readonly sessions: readonly SessionAt[] };
  /** Both copies of a session that went two ways are kept; one got an id of its own. */
  readonly session_split: SessionAt & { readonly into: string; readonly how: string };
  /** Sessions were made of the old tool's files. */
  readonly migrated: {
    readonly operation: string;
    readonly sessions: readonly ArrivedSession[];
  };
  /** A migration was taken back. */
  readonly rolled_back: {
    readonly operation: string;
    /** Sessions that went. */
    readonly sessions: readonly SessionAt[];
  };
  /** The repository went from normal to portable mode, or back. */
  readonly mode_changed: { readonly from: string; readonly to: string };
  /** Sessions that are here although no line says how they came. */
  readonly sessions_found: {
    /** True where there was no journal of the repository before. */
    readonly first: boolean;
    readonly sessions: readonly SessionAt[];
  };
  /** Sessions that were here, and are gone without a removal. */
  readonly sessions_missing: { readonly sessions: readonly SessionAt[] };
}

/** Why a clone begins another chain. */
export type PreviousEnd =
  /** Its file lacks lines that it wrote, or they were changed. */
  | "shortened"
  /** It has lines here or elsewhere that this clone did not write: another copy of the clone did. */
  | "continued elsewhere"
  /** It cannot be continued: damaged, of a newer format, or full. */
  | "unusable";

/** The name of a line's type. */
export type RepositoryEventType = keyof RepositoryEventData;

/** A line as it is asked for. */
export type NewRepositoryEvent = {
  readonly [Type in RepositoryEventType]: {
    readonly type: Type;
    readonly data: RepositoryEventData[Type];
  };
}[RepositoryEventType];

/** When and by whom. */
export interface LineStamp {
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly actor: Actor;
}

/** A line that was read. */
export interface LogLine extends LineStamp, ChainHead {
  readonly writer: string;
  /** One of {@link RepositoryEventType}, or one that a newer program wrote. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly seen: ReadonlyMap<string, ChainHead>;
}

/** A chain as far as it can be followed. */
export interface Chain {
  readonly writer: string;
  readonly lines: readonly LogLine[];
  /** Behind the last line that follows. */
  readonly head: ChainHead;
  /** The first line that does not follow; null when all do. */
  readonly bad: {
    readonly line: number;
    readonly reason: string;
    readonly tooNew: boolean;
  } | null;
}

/** Makes the line that follows. */
export function encodeLine(
  { type, data }: { readonly type: string; readonly data: object },
  after: ChainHead,
  stamp: LineStamp,
  seen: ReadonlyMap<string, ChainHead> = new Map(),
): { readonly text: string; readonly head: ChainHead } {
  const seq = after.seq + 1;
  const text = JSON.stringify({
    v: REPOSITORY_LOG_FORMAT,
    seq,
    time: stamp.time,
    type,
    actor: stamp.actor,
    data,
    ...(seen.size === 0 ? {} : { seen: Object.fromEntries(seen) }),
    prev: after.hash,
  });
  return { text, head: { seq, hash: sha256Hex(text) } };
}

/** The beginning of every chain. */
export const CHAIN_START: ChainHead = { seq: 0, hash: ORIGIN_HASH };

/** The name of a writer. */
const WRITER = /^[a-z2-7]{13,26}$/;

/** Whether a text can be the name of a writer. */
export function isWriter(text: unknown): text is string {
  return typeof text === "string" && WRITER.test(text);
}

/** Reads a chain. What stands behind its last line feed was never acknowledged. Never throws. */
export function readChain(writer: string, text: string): Chain {
  const lines: LogLine[] = [];
  let head = CHAIN_START;
  for (const raw of text.split("\n").slice(0, -1)) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const read = readLine(line, writer, head);
    if ("reason" in read) return { writer, lines, head, bad: { line: head.seq + 1, ...read } };
    lines.push(read);
    head = { seq: read.seq, hash: read.hash };
  }
  return { writer, lines, head, bad: null };
}

interface Misfit {
  readonly reason: string;
  readonly tooNew: boolean;
}

function readLine(text: string, writer: string, after: ChainHead): LogLine | Misfit {
  const bad = (reason: string, tooNew = false): Misfit => ({ reason, tooNew });
  if (text.length > LINE_LIMIT) return bad("is longer than the limit");
  if (isNestedDeeper(text, DEPTH_LIMIT)) return bad(`is nested deeper than ${DEPTH_LIMIT} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad("is not JSON");
  }
  if (!isRecord(value)) return bad("is not an event");
  const { v, seq, time, type, actor, data, seen, prev } = value;
  if (typeof v === "number" && v > REPOSITORY_LOG_FORMAT) {
    return bad(
      `has format ${v}, and this program supports formats up to ${REPOSITORY_LOG_FORMAT}`,
      true,
    );
  }
  if (
    v !== REPOSITORY_LOG_FORMAT || typeof time !== "string" || Number.isNaN(Date.parse(time)) ||
    typeof type !== "string" || !isActor(actor) || !isRecord(data)
  ) return bad("is not an event");
  if (seq !== after.seq + 1) return bad(`has seq ${String(seq)} (expected ${after.seq + 1})`);
  if (prev !== after.hash) {
    return bad(
      after.seq === 0
        ? "is not the start of a journal"
        : `does not follow line ${after.seq}: one of them was changed`,
    );
  }
  const hash = sha256Hex(text);
  return { writer, seq: after.seq + 1, hash, time, type, actor, data, seen: headsOf(seen) };
}

/** Whether a value says who did something. */
function isActor(value: unknown): value is Actor {
  if (!isRecord(value) || typeof value["name"] !== "string") return false;
  const { kind, agent, instance } = value;
  return (kind === "person" || kind === "agent" || kind === "ci") &&
    (agent === undefined || typeof agent === "string") &&
    (instance === undefined || typeof instance === "string");
}

/** Heads by writer, as far as they are any. */
function headsOf(value: unknown): ReadonlyMap<string, ChainHead> {
  const heads = new Map<string, ChainHead>();
  if (!isRecord(value)) return heads;
  for (const [writer, head] of Object.entries(value)) {
    const read = headOf(head);
    if (isWriter(writer) && read !== null) heads.set(writer, read);
  }
  return heads;
}

/** A head; null for anything else. */
export function headOf(value: unknown): ChainHead | null {
  if (!isRecord(value)) return null;
  const { seq, hash } = value;
  return typeof seq === "number" && Number.isSafeInteger(seq) && seq >= 0 &&
      typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash)
    ? { seq, hash }
    : null;
}

/** Sessions that the data of a line names, as far as they are any. */
export function sessionsIn(data: Readonly<Record<string, unknown>>): readonly ArrivedSession[] {
  const list = Array.isArray(data["sessions"]) ? data["sessions"] : [data];
  return list.flatMap((value) => {
    const session = sessionAt(value);
    if (session === null || !isRecord(value)) return [];
    const replaced = replacedCopy(value["replaced"]);
    return [replaced === null ? session : { ...session, replaced }];
  });
}

function sessionAt(value: unknown): SessionAt | null {
  const head = headOf(value);
  if (head === null || !isRecord(value)) return null;
  const { session, name, task, status, done, total } = value;
  if (typeof session !== "string" || !SESSION_ID.test(session)) return null;
  return {
    session,
    name: typeof name === "string" ? name : null,
    task: typeof task === "string" ? task : "",
    status: typeof status === "string" ? status : "unknown",
    ...head,
    done: numberOf(done),
    total: numberOf(total),
  };
}

function replacedCopy(value: unknown): ReplacedCopy | null {
  const head = headOf(value);
  if (head === null || !isRecord(value)) return null;
  const { status, done, total, backup } = value;
  return {
    ...head,
    status: typeof status === "string" ? status : "unknown",
    done: numberOf(done),
    total: numberOf(total),
    backup: typeof backup === "string" ? backup : null,
  };
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
