/**
 * Scripts of a repository that read the old tool's files, and what gives the same answer now.
 * @module
 */
import { findNamed, isScript, usualScripts } from "../legacy/named_in.ts";
import type { NamedInScript } from "./planned.ts";

/** What is asked now instead of reading an old file. */
const NOW: readonly (readonly [string, string])[] = [
  [".workflow_state.json", "orchestrator status --json"],
  [".workflow_log.jsonl", "orchestrator log --json"],
  [".workflow_checkpoints", "orchestrator checkpoint list --json"],
  [".workflow_feedback.jsonl", "orchestrator feedback process list --json"],
  [".workflow_tool_feedback.jsonl", "orchestrator feedback tool list --json"],
  [".workflow_process_feedback.jsonl", "orchestrator feedback process list --json"],
  [".workflow_approvals.db", "orchestrator inbox --json"],
  [".workflow_sessions", "orchestrator session list --json"],
  [".secrets.enc", "orchestrator secrets get NAME"],
  ["secrets.enc.yaml", "orchestrator secrets get NAME"],
  [".orchestrator.yaml", "orchestrator config show --effective --json"],
  [".claude/prd_state.json", "cat .orchestrator/prd/prd_state.json"],
  [".orchestrator/current", "orchestrator status --json"],
  [".orchestrator/state.json", "orchestrator status --json"],
  [".orchestrator/log.jsonl", "orchestrator log --json"],
  [".orchestrator/audit.jsonl", "orchestrator log --json"],
];

/**
 * Finds the lines that name a place from which something moves.
 * @param moved the files that move.
 * @param tracked what git tracks.
 */
export function scriptsThatName(
  root: string,
  moved: readonly string[],
  tracked: Iterable<string>,
): readonly NamedInScript[] {
  const gone = NOW.filter(([name]) =>
    name === ".orchestrator/current" ||
    moved.some((path) => path === name || path.startsWith(`${name}/`))
  );
  const scripts = [...usualScripts(root), ...[...tracked].filter(isScript)];
  const now = new Map(gone);
  return findNamed(root, scripts, [...now.keys()]).map((found) => ({
    ...found,
    now: now.get(found.name) ?? "",
  }));
}
