/** What a command says besides its answer goes through the redactor: warnings, hints, details. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

/** A stored secret; nothing about its form gives it away. */
const SECRET = "hunter2hunter2";

const WORKFLOW =
  "name: Tiny\nphases: [{ id: PLAN, name: Plan, items: [{ id: think, name: Think }] }]\n";

/** A project that has the secret, and in which the secret is a name of something as well. */
async function project(files: Readonly<Record<string, string>>): Promise<Scratch> {
  const scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  await must(scratch, ["start", "Tell nothing"]);
  mkdirSync(scratch.path(".orchestrator/secrets"), { recursive: true, mode: 0o700 });
  writeFileSync(scratch.path(".orchestrator/secrets/API_KEY"), SECRET, { mode: 0o600 });
  for (const [path, text] of Object.entries(files)) scratch.write(path, text);
  return scratch;
}

function run(scratch: Scratch, argv: readonly string[]): Promise<Result> {
  return runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch) });
}

async function must(scratch: Scratch, argv: readonly string[]): Promise<Result> {
  const result = await run(scratch, argv);
  assert.equal(result.code, 0, result.stderr);
  return result;
}

/** Runs it for people and for programs. */
async function both(scratch: Scratch, ...argv: readonly string[]): Promise<readonly Result[]> {
  return [await run(scratch, argv), await run(scratch, [...argv, "--json"])];
}

function assertUnsaid(results: readonly Result[], said: RegExp): void {
  for (const { stdout, stderr } of results) {
    assert.match(stdout + stderr, said, "what would show it is said");
    assert.ok(!`${stdout}${stderr}`.includes(SECRET), `${stdout}${stderr}`);
  }
}

/** A key that is unknown, and warned of by every command that reads the configuration. */
const CONFIG = { ".orchestrator/config.yaml": `web_mode: false\n${SECRET}: 1\n` };

Deno.test("a warning of a command that succeeds", async () => {
  using scratch = await project(CONFIG);
  const results = await both(scratch, "note", "Warned");
  assert.deepEqual(results.map(({ code }) => code), [0, 0]);
  assertUnsaid(results, /there is no key.*\[redacted\]/);
});

Deno.test("a warning of a command that fails", async () => {
  using scratch = await project(CONFIG);
  const results = await both(scratch, "complete", "nothing");
  assert.deepEqual(results.map(({ code }) => code), [4, 4]);
  assertUnsaid(results, /there is no key.*\[redacted\]/);
});

Deno.test("message, hint and details of an error", async () => {
  using scratch = await project({});
  const results = await both(scratch, "snapshot", "inspect", `${SECRET}.tar.gz`);
  assert.deepEqual(results.map(({ code }) => code), [4, 4]);
  assertUnsaid(results, /\[redacted\]/);
  const { details } = JSON.parse(results[1]?.stderr ?? "").error;
  assert.match(JSON.stringify(details), /\[redacted\]/, "the details name it, too");
});
