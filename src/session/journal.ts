/**
 * The journal's lines: one event each, chained by hash.
 *
 * ```json
 * {"v":2,"seq":7,"time":"2026-01-31T09:30:00.000Z","type":"note_added","actor":{…},"data":{…},"rules":1,"state":"1:<digest of the state it led to>","prev":"<sha-256 of line 6>"}
 * ```
 * Lines from before `rules` and `state` were recorded are valid before the first line that has them, and
 * never behind it: taking them away from a line must not make it trusted.
 *
 * Lines are written once, so fields that a newer program added stay. The one exception are lines from
 * which a text was taken out (`redactions.ts`): those have format 3, a marker in place of the text, and
 * `original` behind `prev`, the hash of the line as it was. It stands for the line in the chain.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { DEPTH_LIMIT } from "../state_layout/limits.ts";
import { type JournalHead, type JournalLine, ORIGIN_HASH } from "../storage/backend.ts";
import { checkJournalLines } from "../storage/keys.ts";
import { lineHash, originalHash } from "../storage/line_hash.ts";
import {
  type Actor,
  isEventType,
  isHistoryFile,
  type NewEvent,
  type SessionEvent,
} from "../workflow/events.ts";
import { evolve } from "../workflow/evolve.ts";
import { knownProjection, StateDigests } from "../workflow/projection.ts";
import { RULES } from "../workflow/rules.ts";
import type { SessionState } from "../workflow/state.ts";
import { redactedFields } from "../workflow/text_fields.ts";
import { isNestedDeeper } from "./json_limits.ts";
import { readLongLine } from "./long_line.ts";
import { Redactions, type UndoneRedaction } from "./redactions.ts";

/** The newest journal format this program knows. */
export const JOURNAL_FORMAT = 3;

/** The format of new lines. */
const LINE_FORMAT = 2;

/** That of lines from which texts were taken out since. */
export const REDACTED_FORMAT = 3;

/** What stamping adds to an event. */
export interface Stamp {
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly time: string;
}

/** Where events are added. */
export interface Position {
  /** Null before the first event. */
  readonly state: SessionState | null;
  readonly head: JournalHead;
}

/**
 * Stamps events and makes their lines.
 * @param after what they follow.
 * @returns the stamped events, their lines, the state they lead to, and the head behind them (with an
 * empty etag).
 * @throws `too_long` for an event that no reader would take: it is too long, or nested too deeply; what
 * `evolve()` throws for data that leads to no state.
 */
export function encodeEvents(
  events: readonly NewEvent[],
  after: Position,
  stamp: Stamp,
): Position & {
  readonly events: readonly SessionEvent[];
  readonly lines: readonly string[];
} {
  const stamped: SessionEvent[] = [];
  const lines: string[] = [];
  const digests = stateDigests();
  let { state, head: { seq, hash } } = after;
  for (const event of events) {
    seq += 1;
    const made = { ...event, seq, time: stamp.time, actor: stamp.actor, rules: RULES };
    state = evolve(state, made);
    const digest = digests.digest(state);
    const line = JSON.stringify({
      v: LINE_FORMAT,
      seq,
      time: stamp.time,
      type: event.type,
      actor: stamp.actor,
      data: event.data,
      rules: RULES,
      state: digest,
      prev: hash,
    });
    if (isNestedDeeper(line, DEPTH_LIMIT)) throw tooDeep(event);
    hash = sha256Hex(line);
    lines.push(line);
    stamped.push({ ...made, state: digest });
  }
  checkJournalLines(lines);
  return { events: stamped, lines, state, head: { seq, hash, etag: "" } };
}

/** Makes digests of states as lines record them. */
export function stateDigests(): StateDigests {
  return new StateDigests(sha256Hex);
}

/**
 * What of an event this program does not know, as a clause; null when it knows all of it. Then what the
 * event means is a guess: nothing is compared with the state behind it, and nothing is written.
 */
export function unknownIn({ type, rules, state }: SessionEvent): string | null {
  if (rules !== undefined && rules > RULES) {
    return `was decided by rules ${rules}, and this program knows rules up to ${RULES}`;
  }
  if (!isEventType(type)) return `is an event of a type that this program does not know: "${type}"`;
  return state === undefined || knownProjection(state) !== null
    ? null
    : `has a digest of a kind that this program does not know`;
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
  /** The first line that names its rules. */
  #audited: number | null = null;
  readonly #redactions = new Redactions();

  /** Behind the last good line, with an empty etag. */
  get head(): JournalHead {
    return { seq: this.#seq, hash: this.#hash, etag: "" };
  }

  /** The next line's event with the value that was read, or why it does not fit; then it was not taken. */
  next(
    line: JournalLine,
  ): { readonly event: SessionEvent; readonly value: object } | { readonly bad: BadLine } {
    const number = this.#seq + 1;
    const read = readRecord(line, number);
    if (!("record" in read)) return { bad: { line: number, ...read } };
    const { record } = read;
    const event = toEvent(record);
    const misfit = misfitOf(record, number, this.#hash) ?? this.#downgrade(record) ??
      this.#redactions.take(event, line);
    if (misfit !== null) return { bad: { line: number, ...misfit } };
    this.#seq = number;
    this.#hash = read.hash;
    if (record.rules !== undefined) this.#audited ??= number;
    return { event, value: record };
  }

  /** What is wrong with redacted lines: only known behind the last line. */
  end(): BadLine | null {
    return this.#redactions.unnamed;
  }

  /** Redactions that not all lines they name show. */
  get undone(): readonly UndoneRedaction[] {
    return this.#redactions.undone;
  }

  /** A line that does not say what it led to has no place behind one that does. */
  #downgrade({ rules }: EventRecord): Unreadable | null {
    if (rules !== undefined || this.#audited === null) return null;
    return unreadable(
      `does not record the rules and the state it led to, as lines do since line ${this.#audited}`,
    );
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
  return { events, head: chain.head, bad: chain.end() };
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
  readonly rules?: number;
  readonly state?: string;
  readonly prev: string;
  readonly original?: string;
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
    if (!("record" in read)) return read;
    if (read.record.original === (originalHash(line) ?? undefined)) {
      return { ...read, hash: lineHash(line) };
    }
    return unreadable("is not written as redacted lines are");
  }
  if (number > 1) return unreadable("is longer than the limit");
  const long = readLongLine(line);
  if ("reason" in long) return unreadable(long.reason);
  const read = readText(long.text);
  if (!("record" in read)) return read;
  const { record } = read;
  if (record.type !== "session_imported" || record.v === REDACTED_FORMAT) {
    return unreadable("is longer than the limit");
  }
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
  return Number.isSafeInteger(record.seq) &&
    typeof record.time === "string" && typeof record.type === "string" &&
    typeof record.actor === "object" && record.actor !== null &&
    typeof record.data === "object" && record.data !== null && typeof record.prev === "string" &&
    hasFormat(record as EventRecord);
}

/** Whether a line has what its format needs. */
function hasFormat({ v, type, data, rules, state, original }: EventRecord): boolean {
  if ((v === REDACTED_FORMAT) !== (original !== undefined)) return false;
  if (v === REDACTED_FORMAT && redactedFields({ type, data }).length === 0) return false;
  if ((v === LINE_FORMAT || v === REDACTED_FORMAT) && rules !== undefined) {
    return Number.isSafeInteger(rules) && rules > 0 && typeof state === "string";
  }
  // Fields of a newer format have no meaning in an older one.
  if (rules !== undefined || state !== undefined) return false;
  return v === 1 || v === REDACTED_FORMAT || (v === LINE_FORMAT && isOlder2(type, data));
}

/** What had format 2 before rules and states were recorded: what programs of format 1 misread. */
function isOlder2(type: string, data: object): boolean {
  if (type === "journal_accepted") return true;
  return type === "session_imported" && "history" in data && isHistoryFile(data.history);
}

function toEvent(record: EventRecord): SessionEvent {
  const { seq, time, type, actor, data, rules, state, original } = record;
  const audit = rules === undefined ? {} : { rules, state };
  const redacted = original === undefined ? {} : { original };
  return { type, data, seq, time, actor, ...audit, ...redacted } as SessionEvent;
}
