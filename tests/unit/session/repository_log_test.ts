/** The repository's journal: what happens to sessions as wholes, and what must be seen of it. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { CHAIN_START, encodeLine, readChain } from "../../../src/session/repository_log/lines.ts";
import { joinChains } from "../../../src/session/repository_log/place_chain.ts";
import { inOrder } from "../../../src/session/repository_log/read_log.ts";
import { Machines } from "../../harness/machines.ts";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { git } from "../../harness/git_server.ts";

const WORKFLOW = `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items: [{ id: think, name: Think }, { id: look, name: Look }]
`;

interface Event {
  readonly writer: string;
  readonly seq: number;
  readonly type: string;
  readonly data: Record<string, unknown>;
}

/** A project on a machine of its own. */
class Project implements Disposable {
  readonly scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  readonly env: Record<string, string> = scratchEnvironment(this.scratch);
  root = this.scratch.root;

  constructor() {
    git(this.root, "init", "--quiet");
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }

  run(...argv: string[]): Promise<Result> {
    return runInProcess(argv, { cwd: this.root, env: this.env });
  }

  async must(...argv: string[]): Promise<string> {
    const result = await this.run(...argv);
    assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
    return result.stdout;
  }

  async start(task: string, name: string): Promise<string> {
    return JSON.parse(await this.must("start", task, "--name", name, "--json")).data.session;
  }

  async end(session: string): Promise<void> {
    await this.must("session", "end", session, "--reason", "started the wrong thing");
  }

  async events(): Promise<readonly Event[]> {
    return JSON.parse(await this.must("log", "--repository", "--json")).data.events;
  }

  async types(): Promise<readonly string[]> {
    return (await this.events()).map(({ type }) => type);
  }

  state(name = ""): string {
    return join(this.root, ".orchestrator", name);
  }

  /** The files of the journal. */
  get logs(): readonly string[] {
    return existsSync(this.state("log")) ? readdirSync(this.state("log")).sort() : [];
  }

  edit(name: string, change: (text: string) => string): void {
    const before = readFileSync(this.state(name), "utf8");
    const after = change(before);
    assert.notEqual(after, before, "the edit changes nothing");
    writeFileSync(this.state(name), after);
  }

  /** What `log verify --all` and `doctor` say against the journal; both must. */
  async complaint(): Promise<string> {
    const verified = await this.run("log", "verify", "--all");
    assert.equal(verified.code, 8, verified.stdout);
    const doctor = await this.run("doctor", "--offline");
    assert.match(doctor.stdout, /\(sessions\.repository\)/);
    return verified.stderr;
  }
}

Deno.test("a session that is removed and started anew is named by status, finish and show", async () => {
  using project = new Project();
  const first = await project.start("Add login", "login");
  await project.must("complete", "think");
  await project.end(first);
  await project.must("session", "remove", first, "--yes", "--reason", "tidying up");
  const second = await project.start("Another task", "login");
  await project.must("complete", "think", "look");
  const named = new RegExp(
    `session ${first} \\("login"\\) was removed on \\S+ \\S+ by anna, when it was abandoned, ` +
      `1 of 2 items done \\(journal of 3 events\\): tidying up`,
  );
  const flat = (text: string) => text.replace(/\s+(?:\| )?/g, " ");
  assert.match(flat(await project.must("status")), named);
  assert.match(flat(await project.must("session", "show")), named);
  assert.match(flat(await project.must("session", "list", "--removed")), named);
  const { bypasses } = JSON.parse(await project.must("status", "--json")).data;
  assert.equal(bypasses[0].kind, "earlier_session");
  assert.equal(bypasses[0].session, first);
  const finished = await project.must("finish");
  assert.match(flat(finished), named);
  // Once, although both the state and the journal know it.
  assert.equal(flat(finished).split(first).length, 2);
  // A task is enough, and a session of neither says nothing.
  await project.must("start", "Add login");
  assert.match(flat(await project.must("status")), named);
  await project.must("start", "Something else");
  assert.doesNotMatch(await project.must("status"), /removed/);
  assert.deepEqual(await project.types(), [
    "opened",
    "session_started",
    "session_removed",
    "session_started",
    "session_started",
    "session_started",
  ]);
  assert.equal((await project.events())[3]?.data["session"], second);
});

Deno.test("an older snapshot taken over a session is seen, with what it took the place of", async () => {
  using project = new Project();
  const id = await project.start("Add login", "login");
  await project.must("complete", "think");
  const file = join(project.scratch.top, "old.tar.gz");
  await project.must("snapshot", "export", "-o", file);
  await project.must("note", "the tests fail");
  await project.must("snapshot", "import", file, "--replace");
  const imported = (await project.events()).at(-1);
  assert.equal(imported?.type, "sessions_imported");
  const [session] = imported?.data["sessions"] as Record<string, unknown>[];
  assert.equal(session?.["session"], id);
  assert.equal(session?.["seq"], 2);
  const replaced = session?.["replaced"] as Record<string, unknown>;
  assert.equal(replaced["seq"], 3);
  assert.ok(existsSync(project.state(String(replaced["backup"]))));
  await project.must("complete", "look");
  const shown = await project.must("session", "show");
  assert.match(shown, /was replaced by an imported copy/);
  const { repository } = JSON.parse(await project.must("finish", "--json")).data;
  assert.deepEqual(repository.earlier.map(({ what }: { what: string }) => what), ["replaced"]);
  assert.equal(repository.arrivals[0].how, "snapshot import");
  assert.equal(repository.arrivals[0].seq, 2);
  // Taking it in once more changes nothing and is no event.
  const before = await project.types();
  await project.must("snapshot", "import", file, "--replace", "--session", id);
  assert.deepEqual((await project.types()).length, before.length + 1);
  const status = (await project.must("status")).replaceAll(/\s+/g, " ");
  assert.match(
    status,
    /imported on .*, in place of a copy \(completed, 2 of 2 items done, \d events\)/,
  );
});

Deno.test("a session that comes from another clone says how far it had got", async () => {
  using here = new Project();
  using there = new Project();
  await here.start("Add login", "login");
  await here.must("complete", "think");
  const file = join(here.scratch.top, "s.tar.gz");
  await here.must("snapshot", "export", "-o", file);
  await there.must("snapshot", "import", file);
  await there.must("complete", "look");
  const { data } = JSON.parse(await there.must("session", "show", "--json"));
  const [arrival] = data.repository.arrivals;
  assert.deepEqual([arrival.seq, arrival.progress.done, arrival.progress.total], [2, 1, 2]);
  const came =
    /imported on .* by anna \(snapshot import\).*, when it was active, 1 of 2 items done/;
  assert.match((await there.must("status")).replaceAll(/\s+/g, " "), came);
  const status = JSON.parse(await there.must("status", "--json"));
  assert.equal(status.data.remarks.filter((text: string) => came.test(text)).length, 1);
  assert.match((await there.must("finish")).replaceAll(/\s+/g, " "), came);
  assert.doesNotMatch(await here.must("status"), /imported on/);
  // Both chains are there, and the first one is the other clone's.
  assert.equal(there.logs.length, 2);
  assert.ok(here.logs.every((name) => there.logs.includes(name)));
  await there.must("log", "verify", "--all");
});

Deno.test("sessions that come and go by hand are found or missing with the next line", async () => {
  using project = new Project();
  const first = await project.start("Add login", "login");
  cpSync(project.state(`sessions/${first}`), join(project.scratch.top, "kept"), {
    recursive: true,
  });
  rmSync(project.state(`sessions/${first}`), { recursive: true });
  await project.start("Another", "other");
  const missing = (await project.events()).at(-2);
  assert.equal(missing?.type, "sessions_missing");
  assert.match(await project.must("session", "list", "--removed"), /deleted without a record/);
  renameSync(join(project.scratch.top, "kept"), project.state(`sessions/${first}`));
  await project.start("Third", "third");
  const found = (await project.events()).at(-2);
  assert.equal(found?.type, "sessions_found");
  assert.equal(found?.data["first"], false);
  // An import in place of one that was deleted says so first.
  const file = join(project.scratch.top, "s.tar.gz");
  await project.must("snapshot", "export", "-o", file);
  rmSync(project.state(`sessions/${first}`), { recursive: true });
  await project.must("snapshot", "import", file);
  assert.deepEqual((await project.types()).slice(-2), ["sessions_missing", "sessions_imported"]);
});

Deno.test("a repository from before the journal begins one with what is there", async () => {
  using project = new Project();
  const first = await project.start("Add login", "login");
  await project.end(first);
  await project.must("session", "remove", first, "--yes");
  await project.start("Second", "second");
  rmSync(project.state("log"), { recursive: true });
  rmSync(project.state("writer.json"));
  await project.must("log", "verify", "--all");
  await project.must("doctor", "--offline");
  await project.must("note", "no line is written for a note");
  assert.deepEqual(project.logs, []);
  // What an earlier version recorded of removals counts.
  assert.match(await project.must("session", "list", "--removed"), new RegExp(first));
  await project.start("Third", "login");
  assert.match(await project.must("status"), new RegExp(first));
  const events = await project.events();
  assert.deepEqual(events.map(({ type }) => type), ["opened", "sessions_found", "session_started"]);
  assert.equal(events[1]?.data["first"], true);
});

Deno.test("an edited line, a shortened or deleted file and a lost record are seen", async (test) => {
  const cases: Readonly<Record<string, (project: Project, log: string) => void>> = {
    "a line is edited": (project, log) =>
      project.edit(log, (text) => text.replace("session_removed", "session_restored")),
    "a line is edited that is the last": (project, log) =>
      project.edit(log, (text) => text.replace('"task":"Second"', '"task":"Sec0nd"')),
    "a line is dropped": (project, log) =>
      project.edit(log, (text) => text.split("\n").toSpliced(2, 1).join("\n")),
    "the end is cut off": (project, log) =>
      project.edit(log, (text) => text.split("\n").slice(0, 2).join("\n") + "\n"),
    "the file is deleted": (project, log) => rmSync(project.state(log)),
    "the record of the removal is deleted": (project) =>
      rmSync(project.state("removed"), { recursive: true }),
  };
  for (const [name, harm] of Object.entries(cases)) {
    await test.step(name, async () => {
      using project = new Project();
      const first = await project.start("Add login", "login");
      await project.end(first);
      await project.must("session", "remove", first, "--yes");
      await project.start("Second", "second");
      harm(project, `log/${project.logs[0]}`);
      assert.match(await project.complaint(), /Cannot trust the repository's journal/);
      // It holds up nothing, and stays in sight behind what is written from then on.
      await project.start("Third", "third");
      await project.complaint();
    });
  }
});

Deno.test("a clone that cannot go on with its own file takes another name, and says whose it was", async () => {
  using project = new Project();
  await project.start("First", "first");
  await project.start("Second", "second");
  const [log = ""] = project.logs;
  project.edit(`log/${log}`, (text) => text.split("\n").slice(0, 2).join("\n") + "\n");
  await project.start("Third", "third");
  assert.equal(project.logs.length, 2);
  const opened = (await project.events()).filter(({ type }) => type === "opened").at(-1);
  const previous = opened?.data["previous"] as Record<string, unknown>;
  assert.equal(`${previous["writer"]}.jsonl`, log);
  assert.deepEqual([previous["seq"], previous["why"]], [3, "shortened"]);
});

Deno.test("a process that died around an append is no damage", async (test) => {
  for (const [name, wrote] of [["before", false], ["after", true]] as const) {
    await test.step(name, async () => {
      using project = new Project();
      await project.start("First", "first");
      const log = `log/${project.logs[0]}`;
      const before = readFileSync(project.state(log), "utf8");
      const known = JSON.parse(readFileSync(project.state("writer.json"), "utf8"));
      await project.start("Second", "second");
      const { seq, hash } = JSON.parse(readFileSync(project.state("writer.json"), "utf8"));
      const cut = { ...known, next: { seq, hash } };
      writeFileSync(project.state("writer.json"), JSON.stringify(cut));
      if (!wrote) writeFileSync(project.state(log), before + '{"v":1,"seq":3,"ti');
      await project.must("log", "verify", "--all");
      await project.start("Third", "third");
      assert.equal(project.logs.length, 1);
      await project.must("log", "verify", "--all");
      assert.deepEqual(
        (await project.types()).slice(2),
        wrote ? ["session_started", "session_started"] : ["sessions_found", "session_started"],
      );
    });
  }
});

Deno.test("what a clone brings in place of the journal is not followed and holds up nothing", async (test) => {
  const cases: Readonly<Record<string, (project: Project) => void>> = {
    "the folder is a link": (project) => {
      const outside = join(project.scratch.top, "outside");
      renameSync(project.state("log"), outside);
      symlinkSync(outside, project.state("log"));
    },
    "a file is a link": (project) => {
      const outside = join(project.scratch.top, "outside.jsonl");
      writeFileSync(outside, "private\n");
      symlinkSync(outside, project.state("log/aaaaaaaaaaaaa.jsonl"));
    },
    "a file is no JSON": (project) =>
      writeFileSync(project.state("log/aaaaaaaaaaaaa.jsonl"), "\u001b[2Jx\n\0\n"),
    "a name is none of a writer": (project) =>
      writeFileSync(project.state("log/UPPER.jsonl"), "x\n"),
    "writer.json is no JSON": (project) => writeFileSync(project.state("writer.json"), "{"),
    "the writer's name leads out": (project) =>
      writeFileSync(
        project.state("writer.json"),
        JSON.stringify({ format: 1, writer: "../../x", seq: 1, hash: "0".repeat(64) }),
      ),
    "values are of other types": (project) => {
      const event = { type: "sessions_imported", data: { how: 1, from: [], sessions: [{}, 7] } };
      const stamp = { time: "2026-01-01T00:00:00Z", actor: { kind: "person", name: "x" } } as const;
      const { text } = encodeLine(event, CHAIN_START, stamp);
      writeFileSync(project.state("log/aaaaaaaaaaaaa.jsonl"), `${text}\n`);
    },
  };
  for (const [name, harm] of Object.entries(cases)) {
    await test.step(name, async () => {
      using project = new Project();
      const id = await project.start("First", "first");
      harm(project);
      // Nothing below the state directory is reached through a link.
      const started = await project.run("start", "Second");
      const isLinked = name === "the folder is a link";
      assert.equal(started.code, isLinked ? 1 : 0, started.stderr);
      assert.equal(readdirSync(project.state("sessions")).length, isLinked ? 1 : 2);
      await project.must("complete", "think", "look", "--session", id);
      await project.must("finish", "--session", id);
      for (const argv of [["log", "--repository"], ["log", "verify", "--all"], ["doctor"]]) {
        const { code, stdout, stderr } = await project.run(...argv);
        assert.ok([0, 1, 8].includes(code), `${argv.join(" ")}: ${code} ${stderr}`);
        for (const text of ["private", "\u001b[2J"]) assert.ok(!(stdout + stderr).includes(text));
      }
    });
  }
});

Deno.test("a secret in a task, a name or a reason does not reach the journal", async () => {
  using project = new Project();
  project.env["ORCHESTRATOR_SECRET_TOKEN"] = "hunter2-hunter2";
  const id = await project.start("Add hunter2-hunter2", "name-hunter2-hunter2");
  await project.end(id);
  await project.must("session", "remove", id, "--yes", "--reason", "it was hunter2-hunter2");
  assert.doesNotMatch(readFileSync(project.state(`log/${project.logs[0]}`), "utf8"), /hunter2/);
});

Deno.test("two clones write to a file each, and each has both after a push and a pull", async () => {
  using machines = new Machines();
  const [one, two] = [machines.clone("one"), machines.clone("two")];
  await one.start("First");
  await one.must("state", "push");
  await two.start("Second");
  await two.must("state", "push");
  await one.must("state", "pull");
  const names = (root: string) => readdirSync(join(root, ".orchestrator/log")).sort();
  assert.equal(names(one.root).length, 2);
  assert.deepEqual(names(one.root), names(two.root));
  for (const machine of [one, two]) await machine.must("log", "verify", "--all");
  const { events } = await two.data<{ events: readonly Event[] }>("log", "--repository");
  const started = events.filter(({ type }) => type === "session_started");
  assert.deepEqual(started.map(({ data }) => data["task"]), ["First", "Second"]);
  // What identifies a clone does not leave it.
  const tree = git(machines.bare, "ls-tree", "-r", "--name-only", machines.branches[0] ?? "");
  assert.match(tree, /^log\//m);
  assert.doesNotMatch(tree, /writer\.json/);
});

Deno.test("a copied clone takes another name when it meets what the original wrote, and loses no line", async () => {
  using machines = new Machines();
  const one = machines.clone("one");
  await one.start("First");
  await one.must("state", "push");
  const copied = join(machines.scratch.top, "copied");
  cpSync(one.root, copied, { recursive: true });
  const copy = machines.at(copied);
  await one.start("Of the original");
  await one.must("state", "push");
  await copy.start("Of the copy");
  await copy.must("state", "push");
  await copy.start("And on");
  await copy.must("state", "push");
  await one.must("state", "pull");
  for (const machine of [one, copy]) {
    await machine.must("log", "verify", "--all");
    const { events } = await machine.data<{ events: readonly Event[] }>("log", "--repository");
    const tasks = events.filter(({ type }) => type === "session_started")
      .map(({ data }) => data["task"]);
    assert.deepEqual(tasks.toSorted(), ["And on", "First", "Of the copy", "Of the original"]);
    assert.equal(new Set(events.map(({ writer }) => writer)).size, 2);
  }
});

Deno.test("portable: the journal is committed, what identifies the clone is not, and a checkout is no damage", async () => {
  using project = new Project();
  await project.must("init", "--portable");
  await project.start("First", "first");
  const commit = () => {
    git(project.root, "add", "--all");
    git(project.root, "commit", "--quiet", "--message", "state");
  };
  commit();
  const tracked = git(project.root, "ls-files");
  assert.match(tracked, /^\.orchestrator\/log\//m);
  assert.doesNotMatch(tracked, /writer\.json/);
  git(project.root, "branch", "aside");
  await project.start("Second", "second");
  commit();
  git(project.root, "checkout", "--quiet", "aside");
  const verified = await project.must("log", "verify", "--all");
  assert.match(verified, /is missing/);
  await project.start("Aside", "aside");
  assert.ok(!(await project.types()).includes("sessions_missing"));
  commit();
  git(project.root, "checkout", "--quiet", "-");
  git(project.root, "merge", "--quiet", "-m", "both", "aside");
  assert.doesNotMatch(await project.must("log", "verify", "--all"), /missing/);
  const started = (await project.events()).filter(({ type }) => type === "session_started");
  assert.deepEqual(started.map(({ data }) => data["task"]), ["First", "Second", "Aside"]);
});

Deno.test("a switch of the mode is an event", async () => {
  using project = new Project();
  await project.must("init");
  await project.must("init", "--portable");
  await project.must("init", "--portable");
  const changes = (await project.events()).filter(({ type }) => type === "mode_changed");
  assert.deepEqual(changes.map(({ data }) => data), [{ from: "normal", to: "portable" }]);
});

Deno.test("lines stand behind what they refer to, whatever the clocks say", () => {
  const actor = { kind: "person", name: "anna" } as const;
  const note = (text: string) => ({ type: text, data: {} });
  const early = { time: "2026-01-01T00:00:00Z", actor };
  const late = { time: "2026-01-02T00:00:00Z", actor };
  const a1 = encodeLine(note("a1"), CHAIN_START, late);
  const b1 = encodeLine(note("b1"), CHAIN_START, early, new Map([["a".repeat(13), a1.head]]));
  const b2 = encodeLine(note("b2"), b1.head, early);
  const chains = new Map([
    ["b".repeat(13), readChain("b".repeat(13), `${b1.text}\n${b2.text}\n`)],
    ["a".repeat(13), readChain("a".repeat(13), `${a1.text}\n`)],
  ]);
  assert.deepEqual(inOrder(chains).map(({ type }) => type), ["a1", "b1", "b2"]);
});

Deno.test("joining copies of a chain keeps every line, in whatever order they meet", () => {
  const stamp = { time: "2026-01-01T00:00:00Z", actor: { kind: "person", name: "x" } } as const;
  const chain = (...types: string[]) => {
    let head = CHAIN_START;
    return types.map((type) => {
      const line = encodeLine({ type, data: {} }, head, stamp);
      head = line.head;
      return `${line.text}\n`;
    }).join("");
  };
  const writer = "a".repeat(13);
  const [short, long, other] = [chain("1"), chain("1", "2"), chain("1", "3")];
  assert.deepEqual(joinChains(writer, short, long), { keeps: "incoming", apart: null });
  assert.deepEqual(joinChains(writer, long, short), { keeps: "local", apart: null });
  const { keeps, apart } = joinChains(writer, long, other);
  assert.equal(keeps, "incoming");
  assert.ok(apart !== null);
  const read = readChain(apart.writer, apart.text);
  assert.equal(read.bad, null);
  assert.deepEqual(read.lines.map(({ type }) => type), ["opened", "2"]);
  assert.deepEqual(joinChains(writer, long, other).apart, apart);
  // A damaged copy gives way to a whole one.
  const damaged = long.replace('"type":"2"', '"type":"x"');
  assert.equal(joinChains(writer, damaged.slice(0, -20) + "\n", long).keeps, "incoming");
});
