/**
 * The old tool's feedback: which kind a line is, and which workflow it is about.
 *
 * Four forms were written in the course of time. `.workflow_feedback.jsonl` had two, both about the
 * work; later two files took its place. A line about the tool has no workflow id but a hash of it.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { isRecord } from "../workflow/record.ts";
import { textField } from "./values.ts";

/** The old tool's feedback files, relative to the root, oldest first. */
export const FEEDBACK_FILES: readonly string[] = [
  ".workflow_feedback.jsonl",
  ".workflow_tool_feedback.jsonl",
  ".workflow_process_feedback.jsonl",
];

/** A line that is feedback. */
export interface FeedbackLine {
  readonly kind: "tool" | "process";
  /** Index of the workflow id it is about in the list that was given; null when it fits none. */
  readonly workflow: number | null;
  /** As written. */
  readonly text: string;
}

const SALT = "workflow-orchestrator-default-salt-v1";

/** The old tool seldom found out which workflow was running. */
const UNKNOWN = "unknown";

/**
 * Reads a feedback file.
 * @param path tells the kind of its lines.
 * @param workflows ids of all workflows there are. With a single one, lines that name none are about it.
 * @param salt what `WORKFLOW_SALT` says, when the old tool was run with one.
 */
export function readFeedbackLines(
  path: string,
  text: string,
  workflows: readonly string[],
  salt: string = SALT,
): readonly FeedbackLine[] {
  const hashes = workflows.map((id) => hashOf(id, salt));
  const unknown = ["", UNKNOWN, hashOf(UNKNOWN, salt), hashOf(UNKNOWN, SALT)];
  const kind = path.includes("_tool_") ? "tool" : "process";
  const lines: FeedbackLine[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split("\n")) {
    const value = parse(line);
    if (!isRecord(value)) continue;
    const id = textField(value, "workflow_id") ?? textField(value, "workflow_id_hash") ?? "";
    const index = Math.max(workflows.indexOf(id), hashes.indexOf(id));
    const alone = workflows.length === 1 && unknown.includes(id) ? 0 : null;
    lines.push({ kind, workflow: index >= 0 ? index : alone, text: line.replace(/\r$/, "") });
  }
  return lines;
}

function hashOf(workflowId: string, salt: string): string {
  return sha256Hex(salt + workflowId).slice(0, 16);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A torn line, or one of another program: it stays in the file that is kept.
    return undefined;
  }
}
