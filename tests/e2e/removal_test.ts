/**
 * What is not here was not removed: a removal is a record that travels, and nothing else takes a session
 * off the server.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chainedAgain, type Line } from "../harness/forge_journal.ts";
import { git } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { noGit } from "../harness/program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `removal: ${name}`, ignore: noGit, fn });
}

/** Sessions that the server's branch has. */
function onServer(machines: Machines): readonly string[] {
  const [branch = ""] = machines.branches;
  return git(machines.bare, "ls-tree", "-r", "--name-only", branch).split("\n")
    .flatMap((path) => /^sessions\/([^/]+)\/log\.jsonl$/.exec(path)?.[1] ?? []).sort();
}

/** A file of the server's branch. */
function fileOnServer(machines: Machines, path: string): string {
  const [branch = ""] = machines.branches;
  return git(machines.bare, "show", `${branch}:${path}`);
}

const stateOf = ({ root }: Machine, ...names: string[]) => join(root, ".orchestrator", ...names);

/** Sessions that a machine has in its own state directory. */
function hereOn(machine: Machine): readonly string[] {
  return readdirSync(stateOf(machine, "sessions")).filter((name) => !name.startsWith("."));
}

/** A machine whose web mode is off: it pulls and pushes when it is told to. */
function byHand(machine: Machine): Machine {
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  return machine;
}

async function started(machine: Machine, task: string): Promise<string> {
  await machine.start(task);
  return (await machine.status()).session;
}

async function ended(machine: Machine, id: string): Promise<void> {
  await machine.must("session", "end", id, "--reason", "This was a test only");
}

/** A session that has ended, on two machines, the same on both. */
async function onBoth(machines: Machines): Promise<{
  readonly here: Machine;
  readonly there: Machine;
  readonly id: string;
  readonly other: string;
}> {
  const here = byHand(machines.clone("here"));
  const there = byHand(machines.clone("there"));
  const id = await started(here, "Add login");
  const other = await started(here, "Fix search");
  await ended(here, id);
  await here.must("state", "push");
  await there.must("state", "pull", "--all");
  await there.must("state", "push");
  assert.deepEqual([...hereOn(there)].sort(), [id, other].sort());
  return { here, there, id, other };
}

async function removed(machine: Machine, id: string): Promise<void> {
  await machine.must("session", "remove", id, "--yes");
}

for (
  const [how, lose] of [
    [
      "the folder of sessions is deleted",
      (machine: Machine) => rmSync(stateOf(machine, "sessions"), { recursive: true }),
    ],
    [
      "one session is deleted",
      (machine: Machine, id: string) =>
        rmSync(stateOf(machine, "sessions", id), { recursive: true }),
    ],
    ["git clean takes everything", (machine: Machine) => {
      git(machine.root, "clean", "-fdxq");
    }],
  ] as const
) {
  test(`${how}: a push takes nothing off the server, and says what is only there`, async () => {
    using machines = new Machines();
    const here = byHand(machines.clone("here"));
    const there = byHand(machines.clone("there"));
    // The same branch whatever the state directory says.
    for (const machine of [here, there]) machine.env["ORCHESTRATOR_STATE_BRANCH"] = "our-state";
    const theirs = await started(there, "Add login");
    await there.must("note", "acknowledged there");
    await there.must("state", "push");
    await here.must("state", "pull");
    const ours = await started(here, "Fix search");
    await here.must("state", "push");

    lose(here, theirs);
    const later = await started(here, "Write docs");
    const pushed = await here.must("state", "push");
    const all = [theirs, ours, later].sort();
    assert.deepEqual(onServer(machines), all);
    assert.match(pushed.stderr, /no removal was recorded: (it stays|they stay) on the branch/);
    assert.match(pushed.stdout, /\d sessions? (is|are) on the branch only/);
    assert.doesNotMatch((await here.must("state", "push")).stderr, /no removal/, "said once");

    await here.must("state", "compact", "--yes");
    assert.deepEqual(onServer(machines), all);
    await here.must("state", "pull");
    assert.deepEqual([...hereOn(here)].sort(), all);
    await there.must("state", "pull");
    await there.must("log", "verify", "--all");
    assert.match((await there.must("log", "--session", theirs)).stdout, /acknowledged there/);
  });
}

test("it is recorded, travels, and equal and older copies go too", async () => {
  using machines = new Machines();
  const { here, there, id, other } = await onBoth(machines);
  // A third machine has an older copy, from before the session ended.
  const third = byHand(machines.clone("third"));
  const older = byHand(machines.clone("older"));
  await third.must("state", "pull", "--all");
  cpSync(stateOf(third), stateOf(older), { recursive: true, preserveTimestamps: true });
  const journal = stateOf(older, "sessions", id, "log.jsonl");
  const [first = ""] = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, `${first}\n`);
  rmSync(stateOf(older, "sessions", id, "state.json"));

  await here.must("session", "remove", id, "--yes", "--reason", "Made twice");
  const [record, ...more] = readFileSync(stateOf(here, "removed", `${id}.jsonl`), "utf8")
    .trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(more.length, 0);
  const { v, record: kind, session, seq, task, status, why, actor } = record;
  assert.deepEqual([v, kind, session, seq, task, status, why, actor.name], [
    ...[1, "removed", id, 2, "Add login", "abandoned", "Made twice"],
    "anna",
  ]);
  await here.must("state", "push");
  assert.deepEqual(onServer(machines), [other]);
  for (const machine of [there, third, older]) {
    const pulled = await machine.must("state", "pull");
    assert.match(pulled.stderr, new RegExp(`Session ${id} was removed by anna on .*here too`));
    assert.deepEqual(hereOn(machine), [other]);
    assert.equal((await machine.must("state", "pull")).stderr, "", "said once");
    await machine.must("state", "push");
    assert.deepEqual(onServer(machines), [other]);
  }
  await here.must("state", "compact", "--yes");
  assert.match(fileOnServer(machines, `removed/${id}.jsonl`), /"removed"/);
  const fresh = byHand(machines.clone("fresh"));
  await fresh.must("state", "pull");
  assert.deepEqual(hereOn(fresh), [other]);
});

test("a copy that has gone on, gone another way or has feedback of its own wins, once", async () => {
  for (
    const [what, goOn] of [
      [
        "feedback",
        (there: Machine, id: string) =>
          there.must("feedback", "tool", "add", "it is slow", "--session", id),
      ],
      ["another lineage", (there: Machine, id: string) => {
        edit(there, id, (line) => line.replace(/"lineage":"[^"]+"/, '"lineage":"another"'));
        return Promise.resolve();
      }],
      ["another way", (there: Machine, id: string) => {
        edit(there, id, (line) => line.replace('"Add login"', '"Add logins"'));
        return Promise.resolve();
      }],
    ] as const
  ) {
    using machines = new Machines();
    const { here, there, id, other } = await onBoth(machines);
    await goOn(there, id);
    await removed(here, id);
    await here.must("state", "push");
    const pulled = await there.must("state", "pull");
    assert.match(
      pulled.stderr,
      new RegExp(`Session ${id} was removed by anna on .* has changed since: it is kept`),
      what,
    );
    assert.equal((await there.must("state", "pull")).stderr, "", `${what}: said once`);
    await there.must("state", "push");
    assert.deepEqual(onServer(machines), [id, other].sort(), what);
    assert.match(fileOnServer(machines, `removed/${id}.jsonl`), /"brought_back".*it goes on/);
    await here.must("state", "pull");
    assert.deepEqual([...hereOn(here)].sort(), [id, other].sort(), what);
    await here.must("log", "verify", "--all");
  }
});

/** Rewrites a session's journal so that its chain fits: a copy that was never anybody else's. */
function edit(machine: Machine, id: string, change: (line: string) => string): void {
  const path = stateOf(machine, "sessions", id, "log.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n").map(change);
  writeFileSync(path, chained(lines));
  rmSync(stateOf(machine, "sessions", id, "state.json"));
}

function chained(lines: readonly string[]): string {
  return chainedAgain(lines.map((line): Line => JSON.parse(line))).map((line) => `${line}\n`).join(
    "",
  );
}

test("a longer copy wins over the record of a shorter one", async () => {
  using machines = new Machines();
  const here = byHand(machines.clone("here"));
  const there = byHand(machines.clone("there"));
  const id = await started(here, "Add login");
  await here.must("state", "push");
  await there.must("state", "pull");
  await there.must("note", "acknowledged there");
  await ended(here, id);
  await removed(here, id);
  await here.must("state", "push");
  assert.deepEqual(onServer(machines), []);
  // It is no longer than the removed copy, but diverged: only this copy has its last event.
  const pulled = await there.must("state", "pull");
  assert.match(pulled.stderr, /has changed since: it is kept/);
  await there.must("state", "push");
  assert.deepEqual(onServer(machines), [id]);
  assert.match(fileOnServer(machines, `sessions/${id}/log.jsonl`), /acknowledged there/);
});

test("a copy on the server that has gone on is not dropped by who removes an older one", async () => {
  using machines = new Machines();
  const { here, there, id, other } = await onBoth(machines);
  await there.must("feedback", "tool", "add", "it is slow", "--session", id);
  await there.must("state", "push");
  await removed(here, id);
  const pushed = await here.must("state", "push");
  assert.deepEqual(onServer(machines), [id, other].sort());
  assert.match(pushed.stderr, /has changed since: it is kept/);
  assert.match(pushed.stdout, /Add login/);
  assert.deepEqual([...hereOn(here)].sort(), [id, other].sort());
  assert.match(
    readFileSync(stateOf(here, "sessions", id, "feedback", "tool.jsonl"), "utf8"),
    /it is slow/,
  );
});

test("restoring brings a session back everywhere, as a record", async () => {
  using machines = new Machines();
  const { here, there, id, other } = await onBoth(machines);
  const [branch = ""] = machines.branches;
  const before = git(machines.bare, "rev-parse", branch);
  await removed(here, id);
  await here.must("state", "push");
  await here.must("state", "restore", before);
  assert.equal((await here.must("state", "pull")).stderr, "", "a pull does not remove it again");
  await here.must("state", "push");
  assert.deepEqual(onServer(machines), [id, other].sort());
  assert.match(fileOnServer(machines, `removed/${id}.jsonl`), /"how":"state restore"/);
  const pulled = await there.must("state", "pull");
  assert.equal(pulled.stderr, "", "what was never away there stays");
  assert.deepEqual([...hereOn(there)].sort(), [id, other].sort());
  await removed(there, id);
  await there.must("state", "push");
  await here.must("state", "pull");
  assert.deepEqual(hereOn(here), [other], "it can be removed once more");
});

test("importing a snapshot brings a session back, and a snapshot carries removals", async () => {
  using machines = new Machines();
  const { here, there, id, other } = await onBoth(machines);
  const file = join(machines.scratch.top, "state.tar.gz");
  const later = join(machines.scratch.top, "later.tar.gz");
  await here.must("snapshot", "export", "-o", file);
  assert.match((await here.must("snapshot", "inspect", file, "--json")).stdout, /"sessions"/);
  await removed(here, id);
  await here.must("snapshot", "export", "-o", later);
  await here.must("snapshot", "import", file);
  assert.match(readFileSync(stateOf(here, "removed", `${id}.jsonl`), "utf8"), /snapshot import/);
  assert.deepEqual([...hereOn(here)].sort(), [id, other].sort());
  await here.must("state", "push");
  assert.deepEqual(onServer(machines), [id, other].sort());

  // A project that is made by the snapshot has its format.
  const fresh = byHand(machines.clone("fresh"));
  await fresh.must("snapshot", "import", later);
  assert.match(readFileSync(stateOf(fresh, "meta.json"), "utf8"), /"format": 2/);
  // The record arrives by the snapshot, and counts at the next pull.
  await there.must("snapshot", "import", later);
  assert.deepEqual([...hereOn(there)].sort(), [id, other].sort());
  rmSync(join(there.root, ".git", "refs", "orchestrator"), { recursive: true });
  const bare = machines.bare;
  git(bare, "update-ref", "-d", `refs/heads/${machines.branches[0]}`);
  await there.must("state", "push");
  await there.must("state", "pull");
  assert.deepEqual(hereOn(there), [other]);
});

test("it raises the format where a program of before would not keep to it", async () => {
  using machines = new Machines();
  const { here, there, id } = await onBoth(machines);
  const format = (text: string) => (JSON.parse(text) as { format: number }).format;
  const meta = (machine: Machine) => format(readFileSync(stateOf(machine, "meta.json"), "utf8"));
  const snapshot = async (name: string) => {
    const file = join(machines.scratch.top, `${name}.tar`);
    await here.must("snapshot", "export", "-o", file);
    const tar = spawnSync("tar", ["-xzOf", file, "manifest.json"], { encoding: "utf8" }).stdout;
    return format(tar);
  };
  // A snapshot has the repository's journal, which a program of before does not know.
  assert.deepEqual([meta(here), await snapshot("before")], [1, 2]);
  assert.equal(format(fileOnServer(machines, "meta.json")), 1);
  const identity = JSON.parse(readFileSync(stateOf(here, "meta.json"), "utf8"));
  await removed(here, id);
  assert.deepEqual([meta(here), await snapshot("after")], [2, 2]);
  assert.deepEqual(JSON.parse(readFileSync(stateOf(here, "meta.json"), "utf8")), {
    ...identity,
    format: 2,
  });
  await here.must("state", "push");
  assert.equal(format(fileOnServer(machines, "meta.json")), 2);
  await there.must("state", "pull");
  assert.equal(meta(there), 2);
});

test("a removal that was killed before the session went is ended by the next pull or push", async () => {
  for (const command of ["pull", "push"]) {
    using machines = new Machines();
    const { here, id, other } = await onBoth(machines);
    const aside = join(machines.scratch.top, "aside");
    cpSync(stateOf(here, "sessions", id), aside, { recursive: true, preserveTimestamps: true });
    await removed(here, id);
    cpSync(aside, stateOf(here, "sessions", id), { recursive: true, preserveTimestamps: true });
    assert.deepEqual([...hereOn(here)].sort(), [id, other].sort());
    const ended = await here.must("state", command);
    assert.match(ended.stderr, /was removed here too/);
    assert.deepEqual(hereOn(here), [other]);
    await here.must("state", "push");
    assert.deepEqual(onServer(machines), [other]);
  }
});

test("records of a newer program stop nothing and remove nothing", async () => {
  using machines = new Machines();
  const { here, there, id, other } = await onBoth(machines);
  await removed(here, id);
  const path = stateOf(here, "removed", `${id}.jsonl`);
  const newer = `{"v":2,"record":"forgiven","time":"2027-01-01T00:00:00.000Z","of":"x"}\n`;
  writeFileSync(path, `${readFileSync(path, "utf8")}${newer}not json\n`);
  await here.must("state", "push");
  assert.deepEqual(onServer(machines), [id, other].sort());
  assert.equal((await there.must("state", "pull")).stderr, "");
  assert.deepEqual([...hereOn(there)].sort(), [id, other].sort());
  await there.must("state", "push");
  const kept = fileOnServer(machines, `removed/${id}.jsonl`);
  assert.match(kept, /forgiven/);
  assert.match(kept, /not json/);
});

test("a branch that an earlier program wrote loses nothing, and that is said once", async () => {
  using machines = new Machines();
  const { here, id, other } = await onBoth(machines);
  // What 0.1.0 leaves: it does not write down what was here.
  const folder = join(here.root, ".git", "orchestrator");
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const { here: _, onlyThere: __, ...rest } = JSON.parse(
      readFileSync(join(folder, name), "utf8"),
    );
    writeFileSync(join(folder, name), JSON.stringify(rest));
  }
  rmSync(stateOf(here, "sessions", id), { recursive: true });
  const pushed = await here.must("state", "push");
  assert.match(pushed.stderr, /1 session of the last push is missing here/);
  assert.deepEqual(onServer(machines), [id, other].sort());
  assert.equal((await here.must("state", "push")).stderr, "");
});
