/**
 * The state branch against real servers: over a file, over smart HTTP, refusing, silent and gone.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { git, GitHttpServer, httpBackend, refuseBranches } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { noGit } from "../harness/program.ts";
import { compareTrees, readTree } from "../harness/tree.ts";

const noHttp = noGit || httpBackend === null;
if (noHttp) console.log("Tests of the state branch skip: git or its HTTP server is missing");

const untouched = (before: ReadonlyMap<string, string>, machine: Machine) =>
  assert.deepEqual(compareTrees(before, machine.traces()), []);

function test(name: string, fn: () => Promise<void>, ignore = noGit): void {
  Deno.test({ name, ignore, fn });
}

test("a sandbox dies, the next one stands where it stopped", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  const before = first.traces();
  await first.start("Add login");
  await first.must("complete", "think");
  await first.must("advance");
  untouched(before, first);
  rmSync(first.root, { recursive: true });

  const second = machines.clone("second");
  const clean = second.traces();
  const seen = await second.status();
  assert.deepEqual([seen.task, seen.phase, seen.origin], ["Add login", "DO", "branch"]);
  untouched(clean, second);
  assert.equal(readTree(second.root).has(".orchestrator"), false);
  await second.must("complete", "build");
  const finished = await second.must("finish");
  assert.equal(finished.stderr, "");
  untouched(clean, second);

  const third = machines.clone("third");
  assert.equal((await third.data<{ status: string }>("status")).status, "completed");
  await third.must("state", "pull");
  await third.must("log", "verify", "--all");
});

test("every reading command sees the branch in a fresh clone, and writes nothing", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  await first.must("note", "remember the milk");
  await first.must("checkpoint", "create");
  await first.must("feedback", "tool", "add", "it is fast");
  await first.must("start", "Another task", "--name", "other");
  await first.must("session", "use", (await first.status()).session);
  await first.must("state", "push");

  const second = machines.clone("second");
  const clean = readTree(second.root, { without: [".git"] });
  assert.match((await second.must("state", "log")).stdout, /Start/);
  const list = await second.must("session", "list");
  assert.match(list.stdout, /Add login/);
  assert.match(list.stdout, /Another task/);
  assert.match(list.stderr, /on branch orchestrator-state-\S+ \([0-9a-f]{12}\)/);
  assert.match((await second.must("log")).stdout, /session_started|started/i);
  assert.match((await second.must("session", "show", "other")).stdout, /Another task/);
  assert.match((await second.must("status", "--session", "other")).stdout, /Another task/);
  const { sessions } = await second.data<{ sessions: unknown[] }>("log", "verify", "--all");
  assert.equal(sessions.length, 2);
  const { commits } = await second.data<{ commits: unknown[] }>("state", "log");
  assert.equal(commits.length, 2);
  for (const command of [["handoff"], ["generate-md"], ["checkpoint", "list"]]) {
    await second.must(...command);
  }
  assert.equal((await second.run("status", "--session", "nobody")).code, 4);
  assert.deepEqual(compareTrees(clean, readTree(second.root, { without: [".git"] })), []);
});

test("without the server a fresh clone has what the clone itself has fetched", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  const second = machines.clone("second");
  renameSync(machines.bare, `${machines.bare}.away`);
  const seen = await second.must("status");
  assert.match(seen.stdout, /Add login/);
  assert.match(seen.stderr, /may have changed since/);
  const noted = await second.must("note", "offline");
  assert.match(noted.stderr, /could not be fetched.*\n.*Imported 1 session from branch/);
  renameSync(`${machines.bare}.away`, machines.bare);
  const pushed = await second.data<{ safe: boolean; sessions: unknown[] }>("state", "push");
  assert.deepEqual([pushed.safe, pushed.sessions], [true, []]);
  assert.equal(machines.branches.length, 1);
});

test("where bringing the state in was cut off, the branch is what counts", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  await first.start("Fix search");
  const { session } = await first.status();
  const second = machines.clone("second");
  await second.must("state", "pull");
  // The session that is current is named last.
  rmSync(join(second.root, ".orchestrator", "current"));
  const seen = await second.data<{ session: string; origin: string }>("status");
  assert.deepEqual([seen.session, seen.origin], [session, "branch"]);
  await second.must("note", "goes on");
  assert.equal((await second.status()).session, session);
  // What is here only is never hidden.
  await second.must("note", "not pushed");
  rmSync(join(second.root, ".orchestrator", "current"));
  assert.equal((await second.run("status")).code, 4);
  assert.equal((await second.data<{ seq: number }>("status", "--session", session)).seq, 3);
});

test("an old disk is not trusted before the branch was asked", async () => {
  using machines = new Machines();
  const here = machines.clone("here");
  await here.start("Add login");
  const { session } = await here.status();
  const there = machines.clone("there");
  await there.must("complete", "think");
  await there.must("advance");

  const looked = join(here.root, ".git", "orchestrator", "looked");
  // A moment ago there was nothing newer: the server is not asked.
  assert.equal((await here.status()).phase, "PLAN");
  rmSync(looked);
  const before = readTree(here.root, { without: [".git"] });
  const seen = await here.must("status");
  assert.match(seen.stdout, /DO/);
  assert.match(seen.stderr, /continued on another machine: this is the version on branch \S+/);
  assert.deepEqual(compareTrees(before, readTree(here.root, { without: [".git"] })), []);
  rmSync(looked);
  const completed = await here.must("complete", "build");
  assert.match(completed.stderr, /Imported 1 session from branch/);
  await here.must("state", "push");
  assert.deepEqual((await here.status()).session, session);
  assert.equal((await here.data<{ sessions: unknown[] }>("session", "list")).sessions.length, 1);

  // Both go on, each for itself.
  await there.must("state", "pull");
  await there.must("note", "there");
  await here.must("note", "here");
  await there.must("state", "push");
  rmSync(looked);
  assert.match(
    (await here.must("status")).stderr,
    /has diverged: the next change keeps both versions/,
  );
  rmSync(looked);
  assert.match((await here.must("note", "again")).stderr, /continues as session/);
  await here.must("log", "verify", "--all");
});

test("a silent server is asked once, not by every command", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await machine.start("Add login");
  git(machine.root, "remote", "set-url", "origin", join(machines.scratch.top, "gone.git"));
  const looked = join(machine.root, ".git", "orchestrator", "looked");
  rmSync(looked);
  assert.match((await machine.must("status")).stderr, /may have changed since/);
  assert.equal((await machine.must("status")).stderr, "");
  rmSync(looked);
  assert.match((await machine.must("note", "one")).stderr, /could not be fetched/);
  assert.equal((await machine.must("note", "two")).stderr, "");
});

test("without web mode and outside a sandbox no server is asked and nothing is pushed", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  await machine.start("Add login");
  await machine.must("complete", "think");
  await machine.must("advance");
  assert.deepEqual(machines.branches, []);
  assert.equal(git(machine.root, "for-each-ref", "refs/orchestrator"), "");
});

test("an ephemeral machine looks for the state, and finds its web mode there", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  // A clone from before there was a state branch.
  const second = machines.clone("second");
  delete second.env["ORCHESTRATOR_WEB_MODE"];
  await first.start("Add login");
  await first.must("config", "set", "web_mode", "true");
  await first.must("state", "push");
  assert.equal((await second.run("status")).code, 4);
  second.env["CODESPACES"] = "true";
  assert.equal((await second.status()).origin, "branch");
  await second.must("complete", "think");
  await second.must("advance");
  await first.must("state", "pull");
  assert.equal((await first.status()).phase, "DO");
});

test("start in a fresh clone goes on in the same repository", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  const second = machines.clone("second");
  await second.start("Fix search");
  assert.equal(machines.branches.length, 1);
  const third = machines.clone("third");
  await third.must("state", "pull");
  const { total } = await third.data<{ total: number }>("session", "list");
  assert.equal(total, 2);
});

test("over smart HTTP, forbidden and back again", async () => {
  using machines = new Machines();
  await using server = new GitHttpServer(machines.bare);
  const first = machines.clone("first", { url: server.url });
  await first.start("Add login");
  assert.equal((await first.stateStatus()).carrier, "branch");

  server.mood = "forbids pushes";
  await first.must("complete", "think");
  const advanced = await first.must("advance");
  assert.match(advanced.stderr, /could not be pushed .*403.*snapshot export/s);
  const told = await first.stateStatus();
  assert.equal(told.carrier, "snapshot");
  assert.equal(told.pending, 1);

  server.mood = "fine";
  const pushed = await first.must("state", "push");
  assert.equal(pushed.stderr, "");
  assert.deepEqual(await first.stateStatus().then(({ carrier, pending }) => [carrier, pending]), [
    "branch",
    0,
  ]);
  const second = machines.clone("second", { url: server.url });
  assert.equal((await second.status()).phase, "DO");
}, noHttp);

test("a server that hangs delays no command for long, and leaves no process", async () => {
  using machines = new Machines();
  await using server = new GitHttpServer(machines.bare);
  const machine = machines.clone("machine", { url: server.url });
  machine.env["ORCHESTRATOR_STATE_PUSH_TIMEOUT"] = "1";
  server.mood = "hangs";
  const started = performance.now();
  const result = await machine.start("Add login");
  assert.match(result.stderr, /no response within 1 s/);
  // A second for looking the branch up, one for the push, and the machine's own slowness.
  assert.ok(performance.now() - started < 12_000);
  const busy = spawnSync("ps", ["-eo", "args"], { encoding: "utf8" }).stdout ?? "";
  assert.ok(!busy.includes(server.url), busy);
  await machine.must("complete", "think");
  server.mood = "fine";
  await machine.must("state", "push");
  const other = machines.clone("other", { url: server.url });
  assert.equal((await other.status()).task, "Add login");
}, noHttp);

test("offline it is committed here, and the next success catches up", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await machine.start("Add login");
  const away = `${machines.bare}.away`;
  renameSync(machines.bare, away);
  await machine.must("complete", "think");
  const advanced = await machine.must("advance");
  assert.match(advanced.stderr, /committed here, but not pushed yet/);
  assert.equal((await machine.stateStatus()).pending, 1);
  const log = await machine.data<{ commits: { subject: string; pushed: boolean }[] }>(
    "state",
    "log",
  );
  assert.deepEqual(log.commits.map(({ subject, pushed }) => [subject, pushed]), [
    ["Advance to DO", false],
    ["Start", true],
  ]);
  renameSync(away, machines.bare);
  await machine.must("complete", "build");
  assert.equal((await machine.must("finish")).stderr, "");
  assert.equal((await machine.stateStatus()).pending, 0);
});

test("a host that refuses the branch name gets one with a prefix it allows", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "orchestrator-state-*");
  const first = machines.clone("first");
  git(first.root, "checkout", "--quiet", "-b", "claude/add-login-x7");
  const before = first.traces();
  assert.equal((await first.start("Add login")).stderr, "");
  untouched(before, first);
  const { carrier, branch } = await first.stateStatus();
  assert.equal(carrier, "agent_branch");
  assert.match(branch, /^claude\/orchestrator-state-[a-z2-7]{26}$/);
  assert.deepEqual(machines.branches, [branch]);
  await first.must("complete", "think");
  await first.must("advance");

  const second = machines.clone("second");
  assert.deepEqual(await second.status().then(({ phase, origin }) => [phase, origin]), [
    "DO",
    "branch",
  ]);
  await second.must("complete", "build");
  assert.equal((await second.must("finish")).stderr, "");
  assert.deepEqual(machines.branches, [branch]);
  // A person at a desk, on no such branch, goes on pushing where the others do.
  await first.must("state", "pull");
  assert.equal((await first.data<{ status: string }>("status")).status, "completed");
});

test("where no branch is allowed, the answer says what is left", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "*");
  const normal = machines.clone("normal");
  assert.match((await normal.start("Add login")).stderr, /snapshot export/);
  assert.equal((await normal.stateStatus()).carrier, "snapshot");
  const portable = machines.clone("portable");
  await portable.must("init", "--portable");
  assert.match((await portable.start("Add login")).stderr, /committed with the work/);
  assert.equal((await portable.stateStatus()).carrier, "portable");
});

test("where no branch is allowed, push hands the state over as text", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "*");
  const first = machines.clone("first");
  await first.start("Add login");
  await first.must("note", "remember the milk");
  const pushed = await first.must("state", "push");
  assert.match(pushed.stderr, /This snapshot contains all of it/);
  const log = join(machines.scratch.top, "log.txt");
  writeFileSync(log, `some output\n${pushed.stdout}more output\n`);
  const second = machines.clone("second");
  delete second.env["ORCHESTRATOR_WEB_MODE"];
  await second.must("snapshot", "import", log);
  assert.equal((await second.status()).session, (await first.status()).session);
  const { snapshot } = await first.data<{ snapshot: string }>("state", "push");
  assert.match(snapshot, /^-----BEGIN ORCHESTRATOR SNAPSHOT-----\n/);
});

test("a state directory that is committed with the work is safe once it is pushed", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "orchestrator-*");
  const machine = machines.clone("machine");
  await machine.must("init", "--portable");
  await machine.start("Add login");
  const push = async () =>
    await machine.data<{ carrier: string; safe: boolean; problem: string }>("state", "push");
  const uncommitted = await push();
  assert.deepEqual([uncommitted.carrier, uncommitted.safe], ["portable", false]);
  assert.match(uncommitted.problem, /some of .orchestrator is not committed/);
  git(machine.root, "add", "--all");
  git(machine.root, "commit", "--quiet", "--message", "Work and state");
  assert.match((await push()).problem, /committed with the work, but not pushed/);
  git(machine.root, "push", "--quiet", "origin", "HEAD");
  const pushed = await machine.must("state", "push");
  assert.match(pushed.stdout, /in .orchestrator, pushed with the work/);
  assert.equal(pushed.stderr, "");
  assert.notEqual((await machine.stateStatus()).safeAt, null);
  // What happens afterwards is not there yet, and each phase says so without asking the server.
  await machine.must("complete", "think");
  assert.match((await machine.must("advance")).stderr, /some of .orchestrator is not committed/);
});

test("two ways of one session are both kept", async () => {
  using machines = new Machines();
  const here = machines.clone("here");
  await here.start("Add login");
  const { session } = await here.status();
  const there = machines.clone("there");
  for (const machine of [here, there]) machine.env["ORCHESTRATOR_STATE_PUSH"] = "phases";
  await there.must("state", "pull");
  await here.must("note", "here");
  await there.must("note", "there");
  await here.must("state", "push");
  const pushed = await there.must("state", "push");
  const branch = /continues as session ([a-z2-7]{13})/.exec(pushed.stderr)?.[1] ?? "";
  const notes = async (machine: Machine, id: string) =>
    (await machine.data<{ notes: { recent: { text: string }[] } }>("status", "--session", id))
      .notes.recent.map(({ text }) => text);
  assert.deepEqual(await notes(there, session), ["here"]);
  assert.deepEqual(await notes(there, branch), ["there"]);
  assert.equal((await there.status()).session, branch);
  await here.must("state", "pull");
  assert.deepEqual(await notes(here, branch), ["there"]);
  assert.equal((await here.status()).session, session);
  // From here on nothing differs any more.
  for (const machine of [here, there]) {
    await machine.must("state", "push");
    await machine.must("log", "verify", "--all");
    const { sessions } = await machine.data<{ sessions: unknown[] }>("state", "pull");
    assert.deepEqual(sessions, []);
  }
});

test("many machines push at once, and every session arrives", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Task 0");
  const others = [1, 2, 3, 4].map((number) => machines.clone(`m${number}`));
  for (const machine of others) {
    machine.env["ORCHESTRATOR_STATE_PUSH_TIMEOUT"] = "60";
    await machine.must("state", "pull");
  }
  const results = await Promise.all(
    others.map((machine, index) => machine.start(`Task ${index + 1}`)),
  );
  for (const { stderr } of results) assert.equal(stderr, "");
  await first.must("state", "pull");
  const { sessions } = await first.data<{ sessions: { task: string }[] }>("session", "list");
  assert.deepEqual(
    sessions.map(({ task }) => task).sort(),
    [0, 1, 2, 3, 4].map((n) => `Task ${n}`),
  );
});

test("in every kind of clone, HEAD, index and files stay as they are", async () => {
  using machines = new Machines();
  const file = `file://${machines.bare}`;
  const kinds: readonly (readonly [string, () => Machine])[] = [
    ["shallow", () => machines.clone("shallow", { url: file, args: ["--depth=1"] })],
    ["single branch", () => machines.clone("single", { url: file, args: ["--single-branch"] })],
    ["partial", () => machines.clone("partial", { url: file, args: ["--filter=blob:none"] })],
    ["detached", () => {
      const machine = machines.clone("detached");
      git(machine.root, "checkout", "--quiet", "--detach");
      return machine;
    }],
    ["unborn", () => {
      const root = join(machines.scratch.top, "unborn");
      git(machines.scratch.top, "init", "--quiet", "--initial-branch=main", root);
      git(root, "remote", "add", "origin", machines.bare);
      return machines.at(root);
    }],
    ["dirty", () => {
      const machine = machines.clone("dirty");
      writeFileSync(join(machine.root, "README"), "changed\n");
      writeFileSync(join(machine.root, "staged"), "staged\n");
      git(machine.root, "add", "staged");
      return machine;
    }],
    ["worktree", () => {
      const machine = machines.clone("main-tree");
      const root = join(machines.scratch.top, "worktree");
      git(machine.root, "worktree", "add", "--quiet", "--detach", root);
      return machines.at(root);
    }],
    ["odd settings", () => {
      const machine = machines.clone("odd");
      for (
        const [key, value] of [
          ["core.autocrlf", "true"],
          ["core.eol", "crlf"],
          ["commit.gpgSign", "true"],
          ["push.gpgSign", "true"],
          ["gpg.program", "false"],
          ["safe.directory", ""],
          ["push.default", "matching"],
          ["fetch.prune", "true"],
          ["remote.pushDefault", "nowhere"],
        ] as const
      ) git(machine.root, "config", key, value);
      writeFileSync(join(machine.root, ".git", "info", "attributes"), "* text eol=crlf\n");
      return machine;
    }],
    ["hooks", () => {
      const machine = machines.clone("hooks");
      const hooks = ["pre-push", "reference-transaction", "post-checkout", "pre-commit"];
      mkdirSync(join(machine.root, ".git", "hooks"), { recursive: true });
      for (const name of hooks) {
        const hook = join(machine.root, ".git", "hooks", name);
        writeFileSync(hook, `#!/bin/sh\ntouch "${machines.scratch.top}/HOOK-${name}"\nexit 1\n`);
        chmodSync(hook, 0o755);
      }
      return machine;
    }],
    ["nobody", () => {
      const machine = machines.clone("nobody");
      for (const name of Object.keys(machine.env)) {
        if (/^GIT_(AUTHOR|COMMITTER)_/.test(name)) delete machine.env[name];
      }
      git(machine.root, "config", "user.useConfigOnly", "true");
      return machine;
    }],
  ];
  for (const [kind, make] of kinds) {
    const machine = make();
    const before = machine.traces();
    const started = await machine.start(`Task of ${kind}`);
    assert.equal(started.stderr.replace(/.*Imported .*\n/, ""), "", kind);
    const { session } = await machine.status();
    await machine.must("note", "\u00fcber\r\ntwo lines");
    await machine.must("complete", "think");
    await machine.must("advance");
    assert.deepEqual(compareTrees(before, machine.traces()), [], kind);
    const fresh = machines.clone(`fresh-${kind.replaceAll(" ", "-")}`);
    const seen = await fresh.data<{ phase: string; task: string }>("status", "--session", session);
    assert.deepEqual([seen.phase, seen.task], ["DO", `Task of ${kind}`], kind);
  }
  const top = [...Deno.readDirSync(machines.scratch.top)].map(({ name }) => name);
  assert.deepEqual(top.filter((name) => name.startsWith("HOOK")), []);
});

test("no fallback carries secrets", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await machine.start("Add login");
  for (const name of ["secrets/token", "bindings/x", "backups/y", "migration_backup/z"]) {
    const path = join(machine.root, ".orchestrator", name);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "CANARY-1234");
  }
  const holds = () => {
    const objects = git(machines.bare, "cat-file", "--batch-all-objects", "--batch-check");
    return objects.split("\n").some((line) =>
      line.includes(" blob ") &&
      git(machines.bare, "cat-file", "-p", line.split(" ")[0] ?? "").includes("CANARY")
    );
  };
  await machine.must("state", "push");
  assert.equal(holds(), false);
  refuseBranches(machines.bare, "orchestrator-state-*");
  git(machine.root, "checkout", "--quiet", "-b", "codex/x");
  await machine.must("note", "more");
  const { carrier } = await machine.data<{ carrier: string }>("state", "push");
  assert.equal(carrier, "agent_branch");
  assert.equal(holds(), false);
  const kept = git(machine.root, "cat-file", "--batch-all-objects", "--batch-check");
  for (const line of kept.split("\n").filter((entry) => entry.includes(" blob "))) {
    assert.ok(!git(machine.root, "cat-file", "-p", line.split(" ")[0] ?? "").includes("CANARY"));
  }
  refuseBranches(machines.bare, "*");
  await machine.must("note", "still more");
  const { snapshot } = await machine.data<{ snapshot: string }>("state", "push");
  const { gunzipSync } = await import("node:zlib");
  const text = gunzipSync(Buffer.from(snapshot.replace(/^-----.*$/gm, ""), "base64")).toString();
  assert.match(text, /still more/);
  assert.equal(text.includes("CANARY"), false);
  await machine.must("init", "--portable");
  git(machine.root, "add", "-A");
  assert.equal(git(machine.root, "diff", "--cached").includes("CANARY"), false);
  const exported = await machine.must("snapshot", "export");
  assert.equal(gunzipSync(exported.bytes ?? new Uint8Array()).includes("CANARY"), false);
});

test("a secret on the server's branch is not carried on", async () => {
  using machines = new Machines();
  const machine = machines.clone("one");
  await machine.start("Keep to ourselves");
  await machine.must("state", "push");
  const [branch = ""] = machines.branches;
  const other = join(machines.scratch.top, "other");
  git(machines.scratch.top, "clone", "--quiet", "--branch", branch, machines.bare, other);
  mkdirSync(join(other, "secrets"));
  for (const name of ["deploy_key", "DEPLOY_KEY.age", "lock"]) {
    writeFileSync(join(other, "secrets", name), "not for a server\n");
  }
  git(other, "add", "--all", "--force");
  git(other, "commit", "--quiet", "-m", "By hand");
  git(other, "push", "--quiet", "origin", branch);
  await machine.must("note", "Going on");
  await machine.must("state", "push");
  const files = git(machines.bare, "ls-tree", "-r", "--name-only", branch).split("\n");
  assert.ok(files.some((name) => name.endsWith("/log.jsonl")));
  assert.deepEqual(files.filter((name) => /^secrets\/.*key/i.test(name)), []);
  assert.deepEqual(
    readdirSync(machine.root + "/.orchestrator").filter((name) => name === "secrets"),
    [],
  );
});

test("a folder of sessions that is gone was not emptied on purpose", async () => {
  using machines = new Machines();
  const [one, two] = [machines.clone("one"), machines.clone("two")];
  await one.start("Of the one");
  await one.must("state", "push");
  await two.must("state", "pull");
  await two.start("Of the other");
  await two.must("state", "push");
  await one.must("state", "pull");
  rmSync(join(two.root, ".orchestrator", "sessions"), { recursive: true });
  await two.must("state", "push");
  const { sessions } = await machines.clone("three").data<{ sessions: { task: string }[] }>(
    "session",
    "list",
  );
  assert.deepEqual(sessions.map(({ task }) => task).sort(), ["Of the one", "Of the other"]);
});

test("restore brings an earlier state back beside the present one", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await machine.start("Add login");
  const { session } = await machine.status();
  await machine.must("complete", "think");
  await machine.must("advance");
  const { commits } = await machine.data<{ commits: { commit: string }[] }>("state", "log");
  const first = commits.at(-1)?.commit ?? "";
  const { sessions } = await machine.data<{ sessions: { newSession: string }[] }>(
    "state",
    "restore",
    first.slice(0, 12),
  );
  const branch = sessions[0]?.newSession ?? "";
  assert.deepEqual(await machine.status().then((seen) => [seen.session, seen.phase]), [
    branch,
    "PLAN",
  ]);
  const present = await machine.data<{ phase: string }>("status", "--session", session);
  assert.equal(present.phase, "DO");
  const foreign = await machine.run("state", "restore", git(machine.root, "rev-parse", "HEAD"));
  assert.equal(foreign.code, 4);
});

test("compacting leaves one commit, and others go on from it", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  const second = machines.clone("second");
  await second.must("state", "pull");
  await first.must("complete", "think");
  await first.must("advance");
  assert.equal((await first.run("state", "compact")).code, 2);
  await first.must("state", "compact", "--yes");
  const [branch = ""] = machines.branches;
  assert.equal(git(machines.bare, "rev-list", "--count", branch), "1");
  await second.start("Fix search");
  assert.equal(git(machines.bare, "rev-list", "--count", branch), "2");
  await first.must("state", "pull");
  assert.equal((await first.data<{ total: number }>("session", "list")).total, 2);
});

test("machines that began without each other are brought together", async () => {
  using machines = new Machines();
  const away = join(machines.scratch.top, "away.git");
  const ids: string[] = [];
  const began = [machines.clone("first"), machines.clone("second")];
  for (const machine of began) {
    renameSync(machines.bare, away);
    await machine.start(`Task in ${machine.root}`);
    ids.push((await machine.status()).session);
    renameSync(away, machines.bare);
    await machine.must("state", "push");
  }
  assert.equal(machines.branches.length, 2);
  const third = machines.clone("third");
  assert.match((await third.must("status")).stderr, /There are 2 state branches/);
  await third.must("note", "from the third");
  const { sessions } = await third.data<{ sessions: { session: string }[] }>("session", "list");
  assert.deepEqual(sessions.map(({ session }) => session).sort(), [...ids].sort());
  await third.must("state", "push");
  await third.must("log", "verify", "--all");
  const branch = (await third.stateStatus()).branch;
  const files = git(machines.bare, "ls-tree", "-r", "--name-only", branch);
  for (const id of ids) assert.match(files, new RegExp(id));
});

test("a session that is removed here leaves the branch, and stays in its history", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await machine.start("Add login");
  const { session } = await machine.status();
  await machine.start("Fix search");
  const [branch = ""] = machines.branches;
  await machine.must("session", "end", session, "--reason", "not wanted");
  await machine.must("state", "push");
  const before = git(machines.bare, "rev-parse", branch);
  await machine.must("session", "remove", session, "--yes");
  await machine.must("state", "push");
  const there = (commit: string) => git(machines.bare, "ls-tree", "-r", "--name-only", commit);
  const folder = new RegExp(`sessions/${session}/`);
  assert.doesNotMatch(there(branch), folder);
  assert.match(there(before), folder);
  await machine.must("state", "restore", before);
  assert.equal(
    (await machine.data<{ task: string }>("status", "--session", session)).task,
    "Add login",
  );
});

test("a damaged session on the branch is left alone, the others are taken", async () => {
  using machines = new Machines();
  const first = machines.clone("first");
  await first.start("Add login");
  const { session } = await first.status();
  await first.must("note", "behind it");
  await first.start("Fix search");
  const [branch = ""] = machines.branches;
  const hand = machines.clone("hand");
  git(hand.root, "checkout", "--quiet", branch);
  const journal = join(hand.root, "sessions", session, "log.jsonl");
  writeFileSync(journal, readFileSync(journal, "utf8").replace("Add login", "Add virus"));
  git(hand.root, "commit", "--quiet", "-am", "evil");
  git(hand.root, "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
  const second = machines.clone("second");
  const pulled = await second.must("state", "pull");
  assert.match(pulled.stderr, new RegExp(`Session ${session} .* not merged`));
  assert.equal((await second.status()).task, "Fix search");
  // What cannot be read here may be what a newer program wrote: it stays there, push after push.
  const there = () => git(machines.bare, "rev-parse", `${branch}:sessions/${session}`);
  const left = there();
  for (const text of ["one", "two", "three"]) {
    await second.must("note", text);
    await second.must("state", "push");
    assert.equal(there(), left);
  }
  // A clone that still has the intact session keeps it.
  await first.must("state", "pull");
  await first.must("log", "verify", "--all");
});
