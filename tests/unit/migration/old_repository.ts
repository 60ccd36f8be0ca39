/**
 * Repositories of the old tool, and what must be found again after moving over.
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, lstatSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { type InProcess, type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { fixture, fixtureValue } from "../legacy/old_project.ts";

/** The workflow of the fixtures. */
export const WORKFLOW = "wf_7ide7ab1";

/** A line of the old log. */
export function logLine(
  workflow: string,
  time: string,
  type: string,
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    timestamp: time,
    event_type: type,
    workflow_id: workflow,
    phase_id: null,
    item_id: null,
    message: type === "workflow_started" ? `Started workflow: Task of ${workflow}` : type,
    details: {},
    actor: "system",
    ...more,
  }) + "\n";
}

/** A log of three workflows: one finished, one that only has a start, and the fixtures'. */
export const LOG = logLine("wf_0000aaaa", "2025-12-01T00:00:00Z", "workflow_started") +
  logLine("wf_0000aaaa", "2025-12-01T00:00:01Z", "phase_started", { phase_id: "DO" }) +
  logLine("wf_0000aaaa", "2025-12-01T01:00:00Z", "item_completed", {
    phase_id: "DO",
    item_id: "dig",
    details: { notes: "two metres deep" },
  }) +
  logLine("wf_0000aaaa", "2025-12-01T02:00:00Z", "item_skipped", {
    phase_id: "DO",
    item_id: "fill",
    details: { reason: "the hole is wanted" },
  }) +
  logLine("wf_0000aaaa", "2025-12-02T00:00:00Z", "workflow_completed") +
  logLine("wf_0000bbbb", "2025-12-03T00:00:00Z", "workflow_started") +
  logLine(WORKFLOW, "2026-01-05T08:00:00Z", "workflow_started") +
  logLine(WORKFLOW, "2026-01-05T08:11:00Z", "tide_turned") +
  "no event at all\n";

const HASH = createHash("sha256").update(`workflow-orchestrator-default-salt-v1${WORKFLOW}`)
  .digest("hex").slice(0, 16);

/** Lines of feedback, in all forms the old tool wrote. */
export const FEEDBACK = {
  combined: {
    timestamp: "2026-01-05T09:00:00Z",
    workflow_id: WORKFLOW,
    mode: "auto",
    learnings: "dig",
  },
  captured: { workflow_id: WORKFLOW, what_went_well: "the weather", notes: "n" },
  tool: { timestamp: "2026-01-05T09:00:00+00:00", workflow_id_hash: HASH, duration_seconds: 5 },
  process: { timestamp: "2026-01-05T09:00:00+00:00", workflow_id: WORKFLOW, challenges: "rain" },
  stranger: { workflow_id: "wf_ffffffff", challenges: "whose is this?" },
} as const;

function lines(...values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value) + "\n").join("");
}

/** What every generation may have beside its state. */
const BESIDE: Readonly<Record<string, string | Uint8Array>> = {
  "README.md": "# Mine\n",
  "workflow.yaml":
    "name: Tides\nphases:\n  - id: PLAN\n    name: Plan\n    items:\n      - id: outline\n        name: Outline # keep\n",
  "docs/plan.md": "plan\n",
  ".orchestrator.yaml": 'test_command: "true"\nbuild_command: make\n',
  ".secrets.enc": new Uint8Array([0x53, 0x61, 0x6c, 0x74, 0x65, 0x64, 0x5f, 0x5f, 0, 255, 10, 13]),
  "secrets.enc.yaml": "openrouter: ENC[AES256_GCM]\nsops:\n  version: 3.8.0\n",
  ".manus/secrets.enc.yaml": "gemini: ENC[AES256_GCM]\nsops:\n  version: 3.7.0\n",
  ".workflow-orchestrator/keys/age.key.enc": "Salted__key",
  ".workflow_feedback.jsonl": lines(FEEDBACK.combined, FEEDBACK.captured),
  ".workflow_feedback.jsonl.migrated": lines(FEEDBACK.combined),
  ".workflow_tool_feedback.jsonl": lines(FEEDBACK.tool),
  ".workflow_process_feedback.jsonl": lines(FEEDBACK.process, FEEDBACK.stranger) + '{"torn": ',
  ".workflow_approvals.db": "SQLite format 3\0 not really",
  ".workflow_approvals.db-wal": "wal",
  ".workflow_sessions/2026-01-05_08-00-00_x.jsonl": "{}\n",
  ".workflow_custom.txt": "mine?\n",
  ".model_registry.json": "{}",
  ".wfo_logs/Übung — ein langer Name mit Leerzeichen.log": "log\n",
  ".claude/settings.json": "{}",
  ".claude/hooks/session-start.sh": "#!/bin/sh\n",
  ".claude/prd_state.json": '{"prd_id":"p","tasks":[{"id":"t1","status":"done"}]}',
  ".claude/squad_sessions.json": '{"t1":{"task_id":"t1"}}',
  ".claude/job_queue/pending/job-1.json": '{"job_id":"1"}',
  ".claude/prompt_t1.md": "do\n",
};

const OLD_SESSION = ".orchestrator/sessions/0a1b2c3d";

/** Files of a repository whose state is of generation `g0` to `g8`. */
export function repositoryOf(generation: number): Readonly<Record<string, string | Uint8Array>> {
  const state = fixture(`states/g${generation}.json`);
  if (generation < 5) {
    return {
      ...BESIDE,
      ".workflow_state.json": state,
      ".workflow_log.jsonl": LOG,
      ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json": fixture("checkpoint_v2.json"),
      ".workflow_checkpoints/cp_20260105_093000_123456_9f0e_0a1b.json": fixture(
        "checkpoint_v3.json",
      ),
      ".workflow_checkpoints/cp_damaged.json": "{",
    };
  }
  return {
    ...BESIDE,
    [`${OLD_SESSION}/state.json`]: state,
    [`${OLD_SESSION}/log.jsonl`]: logLine(WORKFLOW, "2026-01-05T08:00:00Z", "workflow_started"),
    [`${OLD_SESSION}/meta.json`]: '{"session_id":"0a1b2c3d","repo_root":"."}',
    [`${OLD_SESSION}/checkpoints/cp_20260105_090000_0a1b2c.json`]: fixture("checkpoint_v2.json"),
    [`${OLD_SESSION}/feedback/.keep`]: "",
    [`${OLD_SESSION}/state.tmp`]: "{",
    ".orchestrator/current": "0a1b2c3d",
    ".orchestrator/.gitignore": "*.pid\n*.log\n",
    ".orchestrator/state.json": '{"tasks":[],"completed":[]}',
    ".orchestrator/audit.jsonl": '{"event":"workflow_start"}\n',
    ".orchestrator/server.pid": "1",
    ".orchestrator/v4/state_x.json": "{}",
    ".orchestrator/sessions/2026-01-12_x.jsonl": "{}\n",
    ".orchestrator/worktrees/x/.git": "gitdir: elsewhere\n",
  };
}

/** An old repository in a scratch, with modes and times that a copy would not have by chance. */
export function oldRepository(files: Readonly<Record<string, string | Uint8Array>>): Scratch {
  const scratch = new Scratch();
  for (const [path, content] of Object.entries(files)) scratch.write(path, content);
  disguise(scratch);
  return scratch;
}

/** A scratch with a copy of a folder. */
export function copiedRepository(folder: string): Scratch {
  const scratch = new Scratch();
  cpSync(folder, scratch.root, { recursive: true, verbatimSymlinks: true });
  makeWritable(scratch.root);
  disguise(scratch);
  return scratch;
}

function makeWritable(path: string): void {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return;
  chmodSync(path, stats.isDirectory() ? 0o755 : 0o644);
  if (stats.isDirectory()) {
    for (const name of readdirSync(path)) {
      makeWritable(`${path}/${name}`);
    }
  }
}

function disguise(scratch: Scratch): void {
  const modes: Readonly<Record<string, number>> = {
    ".secrets.enc": 0o640,
    ".workflow_state.json": 0o444,
    ".workflow_checkpoints": 0o750,
    ".workflow_log.jsonl": 0o600,
    [`${OLD_SESSION}/state.json`]: 0o400,
  };
  for (const [path, mode] of Object.entries(modes)) {
    if (scratch.exists(path)) chmodSync(scratch.path(path), mode);
  }
  const time = (path: string, age: number): void => {
    const stats = lstatSync(path);
    if (stats.isSymbolicLink()) return;
    if (stats.isDirectory()) {
      for (const name of readdirSync(path)) time(`${path}/${name}`, age + 60);
    }
    utimesSync(path, 1_700_000_000, 1_700_000_000 + age);
  };
  time(scratch.root, 0);
}

/** Runs the program in a scratch. */
export function orchestrator(
  scratch: Scratch,
  argv: readonly string[],
  more: Partial<InProcess> & { readonly variables?: Readonly<Record<string, string>> } = {},
): Promise<Result> {
  const { variables, ...rest } = more;
  return runInProcess(argv, {
    cwd: scratch.root,
    env: scratchEnvironment(scratch, { ORCHESTRATOR_ACTOR: "anna", ...variables }),
    ...rest,
  });
}

/** Runs it with `--json`; it must succeed. */
export async function answer(
  scratch: Scratch,
  ...argv: readonly string[]
  // deno-lint-ignore no-explicit-any -- tests look at any part of an answer
): Promise<any> {
  const { code, stdout, stderr } = await orchestrator(scratch, [...argv, "--json"]);
  assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The tree, as closely as a test can look. */
export function treeOf(scratch: Scratch) {
  return readTree(scratch.root);
}

/** SHA-256 of every regular file, by path. */
export function hashesOf(scratch: Scratch): ReadonlyMap<string, string> {
  const hashes = new Map<string, string>();
  const walk = (path: string): void => {
    for (const name of readdirSync(scratch.path(path === "" ? "." : path))) {
      const inner = path === "" ? name : `${path}/${name}`;
      const stats = lstatSync(scratch.path(inner));
      if (stats.isDirectory()) walk(inner);
      else if (stats.isFile()) {
        hashes.set(
          inner,
          createHash("sha256").update(readFileSync(scratch.path(inner))).digest("hex"),
        );
      }
    }
  };
  walk("");
  return hashes;
}

/** Nothing differs. */
export function assertSameTree(
  before: ReturnType<typeof treeOf>,
  after: ReturnType<typeof treeOf>,
): void {
  assert.deepEqual(compareTrees(before, after), []);
}

/**
 * Every original of a migration is found again: byte for byte in its new place, and its states,
 * notes, reasons and checkpoints in sessions.
 */
export async function assertFoundAgain(
  scratch: Scratch,
  before: ReadonlyMap<string, string>,
  // deno-lint-ignore no-explicit-any -- the answer of migrate
  data: any,
): Promise<void> {
  const after = hashesOf(scratch);
  const moved = new Map<string, string>(
    data.files.map((file: { from: string; to: string }) => [file.from, file.to]),
  );
  for (const [path, hash] of before) {
    const to = moved.get(path);
    if (to === undefined) {
      if (isRewritten(path)) continue;
      assert.equal(after.get(path), hash, `${path} stayed as it was`);
      continue;
    }
    assert.equal(after.get(to), hash, `${path} is ${to}`);
    assert.equal(after.has(path), false, `${path} is gone from its old place`);
    assert.equal(after.get(`${data.backup}/files/${path}`), hash, `${path} is in the backup`);
    if (!to.startsWith(".orchestrator/secrets/")) continue;
    assert.equal(lstatSync(scratch.path(to)).mode & 0o777, 0o600);
    assert.equal(lstatSync(scratch.path(".orchestrator/secrets")).mode & 0o777, 0o700);
  }
  for (const path of before.keys()) {
    if (!/(?:^\.workflow_state|^\.orchestrator\/(?:sessions\/[^/]+\/)?state)\.json$/.test(path)) {
      continue;
    }
    await assertStateFound(scratch, moved.get(path) ?? path);
  }
}

function isRewritten(path: string): boolean {
  return /^(?:workflow\.yaml|\.orchestrator\/(?:current|\.gitignore|meta\.json))$/.test(path);
}

async function assertStateFound(scratch: Scratch, path: string): Promise<void> {
  let old;
  try {
    old = JSON.parse(scratch.read(path));
  } catch {
    return;
  }
  if (typeof old?.workflow_id !== "string") return;
  const { data } = await answer(scratch, "session", "show", old.workflow_id);
  const state = JSON.parse(scratch.read(`.orchestrator/sessions/${data.session}/state.json`)).state;
  const known = new Set(["completed", "skipped", "failed", "pending"]);
  // deno-lint-ignore no-explicit-any -- an old state
  for (const [phase, { items }] of Object.entries<any>(old.phases)) {
    // deno-lint-ignore no-explicit-any -- an old item
    for (const [id, item] of Object.entries<any>(items)) {
      const found = state.phases[phase]?.items[id];
      assert.ok(found !== undefined, `${phase}/${id}`);
      assert.equal(found.status, known.has(item.status) ? item.status : "pending");
      if (item.notes !== null) {
        assert.ok(JSON.stringify(found).includes(JSON.stringify(item.notes)));
      }
      if (item.skip_reason !== null) assert.equal(found.skipReason, item.skip_reason);
    }
  }
}

export { fixtureValue };
