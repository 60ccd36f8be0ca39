/**
 * Snapshots while others work: taken in the middle of many writers, taken in and killed in the middle.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { makeProject } from "../../scripts/bench_projects.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { compareTrees, readTree } from "../harness/tree.ts";

const ignore = !executableAvailable;

/** A machine with a repository, and the executable. */
class Machine implements Disposable {
  readonly scratch = new Scratch({ ".git/HEAD": "ref: refs/heads/main\n" });
  readonly program: string;

  private constructor(program: string) {
    this.program = program;
  }

  static async boot(): Promise<Machine> {
    return new Machine(await executable());
  }

  get state(): string {
    return this.scratch.path(".orchestrator");
  }

  run(...argv: readonly string[]): Promise<Result> {
    const env = scratchEnvironment(this.scratch, { ORCHESTRATOR_ACTOR: "anna" });
    return runProcess(this.program, argv, { cwd: this.scratch.root, env });
  }

  /** What it answers; it must succeed. */
  // deno-lint-ignore no-explicit-any -- each command has data of its own
  async json(...argv: readonly string[]): Promise<{ data: any; warnings: readonly string[] }> {
    const { code, stdout, stderr } = await this.run(...argv, "--json", "--lock-timeout", "60");
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    return JSON.parse(stdout);
  }

  spawn(...argv: readonly string[]): Deno.ChildProcess {
    return new Deno.Command(this.program, {
      args: [...argv],
      cwd: this.scratch.root,
      env: scratchEnvironment(this.scratch),
      clearEnv: true,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  /** Begins an import, stops it in the middle of bringing its sessions in, and looks; then kills it. */
  async killImport(file: string, look: () => Promise<void>): Promise<void> {
    const before = this.sessions();
    const child = this.spawn("snapshot", "import", file);
    const ended = child.status.then(() => true);
    try {
      for (;;) {
        if (this.sessions() > before && this.committed()) break;
        const over = await Promise.race([
          ended,
          new Promise<false>((resolve) => setTimeout(() => resolve(false), 1)),
        ]);
        assert.ok(!over, "the import was over before it could be stopped");
      }
      child.kill("SIGSTOP");
      await look();
    } finally {
      child.kill("SIGKILL");
      await child.stdin.close();
      await child.status;
    }
    assert.ok(this.committed());
  }

  sessions(): number {
    const folder = join(this.state, "sessions");
    return existsSync(folder)
      ? readdirSync(folder).filter((name) => !name.startsWith(".")).length
      : 0;
  }

  committed(): boolean {
    return existsSync(this.state) &&
      readdirSync(this.state).some((name) => existsSync(join(this.state, name, "plan.json")));
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** A snapshot of many sessions. */
async function manySessions(here: Machine): Promise<string> {
  await makeProject(here.scratch.root, { sessions: SESSIONS, events: 3 });
  const file = join(here.scratch.top, "state.tar.gz");
  await here.json("snapshot", "export", "-o", file);
  return file;
}

const SESSIONS = 150;
const NOTICE = /^A snapshot import was interrupted: some of its sessions are missing/;

Deno.test({
  name: "readers say that an import was killed, until the next change has finished it",
  ignore: ignore || Deno.build.os === "windows",
  async fn() {
    using here = await Machine.boot();
    using there = await Machine.boot();
    const file = await manySessions(here);
    const { sessions } = (await here.json("snapshot", "inspect", file)).data;
    await there.json("snapshot", "import", file, "--session", sessions[0].session);
    await there.json("session", "use", sessions[0].session);
    const read = async () => {
      const before = readTree(there.scratch.top);
      const answers = [];
      for (const words of [["status"], ["session", "list"], ["log"]]) {
        answers.push(await there.json(...words));
      }
      assert.deepEqual(compareTrees(before, readTree(there.scratch.top)), []);
      return answers;
    };
    await there.killImport(file, async () => {
      for (const { warnings } of await read()) {
        assert.deepEqual(warnings, [], "while it lives, nothing is wrong");
      }
    });
    const answers = await read();
    for (const { warnings } of answers) assert.match(warnings.join(), NOTICE);
    assert.ok(answers[1]?.data.sessions.length < SESSIONS);
    assert.match((await there.run("status")).stderr, /^warning: A snapshot import was/);
    assert.equal((await there.run("status", "--quiet")).stderr, "");

    const { warnings } = await there.json("note", "and on");
    assert.deepEqual(warnings, ["Finished an interrupted import"]);
    for (const answer of await read()) assert.deepEqual(answer.warnings, []);
    assert.equal((await there.json("session", "list")).data.sessions.length, SESSIONS);
    for (const { session: id } of sessions) await there.json("log", "verify", "--session", id);
  },
});

Deno.test({
  name: "where the killed import was to make the project, readers say that too",
  ignore: ignore || Deno.build.os === "windows",
  async fn() {
    using here = await Machine.boot();
    using there = await Machine.boot();
    const file = await manySessions(here);
    await there.killImport(file, () => Promise.resolve());
    for (const words of [["status"], ["log"], ["snapshot", "export", "-a"]]) {
      const { code, stderr } = await there.run(...words);
      assert.equal(code, 4, stderr);
      assert.match(
        stderr,
        /a snapshot import was interrupted before its last step/,
        words.join(" "),
      );
    }
    await there.run("doctor", "--fix");
    const { data, warnings } = await there.json("session", "list");
    assert.deepEqual(warnings, []);
    assert.equal(data.sessions.length, SESSIONS);
  },
});

Deno.test({
  name: "an import that is interrupted while it waits for its snapshot leaves nothing",
  ignore: ignore || Deno.build.os === "windows",
  async fn() {
    using here = await Machine.boot();
    using there = await Machine.boot();
    const file = await manySessions(here);
    const bytes = Deno.readFileSync(file);
    for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
      const before = readTree(there.scratch.top, { times: false });
      const child = there.spawn("snapshot", "import", "-");
      const writer = child.stdin.getWriter();
      await writer.write(bytes.subarray(0, bytes.length >> 1));
      // It has begun to stage what came.
      while (!existsSync(there.state)) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill(signal);
      assert.equal((await child.status).code, code);
      await writer.abort().catch(() => {});
      assert.deepEqual(compareTrees(before, readTree(there.scratch.top, { times: false })), []);
    }
  },
});

Deno.test({
  name: "each of many snapshots taken among writers is whole, and comes in elsewhere",
  ignore,
  async fn() {
    using here = await Machine.boot();
    // More than an export keeps in memory: some of it is read twice.
    const { sessions } = await makeProject(here.scratch.root, {
      sessions: 4,
      events: 800,
      note: (index) => `${index} `.repeat(1200).trimEnd(),
    });
    let writing = true;
    const lengths = new Map(sessions.map((id) => [id, 800]));
    const writers = sessions.slice(1).map(async (id, index) => {
      for (let count = 0; writing; count++) {
        const kind = index === 0
          ? ["feedback", "tool", "add", `${count} went well`]
          : ["note", `${count} ${"x".repeat(4000)}`];
        await here.json(...kind, "--session", id);
        if (kind[0] === "note") lengths.set(id, (lengths.get(id) ?? 0) + 1);
      }
    });
    try {
      for (let round = 0; round < 4; round++) {
        const least = new Map(lengths);
        const file = join(here.scratch.top, `${round}.tar.gz`);
        const { data } = await here.json("snapshot", "export", "-o", file);
        // Whatever was acknowledged before it began is in it.
        for (const { session: id, seq } of data.sessions) {
          assert.ok(seq >= (least.get(id) ?? Infinity));
        }
        using there = await Machine.boot();
        const inspected = (await there.json("snapshot", "inspect", file)).data;
        assert.deepEqual(inspected.sessions, data.sessions);
        await there.json("snapshot", "import", file);
        for (const { session: id, seq } of data.sessions) {
          const { data } = await there.json("log", "verify", "--session", id);
          assert.equal(data.sessions.length, 1);
          const sound = {
            session: id,
            lines: seq,
            tornBytes: 0,
            bad: null,
            rebuilt: null,
            lost: null,
            lineEnds: "line feeds",
            history: null,
            unknown: null,
            decided: seq,
            contradictions: [],
          };
          assert.deepEqual({ ...data.sessions[0], ...sound }, data.sessions[0]);
        }
        const { warnings } = await there.json("status");
        assert.deepEqual(warnings, []);
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
  },
});
