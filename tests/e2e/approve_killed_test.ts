/**
 * A sandbox works, waits and is destroyed; a person approves in another clone; a new sandbox goes on. Over
 * smart HTTP, with the executable, and with each command killed once before it is run again.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { GitHttpServer, httpBackend } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { WAITS } from "../harness/waits.ts";

/** Milliseconds after which commands are killed: while they read, write, and talk to the server. */
const DELAYS = [15, 60, 250, 600];

/** The program in one clone, killed before each command is run. */
class Killed {
  readonly #program: string;
  readonly #machine: Machine;
  readonly #delay: number;

  constructor(program: string, machine: Machine, delay: number) {
    this.#program = program;
    this.#machine = machine;
    this.#delay = delay;
  }

  get #surroundings() {
    return { cwd: this.#machine.root, env: this.#machine.env };
  }

  /** Runs a command that is killed after the delay, if it is not done by then. */
  async kill(...argv: string[]): Promise<void> {
    const child = spawn(this.#program, argv, { ...this.#surroundings, stdio: "ignore" });
    const ended = new Promise((resolve) => child.once("close", resolve));
    const timer = setTimeout(() => child.kill("SIGKILL"), this.#delay);
    await ended;
    clearTimeout(timer);
  }

  /** Kills a command, and runs it again: it must succeed. */
  async does(...argv: string[]): Promise<Result> {
    await this.kill(...argv);
    return await this.must(...argv);
  }

  run(...argv: string[]): Promise<Result> {
    return runProcess(this.#program, argv, this.#surroundings);
  }

  async must(...argv: string[]): Promise<Result> {
    const result = await this.run(...argv);
    assert.equal(result.code, 0, `${argv.join(" ")} (${this.#delay} ms): ${result.stderr}`);
    return result;
  }

  async data<Data>(...argv: string[]): Promise<Data> {
    return JSON.parse((await this.must(...argv, "--json")).stdout).data as Data;
  }
}

interface Standing {
  readonly session: string;
  readonly phase: string | null;
  readonly status: string;
  readonly atRisk?: unknown;
}

/** Starts a session, unless the killed start has made it. */
async function begin(sandbox: Killed): Promise<string> {
  const argv = ["start", "Add login", "--workflow", "waits.yaml"];
  await sandbox.kill(...argv);
  const { sessions } = await sandbox.data<{ sessions: { session: string }[] }>("session", "list");
  if (sessions.length === 0) await sandbox.must(...argv);
  return (await sandbox.data<Standing>("status")).session;
}

for (const delay of DELAYS) {
  Deno.test({
    name: `an approval elsewhere, each command killed after ${delay} ms and run again`,
    ignore: !executableAvailable || httpBackend === null,
    fn: async () => {
      const program = await executable();
      using machines = new Machines();
      await using server = new GitHttpServer(machines.bare);
      const machine = (name: string) => {
        const made = machines.clone(name, { url: server.url });
        made.env["ORCHESTRATOR_STATE_PUSH_TIMEOUT"] = "60";
        return made;
      };
      const first = machine("first");
      writeFileSync(join(first.root, "waits.yaml"), WAITS);
      const sandbox = new Killed(program, first, delay);
      const session = await begin(sandbox);
      await sandbox.does("complete", "think");
      assert.equal((await sandbox.data<Standing>("status")).atRisk, undefined);
      rmSync(first.root, { recursive: true, force: true });

      const desk = machine("desk");
      delete desk.env["ORCHESTRATOR_WEB_MODE"];
      const person = new Killed(program, desk, delay);
      await person.does("inbox");
      const { items } = await person.data<{ items: { session: string; argv: string[] }[] }>(
        "inbox",
      );
      assert.deepEqual(items.map((item) => item.session), [session]);
      await person.does(...items[0]?.argv ?? [], "--yes");

      const next = new Killed(program, machine("next"), delay);
      await next.does("wait", "--for", "approval");
      await next.kill("advance");
      const { phase } = await next.data<Standing>("status");
      if (phase === "PLAN") await next.must("advance");
      await next.does("complete", "build");
      await next.kill("finish");
      // Where the killed one has finished it, the second is refused, and pushes what was not.
      const again = await next.run("finish");
      assert.ok(again.code === 0 || /the workflow is finished/.test(again.stderr), again.stderr);
      const ended = await next.data<Standing>("status", "--session", session);
      assert.deepEqual([ended.status, ended.atRisk], ["completed", undefined]);
      await next.must("log", "verify", "--all");

      // A third machine knows one session, whole: nothing went two ways.
      const last = new Killed(program, machine("last"), delay);
      await last.must("state", "pull", "--all");
      const { sessions } = await last.data<{ sessions: { session: string; status: string }[] }>(
        "session",
        "list",
      );
      assert.deepEqual(
        sessions.map((row) => [row.session, row.status]),
        [[session, "completed"]],
      );
      await last.must("log", "verify", "--all");
    },
  });
}
