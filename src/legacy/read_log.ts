/**
 * Reads the old event log: JSON lines, one file for all workflows of a repository until each session
 * got its own.
 *
 * The old reader dropped lines whose event type it did not know and only ever looked at the newest
 * hundred. Here every line is kept; what is no event is reported with its line number.
 * @module
 */
import { JsonSyntaxError, parseJson, toPlain } from "./python_json.ts";
import { type Fields, fieldsField, isFields, textField } from "./values.ts";

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

/** A log, as far as it could be read. */
export interface LegacyLog {
  readonly entries: readonly LegacyLogEntry[];
  readonly bad: readonly BadLogLine[];
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

/** Reads a log. Empty lines are nothing; every other line is an entry or in `bad`. Never throws. */
export function readLegacyLog(text: string): LegacyLog {
  const entries: LegacyLogEntry[] = [];
  const bad: BadLogLine[] = [];
  const lines = text.replace(/^\uFEFF/, "").split("\n");
  for (const [index, content] of lines.entries()) {
    if (content.trim() === "") continue;
    const line = index + 1;
    const entry = readLine(content, line);
    if (typeof entry !== "string") {
      entries.push(entry);
      continue;
    }
    const torn = line === lines.length;
    bad.push({ line, reason: torn ? `cut off: ${entry}` : entry, torn });
  }
  return { entries, bad };
}

/** The entries of one workflow, oldest first. */
export function entriesOf(log: LegacyLog, workflowId: string): readonly LegacyLogEntry[] {
  return log.entries.filter((entry) => entry.workflowId === workflowId);
}

/** Every workflow the log mentions, in the order of their first events. */
export function workflowsIn(log: LegacyLog): readonly LoggedWorkflow[] {
  const found = new Map<string, LoggedWorkflow>();
  for (const entry of log.entries) {
    if (entry.workflowId === null) continue;
    const before = found.get(entry.workflowId) ?? {
      workflowId: entry.workflowId,
      task: null,
      status: "active" as const,
      first: entry.timestamp,
      last: entry.timestamp,
      events: 0,
    };
    found.set(entry.workflowId, {
      ...before,
      task: before.task ?? taskOf(entry),
      status: endOf(entry) ?? before.status,
      last: entry.timestamp,
      events: before.events + 1,
    });
  }
  return [...found.values()];
}

function readLine(content: string, line: number): LegacyLogEntry | string {
  let raw: unknown;
  try {
    raw = toPlain(parseJson(content));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `${error.message} (column ${error.column})`;
    throw error;
  }
  if (!isFields(raw)) return "not an object";
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
