/**
 * The journal's lines: one event each, chained by hash.
 *
 * ```json
 * {"v":1,"seq":7,"time":"2026-01-31T09:30:00.000Z","type":"note_added","actor":{…},"data":{…},"prev":"<sha-256 of line 6>"}
 * ```
 * Lines are written once and never rewritten, so fields that a newer program added stay.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { type JournalHead, ORIGIN_HASH } from "../storage/backend.ts";
import type { Actor, NewEvent, SessionEvent } from "../workflow/events.ts";

/** The journal format this program writes, and the newest it reads. */
export const JOURNAL_FORMAT = 1;

/** What stamping adds to an event. */
export interface Stamp {
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly time: string;
}

/**
 * Stamps events and makes their lines.
 * @param after the head they follow.
 * @returns the stamped events, their lines, and the head behind them (with an empty mark).
 */
export function encodeEvents(
  events: readonly NewEvent[],
  after: JournalHead,
  stamp: Stamp,
): {
  readonly events: readonly SessionEvent[];
  readonly lines: readonly string[];
  readonly head: JournalHead;
} {
  const stamped: SessionEvent[] = [];
  const lines: string[] = [];
  let { seq, hash } = after;
  for (const event of events) {
    seq += 1;
    const line = JSON.stringify({
      v: JOURNAL_FORMAT,
      seq,
      time: stamp.time,
      type: event.type,
      actor: stamp.actor,
      data: event.data,
      prev: hash,
    });
    hash = sha256Hex(line);
    lines.push(line);
    stamped.push({ ...event, seq, time: stamp.time, actor: stamp.actor });
  }
  return { events: stamped, lines, head: { seq, hash, mark: "" } };
}

/** The first thing that does not fit in a journal. */
export interface BadLine {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
  /** True when the line was written by a newer program. */
  readonly tooNew: boolean;
}

/** Result of walking a chain. */
export interface ChainWalk {
  /** Events before the first bad line. */
  readonly events: readonly SessionEvent[];
  /** Head behind the last good line, with an empty mark. */
  readonly head: JournalHead;
  readonly bad: BadLine | null;
}

/** Reads the lines of a chain one by one, and checks that each follows the one before. Never throws. */
export class ChainReader {
  #seq = 0;
  #hash = ORIGIN_HASH;

  /** Behind the last good line, with an empty mark. */
  get head(): JournalHead {
    return { seq: this.#seq, hash: this.#hash, mark: "" };
  }

  /** The next line's event, or why it does not fit; then it was not taken. */
  next(line: string): { readonly event: SessionEvent } | { readonly bad: BadLine } {
    const parsed = parseLine(line, this.#seq + 1, this.#hash);
    if ("reason" in parsed) return { bad: { line: this.#seq + 1, ...parsed } };
    this.#seq += 1;
    this.#hash = sha256Hex(line);
    return parsed;
  }
}

/** Reads lines and checks that each follows the one before. Never throws. */
export function walkChain(lines: readonly string[]): ChainWalk {
  const events: SessionEvent[] = [];
  const chain = new ChainReader();
  for (const line of lines) {
    const next = chain.next(line);
    if ("bad" in next) return { events, head: chain.head, bad: next.bad };
    events.push(next.event);
  }
  return { events, head: chain.head, bad: null };
}

/** Turns a bad line into the error that names it. */
export function chainError(session: string, bad: BadLine, cause?: unknown): OrchestratorError {
  const details = { session, line: bad.line, reason: bad.reason };
  if (bad.tooNew) {
    return new OrchestratorError(
      "format_too_new",
      `Cannot read session "${session}": line ${bad.line} of its journal ${bad.reason}`,
      { hint: "Use the newer orchestrator that wrote it", details },
    );
  }
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot trust session "${session}": line ${bad.line} of its journal ${bad.reason}`,
    {
      hint: `Run \`orchestrator log verify --session ${session}\``,
      details,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/** Parses one line without looking at its neighbours; null when it is no event. */
export function parseEvent(line: string): SessionEvent | null {
  const read = readRecord(line);
  return "record" in read ? toEvent(read.record) : null;
}

/**
 * The same for line number `seq` of a session's journal.
 * @throws `journal_corrupt`, `format_too_new`
 */
export function requireEvent(session: string, seq: number, line: string): SessionEvent {
  const read = readRecord(line);
  if ("record" in read) return toEvent(read.record);
  throw chainError(session, { line: seq, ...read });
}

interface EventRecord {
  readonly v: number;
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  readonly actor: Actor;
  readonly data: object;
  readonly prev: string;
}

/** Why a line is no event. */
type Unreadable = Pick<BadLine, "reason" | "tooNew">;

function readRecord(line: string): { readonly record: EventRecord } | Unreadable {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { reason: "is not JSON", tooNew: false };
  }
  if (
    typeof value === "object" && value !== null && "v" in value && typeof value.v === "number" &&
    value.v > JOURNAL_FORMAT
  ) {
    return {
      reason: `has format ${value.v}, newer than ${JOURNAL_FORMAT}, the newest this program knows`,
      tooNew: true,
    };
  }
  return isEventRecord(value) ? { record: value } : { reason: "is not an event", tooNew: false };
}

function parseLine(
  line: string,
  seq: number,
  prev: string,
): { readonly event: SessionEvent } | Unreadable {
  const read = readRecord(line);
  if (!("record" in read)) return read;
  const { record } = read;
  if (record.seq !== seq) {
    return { reason: `has seq ${record.seq} where ${seq} belongs`, tooNew: false };
  }
  if (record.prev !== prev) {
    return {
      reason: seq === 1
        ? "does not begin a chain"
        : `does not fit line ${seq - 1}: one of the two was changed`,
      tooNew: false,
    };
  }
  return { event: toEvent(record) };
}

function isEventRecord(value: unknown): value is EventRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof EventRecord, unknown>>;
  return record.v === JOURNAL_FORMAT && Number.isSafeInteger(record.seq) &&
    typeof record.time === "string" && typeof record.type === "string" &&
    typeof record.actor === "object" && record.actor !== null &&
    typeof record.data === "object" && record.data !== null && typeof record.prev === "string";
}

function toEvent(record: EventRecord): SessionEvent {
  const { seq, time, type, actor, data } = record;
  return { type, data, seq, time, actor } as SessionEvent;
}
