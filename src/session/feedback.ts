/**
 * Feedback that people and agents leave with a session: `feedback/tool.jsonl` about the program,
 * `feedback/process.jsonl` about the work. One JSON object a line; imported lines keep their form.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import type { Actor } from "../workflow/events.ts";
import { isRecord } from "../workflow/record.ts";
import type { SessionManager } from "./session_manager.ts";

export type FeedbackKind = "tool" | "process";

/** A line as this program writes it. */
export interface FeedbackEntry {
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly actor: Actor;
  readonly text: string;
}

/** Appends one entry; durable when it resolves. */
export async function addFeedbackLine(
  manager: SessionManager,
  session: string,
  kind: FeedbackKind,
  entry: FeedbackEntry,
): Promise<void> {
  await manager.withLock(
    { session },
    `feedback ${kind} add`,
    () => manager.backend.appendLine(KEYS.feedback(session, kind), JSON.stringify(entry)),
  );
}

/** All entries, oldest first; what is no JSON object is left out. */
export async function readFeedback(
  manager: SessionManager,
  session: string,
  kind: FeedbackKind,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const text = await manager.backend.readText(KEYS.feedback(session, kind)) ?? "";
  const lines = text.split("\n");
  // Anything after the last line break is an incomplete append.
  lines.pop();
  return feedbackEntries(lines);
}

/** The entries that lines are; what is no JSON object is left out. */
export function feedbackEntries(
  lines: readonly string[],
): readonly Readonly<Record<string, unknown>>[] {
  const entries: Readonly<Record<string, unknown>>[] = [];
  for (const line of lines) {
    try {
      const value: unknown = JSON.parse(line);
      if (isRecord(value)) entries.push(value);
    } catch {
      // A damaged line says nothing.
    }
  }
  return entries;
}
