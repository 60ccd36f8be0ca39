/**
 * Sessions of every kind, as the program of the day makes them: what a repository holds after some
 * weeks of use.
 * @module
 */
import { readFileSync } from "node:fs";
import type { Repository } from "../crash/repository.ts";

/** Everything a definition can ask for. */
export const CHANGE = `name: Change
version: "2.1"
description: From the plan to the release
settings:
  test_command: grep -q ok src/answer.txt
  owner: Zoë
phases:
  - id: PLAN
    name: Plan
    exit_gate: human_approval
    notes: ["[tip] One page is enough"]
    items:
      - id: write_plan
        name: Write the plan down
        verification: { type: file_exists, path: docs/plan.md }
      - id: analyse
        name: Think of the edges
        step_type: documented
        evidence_schema: EdgeCaseEvidence
      - id: sketch
        name: Sketch the screens
        step_type: flexible
      - id: review
        name: A person reads the plan
        step_type: gate
        verification: { type: manual_gate, description: Read docs/plan.md }
  - id: BUILD
    name: Build
    required_reviews: [security]
    items:
      - { id: implement, name: Make the change, step_type: required }
      - id: tests_pass
        name: The tests pass
        step_type: gate
        verification: { type: command, command: "{{test_command}}" }
      - { id: security_review, name: Look for holes }
      - { id: cleanup, name: Clean up, required: false }
  - id: SHIP
    name: Ship
    items:
      - { id: announce, name: Tell everyone }
      - id: sign
        name: A person signs
        step_type: gate
        verification: { type: manual_gate }
`;

/** The flat form. */
export const RELEASE = `name: Release
steps:
  - { id: test, name: Run the tests, command: "true" }
  - { id: notes, name: Write the release notes }
`;

/** What makes an agent of a run, with a session id of its own. */
export const AGENT = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "agent-1" };

/** A reason long enough to force a gate. */
const LONG_REASON =
  "The test machine is down until Monday; the release cannot wait, and Zoë has run them by hand";

const EVIDENCE = JSON.stringify({
  cases_considered: ["an empty password", "ein Passwort mit ß"],
  how_handled: { "an empty password": "refused with 400" },
  cases_deferred: [],
});

/** Makes one session of every kind. Its last act makes `login` the current one. */
export async function makeSessions(repository: Repository): Promise<void> {
  // There is no workflow.yaml yet: the built-in one is used.
  await repository.must("start", "Whatever there is", "--name", "built-in");
  repository.write("workflow.yaml", CHANGE);
  repository.write("release.yaml", RELEASE);
  repository.write("docs/plan.md", "# Plan\n");
  repository.write("src/answer.txt", "ok\n");
  await finished(repository);
  await zeroHuman(repository);
  await flat(repository);
  await ended(repository);
  await ofAnAgent(repository);
  await bypassed(repository);
}

/** Through all phases to the end. */
async function finished(repository: Repository): Promise<void> {
  const { must } = bound(repository);
  await must(
    "start",
    "Greet the world, “in jeder Sprache” 🌍",
    "--name",
    "done",
    "--project",
    "greet",
  );
  await must("complete", "write_plan", "--notes", "One page");
  await must("complete", "analyse", "--evidence", EVIDENCE);
  await must("skip", "sketch", "--reason", "There is no screen in it");
  await must("approve", "review", "--yes", "--notes", "Fine, keep it short");
  await must("approve", "--phase", "PLAN", "--yes");
  await must("advance");
  await must("complete", "implement");
  await must("complete", "tests_pass");
  await must("complete", "security_review");
  await must("advance");
  await must("complete", "announce");
  await must("approve", "sign", "--yes");
  await must("finish", "--notes", "Everyone is greeted");
}

/** Manual gates are skipped by themselves. */
async function zeroHuman(repository: Repository): Promise<void> {
  const { must } = bound(repository);
  await must("start", "No person around", "--name", "zero", "--set", "supervision_mode=zero_human");
  await must("complete", "write_plan");
  await must("complete", "review");
}

/** The flat form, with constraints; renamed twice. */
async function flat(repository: Repository): Promise<void> {
  const { must } = bound(repository);
  await must(
    ...["start", "Release 1.0", "-w", "release.yaml", "--name", "draft"],
    ...["--constraint", "No new dependencies", "--constraint", "Not on a Friday"],
  );
  await must("complete", "test");
  await must("session", "rename", "release");
  await must("session", "rename", "release-1.0");
}

/** Given up. */
async function ended(repository: Repository): Promise<void> {
  const { must } = bound(repository);
  await must("start", "A mistake", "--name", "mistake");
  await must("note", "This is about another repository");
  await must("session", "end", "mistake", "--reason", "Started by mistake");
}

/** An agent's, without a name: found by the agent's own session id. */
async function ofAnAgent(repository: Repository): Promise<void> {
  for (
    const argv of [
      ["start", "What an agent does"],
      ["complete", "write_plan"],
      ["note", "I am bound to this session"],
    ]
  ) {
    const { code, stderr } = await repository.run(argv, AGENT);
    if (code !== 0) throw new Error(`an agent's ${argv.join(" ")} ended with ${code}: ${stderr}`);
  }
}

/** In the middle of its work: a gate forced, a checkpoint restored, a command that failed. */
async function bypassed(repository: Repository): Promise<void> {
  const { must } = bound(repository);
  await must("start", "Add login", "--name", "login");
  await must("complete", "write_plan");
  await must(
    "checkpoint",
    "create",
    "--message",
    "The plan is there",
    "--decision",
    "Sessions, no tokens",
  );
  await must("complete", "analyse", "--evidence", EVIDENCE);
  await must("checkpoint", "restore", "cp1", "--yes");
  await must("complete", "analyse", "--evidence", EVIDENCE, "--notes", "Once more");
  await must("complete", "sketch");
  await must("skip", "review", "--force", "--reason", LONG_REASON);
  await must("approve", "--phase", "PLAN", "--yes", "--notes", "Go on");
  await must("advance");
  repository.write("src/answer.txt", "not yet\n");
  const { code } = await repository.run(["complete", "tests_pass"]);
  if (code !== 1) throw new Error(`a command that fails ended with ${code}`);
  repository.write("src/answer.txt", "ok\n");
  await must("complete", "implement");
  await must("note", "Line one\nline two: „ä ö ü“ \u{1F511}");
  await must("checkpoint", "create", "--file", "src/answer.txt");
  await must("feedback", "tool", "add", "Restore asks too much");
  await must("feedback", "process", "add", "The plan was too long");
  await must("feedback", "process", "add", "The review was forced");
}

/** Secrets whose names are of every form, plain and encrypted, and keys of the configuration. */
export async function makeSecrets(repository: Repository): Promise<void> {
  for (const [name, value] of Object.entries(SECRETS)) {
    const { code, stderr } = await repository.run(["secrets", "set", name], {}, `${value}\n`);
    if (code !== 0) throw new Error(`secrets set ${name} ended with ${code}: ${stderr}`);
  }
  await repository.must("config", "set", "lock_timeout", "20");
}

/** Plain secrets by name. */
export const SECRETS: Readonly<Record<string, string>> = {
  OPENAI_API_KEY: "sk-not-a-real-key-0123456789",
  deploy_key: "line one\nline two",
  MixedCase: "mixed",
};

/** Files of the old tool, generation 4, scattered over a repository's root. */
export function writeScattered(repository: Repository): void {
  repository.write(".workflow_state.json", oldFile("states/g4.json"));
  repository.write(".workflow_log.jsonl", oldLog(3));
  repository.write(
    ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json",
    oldFile("checkpoint_v2.json"),
  );
  repository.write(".workflow_process_feedback.jsonl", OLD_FEEDBACK);
  repository.write(
    ".claude/prd_state.json",
    '{"prd_id":"p","tasks":[{"id":"t1","status":"done"}]}',
  );
  repository.write("workflow.yaml", "name: Tides\nphases: [{ id: PLAN, name: Plan, items: [] }]\n");
}

/** The same in the old tool's own `.orchestrator/`, generation 8. */
export function writeOldSessions(repository: Repository): void {
  const session = ".orchestrator/sessions/0a1b2c3d";
  repository.write(`${session}/state.json`, oldFile("states/g8.json"));
  repository.write(`${session}/log.jsonl`, oldLog(3));
  repository.write(`${session}/meta.json`, '{"session_id": "0a1b2c3d"}');
  repository.write(
    `${session}/checkpoints/cp_20260105_090000_0a1b2c.json`,
    oldFile("checkpoint_v2.json"),
  );
  repository.write(".orchestrator/current", "0a1b2c3d");
  repository.write(".orchestrator/.gitignore", "*\n");
}

/** The old tool's workflow of those files. */
export const OLD_WORKFLOW = "wf_7ide7ab1";

const OLD_FEEDBACK = JSON.stringify({
  timestamp: "2026-01-05T09:00:00+00:00",
  workflow_id: OLD_WORKFLOW,
  challenges: "rain",
}) + "\n";

/** An old log of that many lines. */
export function oldLog(lines: number): string {
  return Array.from({ length: lines }, (_, line) =>
    JSON.stringify({
      timestamp: "2026-01-05T08:00:00Z",
      event_type: line === 0 ? "workflow_started" : "tide_turned",
      workflow_id: OLD_WORKFLOW,
      message: line === 0 ? "Started workflow: Dig" : `The tide turned for the ${line}. time`,
    }) + "\n").join("");
}

function oldFile(name: string): string {
  return readFileSync(new URL(`../fixtures/legacy/${name}`, import.meta.url), "utf8");
}

function bound(repository: Repository): { readonly must: Repository["must"] } {
  return { must: (...argv) => repository.must(...argv) };
}
