/**
 * The records of a session's removals, `removed/<session id>.jsonl`: one JSON object a line.
 *
 * ```json
 * {"v":1,"record":"removed","time":"…","actor":{…},"session":"…","lineage":"…","seq":7,"hash":"…","name":null,"task":"…","status":"completed","why":null,"lines":"…","feedback":"…"}
 * {"v":1,"record":"brought_back","time":"…","actor":{…},"of":"<SHA-256 of the line above>","how":"snapshot import"}
 * ```
 * A session counts as removed while a removal stands that no later line names as brought back. Two
 * copies of the file are merged by joining their lines, so no line ever goes, and one that this
 * program does not know stays.
 *
 * That a session is not there is no removal: only such a line is, and only of what it covers. It
 * carries the beginnings of the hashes of all lines that there were, so that an older copy is told
 * from one that went another way without the removed journal.
 * @module
 */
import { Buffer } from "node:buffer";
import { sha256Hex } from "../platform/hash.ts";
import { lineHash } from "../storage/line_hash.ts";
import type { Actor } from "../workflow/events.ts";
import { isRecord } from "../workflow/record.ts";

/** The format of the lines this program writes, and the newest it understands. */
const REMOVAL_FORMAT = 1;

/** Bytes kept of the hash of each line: an accident does not meet 48 bits. */
const PREFIX = 6;

/** Lines that are told apart, the last ones: the file stays far below what is read of it. */
const MOST_LINES = 8192;

/** One copy of a session, as far as a removal is compared with it. */
export interface SessionCopy {
  readonly lineage: string;
  /** Lines of the journal, without line ends. */
  readonly lines: readonly string[];
  /** Lines of its feedback files. */
  readonly feedback: readonly string[];
}

/** A removal that was recorded. */
export interface Removal {
  readonly session: string;
  readonly lineage: string;
  /** Where the removed journal ended: number of lines, and SHA-256 of the last. */
  readonly seq: number;
  readonly hash: string;
  readonly name: string | null;
  readonly task: string;
  readonly status: string;
  readonly why: string | null;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly actor: Actor;
  /** Beginnings of the hashes of the last lines, base64. */
  readonly lines: string;
  /** The same of every line of feedback. */
  readonly feedback: string;
}

/** What a removal says besides what follows from the copy. */
export type RemovalDetails = Pick<
  Removal,
  "session" | "name" | "task" | "status" | "why" | "time" | "actor"
>;

/** The restoration of a removed session. */
export interface BringingBack {
  /** How: the command, such as `snapshot import`. */
  readonly how: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly actor: Actor;
}

/** The line of a removal. */
export function removalLine(details: RemovalDetails, copy: SessionCopy): string {
  const { session, name, task, status, why, time, actor } = details;
  const last = copy.lines.at(-1);
  if (last === undefined) throw new TypeError("a session has events");
  return JSON.stringify({
    v: REMOVAL_FORMAT,
    record: "removed",
    time,
    actor,
    session,
    lineage: copy.lineage,
    seq: copy.lines.length,
    hash: lineHash(last),
    name,
    task,
    status,
    why,
    lines: prefixes(copy.lines.slice(-MOST_LINES)),
    feedback: prefixes(copy.feedback.slice(-MOST_LINES)),
  });
}

/** The line that restores a session after the removal on another line. */
export function broughtBackLine(removed: string, { how, time, actor }: BringingBack): string {
  return JSON.stringify({
    v: REMOVAL_FORMAT,
    record: "brought_back",
    time,
    actor,
    of: sha256Hex(removed),
    how,
  });
}

/** A removal in effect, with its line. */
export interface StandingRemoval extends Removal {
  readonly line: string;
}

/**
 * The removals of a file that are in effect. None if a newer program has written to it: then this
 * is unknown, and nothing is removed.
 */
export function standingRemovals(text: string): readonly StandingRemoval[] {
  const removals: StandingRemoval[] = [];
  const broughtBack = new Set<unknown>();
  for (const line of recordLines(text)) {
    const record = parseRecord(line);
    if (record === null) continue;
    const { v } = record;
    if (typeof v === "number" && v > REMOVAL_FORMAT) return [];
    if (record["record"] === "brought_back") broughtBack.add(record["of"]);
    else if (isRemoval(record)) removals.push({ ...record, line });
  }
  return removals.filter(({ line }) => !broughtBack.has(sha256Hex(line)));
}

/** Whether a copy contains nothing that the removed one did not contain. */
export function covers(removal: Removal, copy: SessionCopy): boolean {
  const { lineage, seq, hash } = removal;
  const last = copy.lines.at(-1);
  if (last === undefined || copy.lineage !== lineage || copy.lines.length > seq) return false;
  const known = Buffer.from(removal.lines, "base64");
  const end = lineHash(last);
  if (copy.lines.length === seq) {
    if (end !== hash) return false;
  } else {
    const at = known.length - (seq - copy.lines.length + 1) * PREFIX;
    // Too old to compare, or a different line.
    if (at < 0 || known.toString("hex", at, at + PREFIX) !== end.slice(0, PREFIX * 2)) return false;
  }
  const feedback = new Set<string>();
  const kept = Buffer.from(removal.feedback, "base64");
  for (let at = 0; at < kept.length; at += PREFIX) {
    feedback.add(kept.toString("hex", at, at + PREFIX));
  }
  return copy.feedback.every((line) => feedback.has(sha256Hex(line).slice(0, PREFIX * 2)));
}

/** The lines of both texts without duplicates, in an order that does not depend on who merges. */
export function mergeRecords(...texts: readonly string[]): string {
  const times = new Map<string, string>();
  for (const line of texts.flatMap(recordLines)) {
    const time = parseRecord(line)?.["time"];
    times.set(line, typeof time === "string" ? time : "");
  }
  return [...times].sort(([left, at], [right, then]) =>
    at === then ? (left < right ? -1 : 1) : at < then ? -1 : 1
  ).map(([line]) => `${line}\n`).join("");
}

/** Whole lines; a checkout may have given them carriage returns. */
function recordLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1).map((line) => line.replace(/\r$/, ""))
    .filter((line) => line !== "");
}

function prefixes(lines: readonly string[]): string {
  return Buffer.concat(
    lines.map((line) => Buffer.from(lineHash(line).slice(0, PREFIX * 2), "hex")),
  ).toString("base64");
}

function parseRecord(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function isRemoval(record: Readonly<Record<string, unknown>>): record is
  & Readonly<Record<string, unknown>>
  & Removal {
  const text = (name: string) => typeof record[name] === "string";
  return record["record"] === "removed" && typeof record["seq"] === "number" &&
    ["session", "lineage", "hash", "task", "status", "time", "lines", "feedback"].every(text) &&
    (record["name"] === null || text("name")) && (record["why"] === null || text("why")) &&
    typeof record["actor"] === "object" && record["actor"] !== null;
}
