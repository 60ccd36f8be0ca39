/**
 * `feedback sync`: what an allow-list leaves of the feedback goes to a real git server, once, whatever
 * happens on the way.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git, GitHttpServer, httpBackend, refuseBranches } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { readTree } from "../harness/tree.ts";

interface Sent {
  readonly records: readonly Readonly<Record<string, unknown>>[];
  readonly already: number;
}

const BRANCH = "orchestrator-feedback";

/** A machine that may send, with two records. */
async function sender(machines: Machines, name: string, url?: string): Promise<Machine> {
  const machine = machines.clone(name);
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  Object.assign(machine.env, {
    ORCHESTRATOR_FEEDBACK_SYNC: "true",
    ORCHESTRATOR_FEEDBACK_REMOTE: url ?? `file://${machines.bare}`,
  });
  await machine.must("start", "Add login");
  await machine.must("feedback", "tool", "add", `It lies in ${machine.root} of ${hostname()}`);
  await machine.must("feedback", "process", "add", "The review came too late");
  return machine;
}

async function sync(machine: Machine, ...argv: string[]): Promise<Sent> {
  const { stdout } = await machine.must("feedback", "sync", "--yes", "--json", ...argv);
  return JSON.parse(stdout).data;
}

/** The records on the server, by the path of their file. */
function recordsOf(bare: string): ReadonlyMap<string, Readonly<Record<string, unknown>>> {
  if (git(bare, "branch", "--list", BRANCH) === "") return new Map();
  const paths = git(bare, "ls-tree", "-r", "--name-only", BRANCH, "records/").split("\n");
  return new Map(
    paths.map((path) => [path, JSON.parse(git(bare, "cat-file", "blob", `${BRANCH}:${path}`))]),
  );
}

function commits(bare: string): readonly string[] {
  return git(bare, "rev-list", "--reverse", BRANCH).split("\n");
}

Deno.test("nothing is sent until a person has switched it on and named a place", async () => {
  using machines = new Machines();
  const machine = await sender(machines, "one");
  const { env } = machine;
  const place = env["ORCHESTRATOR_FEEDBACK_REMOTE"] ?? "";
  const refused = async (code: number, words: RegExp) => {
    const { code: was, stderr } = await machine.run("feedback", "sync", "--yes");
    assert.equal(was, code, stderr);
    assert.match(stderr, words);
    assert.equal(recordsOf(machines.bare).size, 0);
  };
  delete env["ORCHESTRATOR_FEEDBACK_SYNC"];
  await refused(3, /^error: Cannot sync feedback: feedback_sync is off$/m);
  await machine.must("config", "set", "feedback_sync", "true");
  await refused(3, /a file of the repository sets feedback_sync, which only a person can/);
  await machine.must("config", "set", "--global", "feedback_sync", "true");
  delete env["ORCHESTRATOR_FEEDBACK_REMOTE"];
  await refused(3, /feedback_remote is not set/);
  await machine.must("config", "set", "feedback_remote", place);
  await refused(7, /a file of the repository sets feedback_remote .* no person has confirmed it/);
  await machine.must("trust", "add", "feedback_remote", place);
  assert.equal((await sync(machine)).records.length, 2);
  await machine.must("config", "set", "feedback_sync", "false");
  await machine.must("feedback", "tool", "add", "One more");
  const { code } = await machine.run("feedback", "sync", "--yes");
  assert.equal(code, 3);
  assert.equal(recordsOf(machines.bare).size, 2);
});

Deno.test("it is shown before it goes, and refused where it cannot be asked", async () => {
  using machines = new Machines();
  const machine = await sender(machines, "one");
  const before = readTree(machine.root);
  const preview = await machine.must("feedback", "sync", "--dry-run");
  assert.match(preview.stdout, /^Would send 2 records to file:/);
  const { code, stderr } = await machine.run("feedback", "sync");
  assert.equal(code, 2);
  assert.match(stderr, /Cannot sync feedback: confirmation is required/);
  assert.match(stderr, /^hint: Run `orchestrator feedback sync --dry-run`/m);
  assert.equal(recordsOf(machines.bare).size, 0);
  const { records } = await sync(machine);
  assert.deepEqual(
    [...recordsOf(machines.bare).values()].map(({ id }) => id).sort(),
    [
      ...records.map(({ id }) => id),
    ].sort(),
  );
  // The project and its state stay as they are.
  assert.deepEqual(readTree(machine.root), before);
});

Deno.test("only what is allowed leaves, and no commit names anyone", async () => {
  using machines = new Machines();
  const machine = await sender(machines, "one");
  const session = (await machine.must("status", "--json")).stdout.match(/"session": *"(\w+)"/)?.[1];
  const old = {
    timestamp: "2026-01-10T09:00:00Z",
    workflow_id: "wf_0a1b2c3d",
    task: "Add login",
    repo: "/home/dev/old",
    errors_count: 3,
    parallel_agents_used: true,
    phases: { "Anna's phase": 2 },
    learnings: "Small steps help",
  };
  writeFileSync(
    join(machine.root, `.orchestrator/sessions/${session}/feedback/process.jsonl`),
    `${JSON.stringify(old)}\n${JSON.stringify({ time: 7, host: hostname(), text: 5 })}\n`,
    { flag: "a" },
  );
  machine.env["AI_AGENT"] = "annas-own-agent";
  await machine.must("feedback", "tool", "add", "By an agent");
  await sync(machine);
  const sent = [...recordsOf(machines.bare).values()];
  const bare = sent.map(({ id, ...rest }) => {
    assert.match(String(id), /^[0-9a-f]{32}$/);
    return JSON.stringify(rest);
  }).sort();
  const day = '"day":"2026-01-31"';
  assert.deepEqual(
    bare.map((text) => text.replace(/"day":"20[0-9-]{8}"/, day)).sort(),
    [
      `{"v":1,"kind":"process",${day},"author":"person"}`,
      `{"v":1,"kind":"process",${day},"numbers":{"errors_count":3,"parallel_agents_used":1}}`,
      `{"v":1,"kind":"process"}`,
      `{"v":1,"kind":"tool",${day},"author":"agent"}`,
      `{"v":1,"kind":"tool",${day},"author":"person"}`,
    ].sort(),
  );
  // A person who adds the text later sends the same records with it, and another one takes nothing away.
  machine.env["ORCHESTRATOR_FEEDBACK_FIELDS"] = "day,author,numbers,text";
  assert.equal((await sync(machine)).records.length, 4);
  const texts = [...recordsOf(machines.bare).values()].map(({ text }) => text);
  assert.deepEqual(texts.toSorted(), [
    "By an agent",
    `It lies in [project] of ${hostname().length < 4 ? hostname() : "[host]"}`,
    "The review came too late",
    "learnings: Small steps help",
    undefined,
  ]);
  machine.env["ORCHESTRATOR_FEEDBACK_FIELDS"] = "day";
  assert.deepEqual((await sync(machine)).records, []);
  assert.equal([...recordsOf(machines.bare).values()].filter(({ text }) => text).length, 4);
  const log = git(machines.bare, "log", "--format=%an %ae %cn %ce %s %ad %cd", BRANCH);
  for (const line of log.split("\n")) {
    assert.match(
      line,
      /^orchestrator orchestrator@localhost orchestrator orchestrator@localhost Feedback .* \+0000 .* \+0000$/,
    );
  }
});

Deno.test("machines at once, and copies of one session: each record is there once, commits are only added", async () => {
  using machines = new Machines();
  const one = await sender(machines, "one");
  const copy = machines.at(join(machines.scratch.top, "copy"));
  cpSync(one.root, copy.root, { recursive: true });
  Object.assign(copy.env, one.env);
  const three = await sender(machines, "three");
  await Promise.all([one, copy, three].map((machine) => sync(machine)));
  assert.equal(recordsOf(machines.bare).size, 4);
  const before = commits(machines.bare);
  assert.deepEqual((await sync(copy)).records, []);
  await three.must("feedback", "tool", "add", "Later");
  assert.equal((await sync(three)).records.length, 1);
  const after = commits(machines.bare);
  assert.deepEqual(after.slice(0, before.length), before);
  assert.equal(recordsOf(machines.bare).size, 5);
  // A record that was emptied there does not come back.
  const [path = ""] = recordsOf(machines.bare).keys();
  const work = join(machines.scratch.top, "owner");
  git(machines.scratch.top, "clone", "--quiet", "--branch", BRANCH, machines.bare, work);
  writeFileSync(join(work, path), "");
  git(work, "commit", "--quiet", "-am", "A text that should not be here");
  git(work, "push", "--quiet");
  for (const machine of [one, three]) assert.deepEqual((await sync(machine)).records, []);
});

Deno.test({
  name: "over smart HTTP: refused, silent and gone servers lose nothing",
  ignore: httpBackend === null,
  fn: async () => {
    using machines = new Machines();
    await using server = new GitHttpServer(machines.bare);
    const machine = await sender(machines, "one", server.url);
    const fails = async (words: RegExp) => {
      const { code, stderr } = await machine.run("feedback", "sync", "--yes");
      assert.equal(code, 9, stderr);
      assert.match(stderr, /^error: Cannot sync feedback with http:/);
      assert.match(stderr, words);
      assert.equal(recordsOf(machines.bare).size, 0);
    };
    server.mood = "forbids pushes";
    await fails(/403/);
    server.mood = "fine";
    refuseBranches(machines.bare, "orchestrator*");
    await fails(/declined|rejected/);
    refuseBranches(machines.bare, "");
    machine.env["ORCHESTRATOR_FEEDBACK_REMOTE"] = "http://127.0.0.1:1/gone.git";
    await fails(/connect|refused/i);
    machine.env["ORCHESTRATOR_FEEDBACK_REMOTE"] = server.url;
    assert.equal((await sync(machine)).records.length, 2);
    assert.deepEqual(await sync(machine).then(({ already }) => already), 2);
  },
});

Deno.test({
  name: "killed anywhere, and run again: nothing is lost, nothing is there twice",
  ignore: !executableAvailable,
  fn: async () => {
    const program = await executable();
    using machines = new Machines();
    const machine = await sender(machines, "one");
    // What a killed process leaves there goes with the test.
    machine.env["TMPDIR"] = join(machines.scratch.top, "temporary");
    mkdirSync(machine.env["TMPDIR"]);
    let expected = 2;
    for (const delay of [10, 60, 110, 180, 280]) {
      const { file, args } = { file: program, args: ["feedback", "sync", "--yes"] };
      const child = spawn(file, args, { cwd: machine.root, env: machine.env, stdio: "ignore" });
      const ended = new Promise((resolve) => child.on("exit", resolve));
      const timer = setTimeout(() => child.kill("SIGKILL"), delay);
      await ended;
      clearTimeout(timer);
      await sync(machine);
      const records = recordsOf(machines.bare);
      assert.equal(records.size, expected, `after ${delay} ms`);
      assert.equal(new Set([...records.values()].map(({ id }) => id)).size, expected);
      await machine.must("feedback", "tool", "add", `After ${delay} ms`);
      expected += 1;
    }
  },
});
