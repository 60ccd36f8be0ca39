import { type Check, few, ok, skipped } from "../check.ts";

/** Names in the state directory that this program, or the old one, makes. */
const KNOWN = new Set([
  ".gitignore",
  ".migration_complete",
  "archive",
  "bindings",
  "config.yaml",
  "current",
  "lock",
  "meta.json",
  "migration.json",
  "migration_backup",
  "prd",
  "secrets",
  "sessions",
  "snapshot_backup",
  "state_branch.json",
  "templates",
  // The old tool's.
  "agent_instructions.md",
  "agent_workflow.yaml",
  "audit.jsonl",
  "checkpoints",
  "enforce.log",
  "events.jsonl",
  "locks",
  "log.jsonl",
  "migration.log",
  "minds_decisions.jsonl",
  "scan_state.json",
  "server.log",
  "server.pid",
  "state.json",
  "v3",
  "v4",
  "worktrees",
]);

export const layoutUnknown: Check = {
  id: "layout.unknown",
  area: "layout",
  title: "Unknown files",
  why: "What nobody knows is carried along by nothing: it may be somebody's, or a leftover",
  run(examination) {
    if (!examination.initialised) return skipped("nothing is set up here");
    const unknown = examination.names(examination.paths.stateDirectory).filter((name) =>
      !KNOWN.has(name) && !name.startsWith(".tmp-") && !name.startsWith(".staging-")
    );
    if (unknown.length === 0) return ok("none");
    return {
      level: "info",
      seen: `.orchestrator holds ${few(unknown)}`,
      todo: "Nothing to do when they are yours",
      list: unknown,
    };
  },
};
