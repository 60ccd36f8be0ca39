/**
 * Reads the old event log: JSON lines, one file for all workflows of a repository until each session
 * got its own.
 *
 * The old reader dropped lines whose event type it did not know and only ever looked at the newest
 * hundred. Here every line is kept; what is no event is reported with its line number.
 * @module
 */
import { isRecord } from "../workflow/record.ts";
import { JsonSyntaxError, parseJson, toPlain } from "./python_json.ts";
import { type Fields, fieldsField, textField } from "./values.ts";

/** One event of the old log. */
export interface LegacyLogEntry {
  /** From 1. */
  readonly line: number;
  /** As written; `""` when absent. */
  readonly timestamp: string;
  /** As written, known or not. */
  readonly eventType: string;
  readonly workflowId: string | null;
  readonly phaseId: string | null;
  readonly itemId: string | null;
  readonly message: string;
  readonly details: Fields;
  /** `system` or `human`; the latter only means that an approval command was run. */
  readonly actor: string;
  /** The whole line. */
  readonly raw: Fields;
}

/** A line that is no event. */
export interface BadLogLine {
  readonly line: number;
  readonly reason: string;
  /** The last line, without its line break: the writer was cut off, or is still writing. */
  readonly torn: boolean;
}

/** What the log says about one workflow. */
export interface LoggedWorkflow {
  readonly workflowId: string;
  /** From its `workflow_started` event; null when that is not in the log. */
  readonly task: string | null;
  /** How it ended; `active` when nothing says that it did. */
  readonly status: "active" | "completed" | "abandoned";
  /** Timestamps of its first and last event, as written. */
  readonly first: string;
  readonly last: string;
  readonly events: number;
}

const STARTED_MESSAGE = "Started workflow: ";

/** How many lines that are no events are told one by one. */
const BAD_TOLD = 50;

/** Reads a log line by line. Empty lines are nothing; every other one is an entry or bad. */
export class LogReader {
  readonly #take: (entry: LegacyLogEntry) => void;
  readonly #bad: BadLogLine[] = [];
  #line = 0;
  #untold = 0;

  constructor(take: (entry: LegacyLogEntry) => void) {
    this.#take = take;
  }

  /** The next line, null for one that is too long; and whether it has its line break. Never throws. */
  next(content: string | null, ended: boolean): void {
    this.#line += 1;
    const text = this.#line === 1 ? content?.replace(/^\uFEFF/, "") : content;
    if (text?.trim() === "") return;
    const entry = typeof text === "string" ? readLine(text, this.#line) : "it is too long";
    if (typeof entry !== "string") return this.#take(entry);
    const torn = !ended;
    if (this.#bad.length >= BAD_TOLD) this.#untold += 1;
    else this.#bad.push({ line: this.#line, reason: torn ? `incomplete: ${entry}` : entry, torn });
  }

  /** Lines that are no events; of very many the first. */
  get bad(): readonly BadLogLine[] {
    const last = this.#bad.at(-1);
    if (this.#untold === 0 || last === undefined) return this.#bad;
    const more = `${last.reason}; ${this.#untold} more lines after it are not events`;
    return [...this.#bad.slice(0, -1), { ...last, reason: more }];
  }
}

/** How many workflows of a log are told apart. */
const WORKFLOWS_TOLD = 10_000;

/** Collects what a log says about each workflow. */
export class LoggedWorkflows {
  readonly #found = new Map<string, LoggedWorkflow>();

  /** The next entry. Of very many workflows, those that come later are left out. */
  take(entry: LegacyLogEntry): void {
    const { workflowId, timestamp } = entry;
    if (workflowId === null) return;
    const before = this.#found.get(workflowId);
    if (before === undefined && this.#found.size >= WORKFLOWS_TOLD) return;
    const { task, status, first, events }: Omit<LoggedWorkflow, "workflowId" | "last"> = before ??
      { task: null, status: "active", first: timestamp, events: 0 };
    this.#found.set(workflowId, {
      workflowId,
      task: task ?? taskOf(entry),
      status: endOf(entry) ?? status,
      first,
      last: timestamp,
      events: events + 1,
    });
  }

  /** Every workflow, in the order of their first events. */
  get all(): readonly LoggedWorkflow[] {
    return [...this.#found.values()];
  }
}

function readLine(content: string, line: number): LegacyLogEntry | string {
  let raw: unknown;
  try {
    raw = toPlain(parseJson(content));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.message} (column ${error.column})`;
    throw error;
  }
  if (!isRecord(raw)) return "not an object";
  return {
    line,
    timestamp: textField(raw, "timestamp") ?? "",
    eventType: textField(raw, "event_type") ?? "",
    workflowId: textField(raw, "workflow_id"),
    phaseId: textField(raw, "phase_id"),
    itemId: textField(raw, "item_id"),
    message: textField(raw, "message") ?? "",
    details: fieldsField(raw, "details") ?? {},
    actor: textField(raw, "actor") ?? "system",
    raw,
  };
}

function taskOf(entry: LegacyLogEntry): string | null {
  if (entry.eventType !== "workflow_started") return null;
  return entry.message.startsWith(STARTED_MESSAGE)
    ? entry.message.slice(STARTED_MESSAGE.length)
    : entry.message;
}

function endOf(entry: LegacyLogEntry): LoggedWorkflow["status"] | null {
  switch (entry.eventType) {
    case "workflow_started":
      return "active";
    case "workflow_completed":
      return "completed";
    case "workflow_abandoned":
      return "abandoned";
    default:
      return null;
  }
}
