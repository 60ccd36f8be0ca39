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
import { DEPTH_LIMIT } from "../state_layout/limits.ts";
import { type JournalHead, type JournalLine, ORIGIN_HASH } from "../storage/backend.ts";
import { checkJournalLines } from "../storage/keys.ts";
import { type Actor, isHistoryFile, type NewEvent, type SessionEvent } from "../workflow/events.ts";
import { isNestedDeeper } from "./json_limits.ts";
import { readLongLine } from "./long_line.ts";

/** The newest journal format this program knows. */
export const JOURNAL_FORMAT = 2;

/**
 * The format of an event's line: the oldest whose programs do not misread it. Programs of format 1 know
 * no history beside the journal, and no journal that was accepted with lines missing.
 */
function formatOf(event: NewEvent): number {
  if (event.type === "journal_accepted") return 2;
  return event.type === "session_imported" && isHistoryFile(event.data.history) ? 2 : 1;
}

/** What stamping adds to an event. */
export interface Stamp {
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly time: string;
}

/**
 * Stamps events and makes their lines.
 * @param after the head they follow.
 * @returns the stamped events, their lines, and the head behind them (with an empty etag).
 * @throws `too_long` for an event that no reader would take: it is too long, or nested too deeply.
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
      v: formatOf(event),
      seq,
      time: stamp.time,
      type: event.type,
      actor: stamp.actor,
      data: event.data,
      prev: hash,
    });
    if (isNestedDeeper(line, DEPTH_LIMIT)) throw tooDeep(event);
    hash = sha256Hex(line);
    lines.push(line);
    stamped.push({ ...event, seq, time: stamp.time, actor: stamp.actor });
  }
  checkJournalLines(lines);
  return { events: stamped, lines, head: { seq, hash, etag: "" } };
}

function tooDeep(event: NewEvent): OrchestratorError {
  return new OrchestratorError(
    "too_long",
    `Cannot record "${event.type}": its data is nested deeper than ${DEPTH_LIMIT} levels`,
    { hint: "Keep such data in a file and mention the file" },
  );
}

/** The first thing that does not fit in a journal. */
export interface BadLine {
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
  /** True when the line was written by a newer program. */
  readonly tooNew: boolean;
  /** True when it is not an event at all: an incomplete append leaves such lines. */
  readonly garbage?: true;
}

/** Result of walking a chain. */
export interface ChainWalk {
  /** Events before the first bad line. */
  readonly events: readonly SessionEvent[];
  /** Head behind the last good line, with an empty etag. */
  readonly head: JournalHead;
  readonly bad: BadLine | null;
}

/** Reads the lines of a chain one by one, and checks that each follows the one before. Never throws. */
export class ChainReader {
  #seq = 0;
  #hash = ORIGIN_HASH;

  /** Behind the last good line, with an empty etag. */
  get head(): JournalHead {
    return { seq: this.#seq, hash: this.#hash, etag: "" };
  }

  /** The next line's event, or why it does not fit; then it was not taken. */
  next(line: JournalLine): { readonly event: SessionEvent } | { readonly bad: BadLine } {
    const number = this.#seq + 1;
    const read = readRecord(line, number);
    if (!("record" in read)) return { bad: { line: number, ...read } };
    const misfit = misfitOf(read.record, number, this.#hash);
    if (misfit !== null) return { bad: { line: number, ...misfit } };
    this.#seq = number;
    this.#hash = read.hash;
    return { event: toEvent(read.record) };
  }
}

/** Reads lines and checks that each follows the one before. Never throws. */
export function walkChain(lines: readonly JournalLine[]): ChainWalk {
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
      { hint: "Use the newer version of orchestrator that wrote it", details },
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

/** Parses one line without its neighbours; null when it is not an event. */
export function parseEvent(line: string): SessionEvent | null {
  const read = readText(line);
  return "record" in read ? toEvent(read.record) : null;
}

/**
 * The same for line number `seq` of a session's journal.
 * @throws `journal_corrupt`, `format_too_new`
 */
export function requireEvent(session: string, seq: number, line: JournalLine): SessionEvent {
  const read = readRecord(line, seq);
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

/** Why a line is not an event. */
type Unreadable = Omit<BadLine, "line">;

/** An event and the hash of its line. */
interface ReadRecord {
  readonly record: EventRecord;
  readonly hash: string;
}

function unreadable(reason: string, more: Partial<Unreadable> = {}): Unreadable {
  return { reason, tooNew: false, ...more };
}

/** Only the first line may be long: that of an import by 0.1.0. */
function readRecord(line: JournalLine, number: number): ReadRecord | Unreadable {
  if (typeof line === "string") {
    const read = readText(line);
    return "record" in read ? { ...read, hash: sha256Hex(line) } : read;
  }
  if (number > 1) return unreadable("is longer than the limit");
  const long = readLongLine(line);
  if ("reason" in long) return unreadable(long.reason);
  const read = readText(long.text);
  if (!("record" in read)) return read;
  const { record } = read;
  if (record.type !== "session_imported") return unreadable("is longer than the limit");
  const history = { inLine: long.history };
  return { record: { ...record, data: { ...record.data, history } }, hash: long.hash };
}

function readText(line: string): { readonly record: EventRecord } | Unreadable {
  if (isNestedDeeper(line, DEPTH_LIMIT)) {
    return unreadable(`is nested deeper than ${DEPTH_LIMIT} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return unreadable("is not JSON", { garbage: true });
  }
  if (
    typeof value === "object" && value !== null && "v" in value && typeof value.v === "number" &&
    value.v > JOURNAL_FORMAT
  ) {
    return unreadable(
      `has format ${value.v}, and this program supports formats up to ${JOURNAL_FORMAT}`,
      { tooNew: true },
    );
  }
  return isEventRecord(value)
    ? { record: value }
    : unreadable("is not an event", typeof value === "object" ? {} : { garbage: true });
}

/** Why an event does not follow the one before; null when it does. */
function misfitOf(record: EventRecord, seq: number, prev: string): Unreadable | null {
  if (record.seq !== seq) return unreadable(`has seq ${record.seq} (expected ${seq})`);
  if (record.prev === prev) return null;
  return unreadable(
    seq === 1
      ? "is not the start of a journal"
      : `does not follow line ${seq - 1}: one of them was changed`,
  );
}

function isEventRecord(value: unknown): value is EventRecord {
  if (typeof value !== "object" || value === null) return false;
  const record = value as Partial<Record<keyof EventRecord, unknown>>;
  return (record.v === 1 || record.v === 2) && Number.isSafeInteger(record.seq) &&
    typeof record.time === "string" && typeof record.type === "string" &&
    typeof record.actor === "object" && record.actor !== null &&
    typeof record.data === "object" && record.data !== null && typeof record.prev === "string";
}

function toEvent(record: EventRecord): SessionEvent {
  const { seq, time, type, actor, data } = record;
  return { type, data, seq, time, actor } as SessionEvent;
}
