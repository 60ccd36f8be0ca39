/**
 * What is on the state branch and not here: a change brings in what it is about, everything else is read
 * from the branch as if it were here, and nothing of it is lost.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { noGit } from "../harness/program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `bringing in: ${name}`, ignore: noGit, fn });
}

/** A server with sessions, and one machine that has them all. */
interface World {
  readonly machines: Machines;
  readonly first: Machine;
  /** Ended, and named `alpha`. */
  readonly alpha: string;
  /** Ended, without a name. */
  readonly beta: string;
  /** Active, and not the current one. */
  readonly gamma: string;
  /** Active, and the current one. */
  readonly delta: string;
}

async function world(machines: Machines): Promise<World> {
  const first = machines.clone("first");
  const started = async (task: string, ...more: string[]) => {
    await first.start(task, ...more);
    return (await first.status()).session;
  };
  const alpha = await started("Add login", "--name", "alpha");
  const beta = await started("Fix search");
  for (const id of [alpha, beta]) {
    await first.must("note", `said in ${id}`, "--session", id);
    await first.must("session", "end", id, "--reason", "This was a test only");
  }
  const gamma = await started("Write docs", "--name", "gamma");
  const delta = await started("Tidy up");
  await first.must("state", "push");
  return { machines, first, alpha, beta, gamma, delta };
}

/** Sessions that a machine has in its own state directory. */
function hereOn({ root }: Machine): readonly string[] {
  return readdirSync(join(root, ".orchestrator", "sessions"))
    .filter((name) => !name.startsWith(".")).sort();
}

/** Sessions that the server's branch has. */
function onServer({ bare, branches: [branch = ""] }: Machines): readonly string[] {
  return git(bare, "ls-tree", "--name-only", `${branch}:sessions`).split("\n").sort();
}

interface Row {
  readonly session: string;
  readonly name: string | null;
  readonly task: string;
  readonly status: string;
  readonly phase: string | null;
  readonly progress: { readonly done: number; readonly total: number };
  readonly onBranch?: true;
}

async function rows(machine: Machine): Promise<readonly Row[]> {
  const { sessions } = await machine.data<{ sessions: readonly Row[] }>("session", "list");
  return [...sessions].sort((left, right) => left.session < right.session ? -1 : 1);
}

/** What a list says of sessions, wherever they are. */
function plain(list: readonly Row[]): readonly unknown[] {
  return list.map(({ session, name, task, status, phase, progress: { done, total } }) => [
    ...[session, name, task, status, phase, done, total],
  ]);
}

test("the first change brings in the current session, and the rest is read from the branch", async () => {
  using machines = new Machines();
  const { first, alpha, beta, gamma, delta } = await world(machines);
  const all = [alpha, beta, gamma, delta].sort();
  const fresh = machines.clone("fresh");
  const noted = await fresh.must("note", "from a fresh clone");
  assert.deepEqual(hereOn(fresh), [delta]);
  assert.match(noted.stderr, /Imported 1 session from branch \S+; 3 more are on the branch only/);

  const list = await rows(fresh);
  assert.deepEqual(plain(list), plain(await rows(first)));
  assert.deepEqual(
    list.flatMap(({ session, onBranch }) => onBranch === true ? [session] : []),
    all.filter((id) => id !== delta),
  );
  assert.match((await fresh.must("session", "list")).stdout, /alpha +abandoned \(on the branch\)/);
  for (const name of ["alpha", alpha, alpha.slice(0, 8)]) {
    const shown = await fresh.must("session", "show", name);
    assert.match(shown.stdout, /Add login/);
    assert.match(shown.stderr, /This is .*branch/);
  }
  assert.match((await fresh.must("log", "--session", beta)).stdout, new RegExp(`said in ${beta}`));
  const verified = (await fresh.must("log", "verify", "--all")).stdout;
  for (const id of all) {
    assert.match(verified, new RegExp(`${id}: \\d+ lines?, the hash chain is intact`));
  }
  assert.deepEqual(
    (await fresh.data<{ onlyThere: readonly string[] }>("state", "status")).onlyThere,
    all.filter((id) => id !== delta),
  );
  assert.match((await fresh.must("state", "status")).stdout, /only there +3 sessions: read from/);
  assert.deepEqual(hereOn(fresh), [delta], "reading brings nothing in");

  await fresh.must("state", "push");
  assert.deepEqual(onServer(machines), all);
  await first.must("state", "pull");
  assert.match((await first.must("log", "--session", delta)).stdout, /from a fresh clone/);
});

test("a change of a session that is only there brings it in", async () => {
  using machines = new Machines();
  const { gamma, delta, beta } = await world(machines);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  const noted = await fresh.must("note", "by its name", "--session", "gamma");
  assert.match(noted.stderr, new RegExp(`Imported session ${gamma} from branch`));
  assert.deepEqual(hereOn(fresh), [gamma, delta].sort());
  assert.equal((await fresh.must("note", "again", "--session", "gamma")).stderr, "");
  const other = machines.clone("other");
  await other.must("note", "by the beginning of its id", "--session", gamma.slice(0, 9));
  assert.deepEqual(hereOn(other), [gamma, delta].sort());
  // What refuses a change brings in what it is refused for, and nothing else.
  assert.notEqual((await fresh.run("note", "too late", "--session", beta)).code, 0);
  const unknown = await fresh.run("note", "nobody", "--session", "epsilon");
  assert.match(unknown.stderr, /Cannot find session "epsilon"/);
  // The current session's folder is lost: the branch still has it.
  rmSync(join(fresh.root, ".orchestrator", "sessions", delta), { recursive: true });
  await fresh.must("state", "push");
  assert.equal((await fresh.status()).session, delta);
  assert.match(
    (await fresh.must("note", "found again")).stderr,
    new RegExp(`Imported session ${delta} from`),
  );
  assert.ok(hereOn(fresh).includes(delta));
  await fresh.must("log", "verify", "--all");
});

test("a pull brings in what is active, and all of it when it is asked for", async () => {
  using machines = new Machines();
  const { first, alpha, beta, gamma, delta } = await world(machines);
  const fresh = machines.clone("fresh");
  const pulled = await fresh.must("state", "pull");
  assert.match(
    pulled.stdout,
    /Imported 2 sessions from .*; 2 sessions more on the branch only/,
  );
  assert.deepEqual(hereOn(fresh), [gamma, delta].sort());
  const again = await fresh.must("state", "pull");
  assert.match(again.stdout, /Nothing new; 2 sessions more on the branch only: .* --all/);
  // Ended elsewhere: what is here goes on following it.
  await first.must("session", "end", gamma, "--reason", "This was a test only");
  await first.must("state", "push");
  await fresh.must("state", "pull");
  assert.equal((await rows(fresh)).find(({ session }) => session === gamma)?.status, "abandoned");
  await fresh.must("state", "pull", "--all");
  assert.deepEqual(hereOn(fresh), [alpha, beta, gamma, delta].sort());
  assert.match((await fresh.must("state", "pull")).stdout, /Everything is here already/);
  assert.deepEqual(
    (await fresh.data<{ onlyThere: readonly string[] }>("state", "status")).onlyThere,
    [],
  );
  assert.ok((await rows(fresh)).every(({ onBranch }) => onBranch === undefined));
});

test("a name that a session on the branch has is taken", async () => {
  using machines = new Machines();
  const { beta } = await world(machines);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  for (
    const argv of [
      ["start", "Another", "--name", "alpha"],
      ["session", "rename", "alpha"],
      ["session", "rename", beta.slice(0, 6)],
    ]
  ) {
    const refused = await fresh.run(...argv);
    assert.match(refused.stderr, /session \S+ already has that name/, argv.join(" "));
  }
  assert.deepEqual(hereOn(fresh).length, 1);
});

test("removing works on sessions that are only there, by the record", async () => {
  using machines = new Machines();
  const { first, alpha, beta, gamma, delta } = await world(machines);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  const active = await fresh.run("session", "remove", "gamma", "--yes");
  assert.match(active.stderr, /still active/);
  await fresh.must("session", "remove", "alpha", "--yes");
  assert.deepEqual(hereOn(fresh), [delta], "it was not brought in for that");
  assert.ok((await rows(fresh)).every(({ session }) => session !== alpha));
  const ended = await fresh.data<{ removed: readonly string[] }>(
    ...["session", "remove", "--ended", "--yes"],
  );
  assert.deepEqual(ended.removed, [beta]);
  await fresh.must("state", "push");
  assert.deepEqual(onServer(machines), [gamma, delta].sort());
  await first.must("state", "pull");
  assert.deepEqual(hereOn(first), [gamma, delta].sort());
});

test("an export holds what is only there, too", async () => {
  using machines = new Machines();
  const { alpha, beta, gamma, delta } = await world(machines);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  const exported = async (file: string, ...argv: string[]) => {
    const { sessions } = await fresh.data<{ sessions: readonly { session: string }[] }>(
      ...["snapshot", "export", "-o", file, ...argv],
    );
    return sessions.map(({ session }) => session).sort();
  };
  assert.deepEqual(await exported("all.tar.gz"), [alpha, beta, gamma, delta].sort());
  assert.deepEqual(await exported("one.tar.gz", "--session", "alpha"), [alpha]);
  const elsewhere = machines.clone("elsewhere");
  await elsewhere.must("snapshot", "import", join(fresh.root, "all.tar.gz"));
  assert.deepEqual(hereOn(elsewhere), [alpha, beta, gamma, delta].sort());
  await elsewhere.must("log", "verify", "--all");
});

test("removals that only the branch has travel with an export, and count for what comes back", async () => {
  using machines = new Machines();
  const { first, alpha, beta, gamma, delta } = await world(machines);
  const [branch = ""] = machines.branches;
  const before = git(machines.bare, "rev-parse", branch);
  await first.must("snapshot", "export", "-o", "before.tar.gz");
  await first.must("session", "remove", "alpha", beta, "--yes");
  await first.must("state", "push");
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  assert.equal(existsSync(join(fresh.root, ".orchestrator", "removed")), false);
  await fresh.must("snapshot", "export", "-o", "after.tar.gz");
  const names = spawnSync("tar", ["-tzf", join(fresh.root, "after.tar.gz")], { encoding: "utf8" });
  for (const id of [alpha, beta]) assert.match(names.stdout, new RegExp(`removed/${id}\\.jsonl`));

  const file = join(first.root, "before.tar.gz");
  await fresh.must("state", "restore", before, "--session", beta.slice(0, 10));
  await fresh.must("snapshot", "import", file, "--session", alpha);
  assert.deepEqual(hereOn(fresh), [alpha, beta, delta].sort());
  const pulled = await fresh.must("state", "pull");
  assert.doesNotMatch(pulled.stderr, /removed/);
  await fresh.must("state", "push");
  assert.deepEqual(onServer(machines), [alpha, beta, gamma, delta].sort());
  await first.must("state", "pull", "--all");
  assert.deepEqual(hereOn(first), [alpha, beta, gamma, delta].sort());
});

test("without the server what was seen of the branch is read, and comes in", async () => {
  using machines = new Machines();
  const { first, beta, gamma, delta } = await world(machines);
  const fresh = machines.clone("fresh");
  const never = machines.clone("never");
  await fresh.must("note", "first");
  renameSync(machines.bare, `${machines.bare}.away`);
  const listed = await fresh.must("session", "list", "--json");
  assert.equal(JSON.parse(listed.stdout).data.sessions.length, 4);
  assert.match((await fresh.must("log", "--session", beta)).stdout, new RegExp(`said in ${beta}`));
  await fresh.must("note", "offline", "--session", "gamma");
  assert.deepEqual(hereOn(fresh), [gamma, delta].sort());
  await fresh.must("state", "pull", "--all");
  assert.equal(hereOn(fresh).length, 4);
  // A clone that never looked has the branch from `git clone`.
  const noted = await never.must("note", "offline, too");
  assert.deepEqual(hereOn(never), [delta]);
  assert.match(noted.stderr, /could not be fetched/);
  assert.equal((await rows(never)).length, 4);
  renameSync(`${machines.bare}.away`, machines.bare);
  await fresh.must("state", "push");
  await first.must("state", "pull");
  assert.match((await first.must("log", "--session", gamma)).stdout, /offline/);
});

test("what an earlier program took off the branch is found by doctor, and comes back", async () => {
  using machines = new Machines();
  const { alpha, beta, gamma, delta } = await world(machines);
  const [branch = ""] = machines.branches;
  const hand = machines.clone("hand");
  git(hand.root, "checkout", "--quiet", branch);
  git(hand.root, "rm", "--quiet", "-r", `sessions/${alpha}`, `sessions/${gamma}`);
  git(hand.root, "commit", "--quiet", "-m", "by an earlier program");
  git(hand.root, "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  interface Report {
    readonly findings: readonly { readonly level: string; readonly list: readonly string[] }[];
  }
  const looked = async () =>
    (await fresh.data<Report>("doctor", "--check", "state.lost", "--offline")).findings[0];
  const report = await looked();
  assert.equal(report?.level, "warning");
  assert.deepEqual(
    report.list.map((line) => line.slice(0, 13)).sort(),
    [alpha, gamma].sort(),
  );
  for (const line of report.list) {
    const [, command = ""] = /: orchestrator (.*)$/.exec(line) ?? [];
    await fresh.must(...command.split(" "));
  }
  assert.equal((await looked())?.level, "ok");
  await fresh.must("state", "push");
  assert.deepEqual(onServer(machines), [alpha, beta, gamma, delta].sort());
  // What goes by a record is not lost.
  await fresh.must("session", "remove", "alpha", "--yes");
  await fresh.must("state", "push");
  assert.equal((await looked())?.level, "ok");
  assert.match((await fresh.run("state", "restore", "HEAD", "--session", "x")).stderr, /Cannot/);
});

test("doctor knows a session by ORCHESTRATOR_SESSION that is only on the branch", async () => {
  using machines = new Machines();
  const { alpha } = await world(machines);
  const fresh = machines.clone("fresh");
  await fresh.must("note", "first");
  fresh.env["ORCHESTRATOR_SESSION"] = "alpha";
  const { findings: [check] } = await fresh.data<
    { readonly findings: readonly { readonly level: string; readonly message: string }[] }
  >("doctor", "--check", "environment.session");
  assert.deepEqual([check?.level, check?.message], ["ok", alpha]);
  assert.match((await fresh.must("status")).stdout, /Add login/);
});

for (
  const [what, change] of [
    ["none, as an earlier program leaves it", (root: string) => {
      git(root, "rm", "--quiet", "-r", "index");
    }],
    ["not one line of it right", (root: string) => {
      for (const name of readdirSync(join(root, "index"))) {
        writeFileSync(join(root, "index", name), `{"id":7}\nno JSON\n[]\nnull\n`);
      }
    }],
    ["one of another commit", (root: string) => {
      for (const name of readdirSync(join(root, "index"))) {
        const path = join(root, "index", name);
        const text = readFileSync(path, "utf8").replaceAll(/"task":"[^"]*"/g, '"task":"Other"')
          .replaceAll(/"tree":"[^"]*"/g, (part) => part.replaceAll(/[0-9a-f]{8}/g, "0123abcd"));
        writeFileSync(path, text);
      }
    }],
  ] as const
) {
  test(`the index of the branch is ${what}: the sessions themselves are read`, async () => {
    using machines = new Machines();
    const there = await world(machines);
    const [branch = ""] = machines.branches;
    const hand = machines.clone("hand");
    git(hand.root, "checkout", "--quiet", branch);
    change(hand.root);
    git(hand.root, "commit", "--quiet", "-am", "by hand");
    git(hand.root, "push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
    const fresh = machines.clone("fresh");
    await fresh.must("note", "first");
    assert.deepEqual(plain(await rows(fresh)), plain(await rows(there.first)));
    await fresh.must("state", "pull");
    assert.deepEqual(hereOn(fresh), [there.gamma, there.delta].sort());
    await fresh.must("state", "push");
    const index = git(machines.bare, "grep", "-h", "", branch, "--", "index/").split("\n");
    assert.deepEqual(
      index.map((line) => JSON.parse(line).id).sort(),
      [there.alpha, there.beta, there.gamma, there.delta].sort(),
      "the push has made it again",
    );
  });
}

/** A clone in whose environment nothing says where state is kept: only the configuration on the branch does. */
function unaware(machines: Machines, name: string): Machine {
  const machine = machines.clone(name);
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  return machine;
}

/** A server that has a session whose configuration came from a file. */
async function configured(machines: Machines): Promise<Machine> {
  const first = unaware(machines, "first");
  await first.must("init");
  await first.must("config", "set", "web_mode", "true");
  await first.must("config", "set", "state_push", "every");
  await first.start("Add login");
  return first;
}

for (
  const change of [
    ["note", "hello"],
    ["complete", "think", "--notes", "Thought it through"],
    ["skip", "think", "--reason", "Not needed for this one"],
    ["claim", "think"],
    ["checkpoint", "create", "--message", "before"],
    ["start", "Fix search"],
  ]
) {
  test(`a configuration that comes with the session counts at once: ${change[0]}`, async () => {
    using machines = new Machines();
    await configured(machines);
    const before = git(machines.bare, "rev-parse", machines.branches[0] ?? "");
    const fresh = unaware(machines, "fresh");
    if (change[0] === "start") await fresh.start("Fix search");
    else await fresh.must(...change);
    assert.notEqual(git(machines.bare, "rev-parse", machines.branches[0] ?? ""), before);
    assert.equal(machines.branches.length, 1);
    const { safeAt, pending } = await fresh.stateStatus();
    assert.notEqual(safeAt, null);
    assert.equal(pending, 0);
  });
}

test("a clone that knows an old end of a session asks for the newest one before its first change", async () => {
  using machines = new Machines();
  const first = await configured(machines);
  const fresh = unaware(machines, "fresh");
  await first.must("note", "said after the clone was made");
  const { stdout, stderr } = await fresh.must("note", "from the clone");
  assert.doesNotMatch(stdout + stderr, /diverged/);
  await first.must("state", "pull");
  const log = (await first.must("log")).stdout;
  assert.match(log, /said after the clone was made[^]*from the clone/);
  assert.equal(
    (await first.data<{ sessions: readonly Row[] }>("session", "list")).sessions.length,
    1,
  );
});

test("what the user configured still counts once the configuration was read again", async () => {
  using machines = new Machines();
  await configured(machines);
  for (const [name, change] of [["one", "note"], ["two", "note"]] as const) {
    const fresh = unaware(machines, name);
    if (name === "two") fresh.env["CLAUDE_CODE_REMOTE"] = "true";
    await fresh.must("config", "set", "--global", "actor", "Berta");
    await fresh.must(change, `said by Berta in ${name}`);
    const { events } = await fresh.data<
      { events: readonly { readonly type: string; readonly actor: { readonly name: string } }[] }
    >("log");
    const noted = events.findLast(({ type }) => type === "note_added");
    assert.equal(noted?.actor.name, "Berta");
  }
});
