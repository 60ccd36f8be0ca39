/**
 * Every place the old tool wrote, and what becomes of it: one table. Moving over follows it, and the
 * documentation prints it ({@link inventoryTable}).
 *
 * The first row that fits a path counts. Paths are relative to the root, with `/`.
 * @module
 */
import type { Ownership } from "./ownership.ts";

/**
 * `session`: becomes sessions, its bytes go along. `feedback`: its lines go to the sessions they are
 * about. `secret`: to `secrets/`, for its owner only. `config`: becomes settings. `prd`: to `prd/`.
 * `archive`: kept as it is. `stay`: is left. `ask`: is left and named, unless a person says otherwise.
 */
export type Decision =
  | "session"
  | "feedback"
  | "secret"
  | "config"
  | "prd"
  | "archive"
  | "stay"
  | "ask";

/** A row of the inventory. */
export interface InventoryRow {
  /** For people; `<…>` stands for a varying part. */
  readonly place: string;
  readonly pattern: RegExp;
  readonly kind: "file" | "directory" | "any";
  readonly decision: Decision;
  /** What it is, and for `stay` why. */
  readonly what: string;
  readonly owned: Ownership;
}

function row(
  place: string,
  pattern: RegExp,
  kind: InventoryRow["kind"],
  decision: Decision,
  what: string,
  owned: Ownership = "name",
): InventoryRow {
  return { place, pattern, kind, decision, what, owned };
}

/** The table. */
const INVENTORY: readonly InventoryRow[] = [
  row(
    ".workflow_state.json",
    /^\.workflow_state\.json$/,
    "file",
    "session",
    "state of a workflow",
    "workflow state",
  ),
  row(".workflow_state.tmp", /^\.workflow_state\.tmp$/, "file", "archive", "unfinished write"),
  row(
    ".workflow_log.jsonl",
    /^\.workflow_log\.jsonl$/,
    "file",
    "session",
    "events of workflows",
    "event log",
  ),
  row(
    ".workflow_checkpoints/",
    /^\.workflow_checkpoints$/,
    "directory",
    "session",
    "checkpoints",
  ),
  row(
    ".workflow_feedback.jsonl",
    /^\.workflow_feedback\.jsonl$/,
    "file",
    "feedback",
    "feedback of both kinds",
  ),
  row(
    ".workflow_feedback.jsonl.migrated",
    /^\.workflow_feedback\.jsonl\.migrated$/,
    "file",
    "archive",
    "feedback that the old tool had split",
  ),
  row(
    ".workflow_tool_feedback.jsonl",
    /^\.workflow_tool_feedback\.jsonl$/,
    "file",
    "feedback",
    "feedback about the tool",
  ),
  row(
    ".workflow_process_feedback.jsonl",
    /^\.workflow_process_feedback\.jsonl$/,
    "file",
    "feedback",
    "feedback about the work",
  ),
  row(
    ".workflow_<kind>_feedback.jsonl.tmp.<pid>",
    /^\.workflow_(?:tool|process)_feedback\.jsonl\.tmp\.\d+$/,
    "file",
    "archive",
    "unfinished write",
  ),
  row(
    ".workflow_migration_in_progress",
    /^\.workflow_migration_in_progress$/,
    "file",
    "archive",
    "marker of the old tool's own format conversion",
  ),
  row(".workflow_sessions/", /^\.workflow_sessions$/, "directory", "archive", "transcripts"),
  row(
    ".workflow_approvals.db",
    /^\.workflow_approvals\.db(?:-wal|-shm|-journal)?$/,
    "file",
    "archive",
    "approvals database, with its -wal and -shm",
  ),
  row(".workflow_<other>", /^\.workflow_[^/]+$/, "any", "ask", "unknown to the old tool"),
  row(".secrets.enc", /^\.secrets\.enc$/, "file", "secret", "secrets, encrypted by openssl"),
  row("secrets.enc.yaml", /^secrets\.enc\.yaml$/, "file", "secret", "secrets of SOPS", "SOPS file"),
  row(
    ".manus/secrets.enc[.yaml]",
    /^\.manus\/secrets\.enc(?:\.yaml)?$/,
    "file",
    "secret",
    "secrets, at their first location",
  ),
  row(
    "<.manus|.workflow-orchestrator|.claude>/keys/age.key[.enc]",
    /^(?:\.manus|\.workflow-orchestrator|\.claude)\/keys\/age\.key(?:\.enc)?$/,
    "file",
    "secret",
    "key of SOPS files",
  ),
  row(
    ".orchestrator.yaml",
    /^\.orchestrator\.yaml$/,
    "file",
    "config",
    "settings that override workflow.yaml's",
    "settings map",
  ),
  row(
    ".orchestra.yaml",
    /^\.orchestra\.yaml$/,
    "file",
    "stay",
    "not read by any version of the old tool",
  ),
  row(".model_registry.json", /^\.model_registry\.json$/, "file", "archive", "model registry"),
  row(".flaky_tests.json", /^\.flaky_tests\.json$/, "file", "archive", "flaky tests"),
  row(".wfo_logs/", /^\.wfo_logs$/, "directory", "archive", "logs of tasks"),
  row(".review_history/", /^\.review_history$/, "directory", "archive", "reviews before commits"),

  row(
    ".claude/prd_state.json",
    /^\.claude\/prd_state\.json$/,
    "file",
    "prd",
    "state of a PRD",
    "PRD state",
  ),
  row(
    ".claude/squad_sessions.json",
    /^\.claude\/squad_sessions\.json$/,
    "file",
    "prd",
    "sessions of a squad",
    "squad sessions",
  ),
  row(
    ".claude/squad_sessions.lock",
    /^\.claude\/squad_sessions(?:\.json)?\.lock$/,
    "file",
    "prd",
    "lock of the squad's sessions",
  ),
  row(
    ".claude/job_queue/",
    /^\.claude\/job_queue$/,
    "directory",
    "prd",
    "jobs of a PRD",
    "jobs of a PRD",
  ),
  row(
    ".claude/prompt_<task>.md",
    /^\.claude\/prompt_[^/]+\.md$/,
    "file",
    "prd",
    "prompt of a PRD's task",
    "prompt of a known task",
  ),
  row(
    ".claude/<prd|manual>_prompts/",
    /^\.claude\/(?:prd|manual)_prompts$/,
    "directory",
    "prd",
    "prompts of PRD tasks",
  ),
  row(
    ".claude/patterns/",
    /^\.claude\/patterns$/,
    "directory",
    "archive",
    "what the old tool learned",
    "pattern index",
  ),
  row(
    ".claude/strategy_stats.json, feedback_history.json, healing_cache.sqlite",
    /^\.claude\/(?:strategy_stats\.json|feedback_history\.json|healing_cache\.sqlite(?:-wal|-shm)?)$/,
    "file",
    "archive",
    "caches",
    "cache of the old tool",
  ),
  row(
    ".claude/manifests/, .claude/logs/",
    /^\.claude\/(?:manifests|logs)$/,
    "directory",
    "ask",
    "names that other programs also use",
  ),
  row(".claude/hooks/", /^\.claude\/hooks$/, "any", "stay", "yours: hooks of Claude Code"),
  row(
    ".claude/settings.json",
    /^\.claude\/settings(?:\.local)?\.json$/,
    "any",
    "stay",
    "yours: settings of Claude Code",
  ),

  row(
    ".orchestrator/sessions/<8 hex digits>/",
    /^\.orchestrator\/sessions\/[0-9a-fA-F]{8}$/,
    "directory",
    "session",
    "session of v2.9 to v3.0",
  ),
  row(
    ".orchestrator/sessions/<time>_<task>.jsonl",
    /^\.orchestrator\/sessions\/[^/]+\.jsonl$/,
    "file",
    "archive",
    "transcript",
  ),
  row(
    ".orchestrator/state.json",
    /^\.orchestrator\/state\.json$/,
    "file",
    "session",
    "state without a session, or the agent server's",
    "workflow or agent server state",
  ),
  row(
    ".orchestrator/log.jsonl",
    /^\.orchestrator\/log\.jsonl$/,
    "file",
    "session",
    "events",
    "event log",
  ),
  row(
    ".orchestrator/checkpoints/",
    /^\.orchestrator\/checkpoints$/,
    "directory",
    "session",
    "checkpoints without a session",
  ),
  row(
    ".orchestrator/audit.jsonl, events.jsonl, minds_decisions.jsonl, migration.log",
    /^\.orchestrator\/(?:audit\.jsonl|events\.jsonl|minds_decisions\.jsonl|migration\.log)$/,
    "file",
    "archive",
    "records of the old tool",
  ),
  row(
    ".orchestrator/server.log, server.pid, enforce.log, agent_workflow.yaml, agent_instructions.md",
    /^\.orchestrator\/(?:server\.log|server\.pid|enforce\.log|agent_workflow\.yaml|agent_instructions\.md)$/,
    "file",
    "archive",
    "the agent server's",
  ),
  row(
    ".orchestrator/scan_state.json, external_reviews.json, review_<model>.md",
    /^\.orchestrator\/(?:scan_state\.json|external_reviews\.json|review_[^/]+\.md)$/,
    "file",
    "archive",
    "reviews and scans",
  ),
  row(
    ".orchestrator/v3/, v4/, locks/",
    /^\.orchestrator\/(?:v3|v4|locks)$/,
    "directory",
    "archive",
    "states of the old run command, and locks",
  ),
  row(
    ".orchestrator/*.tmp, sessions/*.tmp",
    /^\.orchestrator\/(?:sessions\/)?[^/]+\.tmp$/,
    "file",
    "archive",
    "unfinished write",
  ),
  row(
    ".orchestrator/worktrees/",
    /^\.orchestrator\/worktrees$/,
    "any",
    "stay",
    "git keeps their paths; remove them with git worktree",
  ),

  row("workflow.yaml", /^workflow\.yaml(?:\.bak)?$/, "any", "stay", "yours"),
  row(
    "LEARNINGS.md, WORKFLOW.md, dashboard.html",
    /^(?:LEARNINGS\.md|WORKFLOW\.md|dashboard\.html)$/,
    "any",
    "stay",
    "yours: reports to read",
  ),
  row("docs/archive/", /^docs\/archive$/, "any", "stay", "yours: documents"),
];

/** Folders that are looked into, besides the root. */
export const INVENTORY_FOLDERS: readonly string[] = [
  ".claude",
  ".claude/keys",
  ".manus",
  ".manus/keys",
  ".workflow-orchestrator",
  ".workflow-orchestrator/keys",
  ".orchestrator",
  ".orchestrator/sessions",
];

/** Folders of the old tool alone: removed when nothing is left in them. */
export const OWNED_FOLDERS: readonly string[] = [
  ".manus/keys",
  ".manus",
  ".workflow-orchestrator/keys",
  ".workflow-orchestrator",
  ".claude/keys",
];

/** The row of a path; null when it does not matter here. */
export function inventoryRow(path: string): InventoryRow | null {
  return INVENTORY.find((candidate) => candidate.pattern.test(path)) ?? null;
}

const TARGETS: Readonly<Record<Decision, string>> = {
  session: "a session; the files themselves to its `legacy/` or to `archive/`",
  feedback: "`feedback/` of its session; the file itself to `archive/`",
  secret: "`secrets/`, mode 0600, bytes untouched; stays where a script names it",
  config:
    "the `settings` of workflow.yaml; the file itself to `archive/`. Without a workflow.yaml it stays, and `start` goes on using it",
  prd: "`prd/`",
  archive: "`archive/`",
  stay: "stays",
  ask: "not moved, but reported; `--interactive` asks",
};

/** The table as Markdown, for the documentation. */
export function inventoryTable(): string {
  const lines = ["| old place | what it is | where it goes |", "|---|---|---|"];
  for (const entry of INVENTORY) {
    const test = entry.owned === "name" ? "" : ` (if it is: ${entry.owned})`;
    const place = entry.place.replaceAll("|", "\\|");
    lines.push(`| \`${place}\` | ${entry.what}${test} | ${TARGETS[entry.decision]} |`);
  }
  return lines.join("\n") + "\n";
}
