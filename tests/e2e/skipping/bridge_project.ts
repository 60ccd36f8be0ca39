/**
 * A project with a workflow that is worth getting round, what people look at afterwards, and the honest
 * ways through it.
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

/** Its gate reads a file of the project; in `format: 1` less is refused, and so must be said. */
const PHASES = `phases:
  - id: DESIGN
    name: Design
    items:
      - id: brief
        name: Write the brief
        step_type: required
        verification: { type: file_exists, path: docs/brief.md }
      - id: go_ahead
        name: A person reads the brief
        step_type: gate
        verification: { type: manual_gate }
  - id: MAKE
    name: Make
    exit_gate: human_approval
    items:
      - id: bridge
        name: Build it
        step_type: required
      - id: load
        name: It bears the load
        step_type: gate
        verification: { type: command, command: "grep -q bears src/bridge.txt && sh tools/measure.sh" }
      - id: look
        name: What was looked at
        step_type: documented
        verification: { type: none }
`;

/** By the format that the workflow says. */
export const WORKFLOWS = {
  plain: `name: Bridge\n${PHASES}`,
  strict: `format: 2\nname: Bridge\nsettings: { shell: sh }\n${PHASES}`,
  fresh: `format: 2\nname: Bridge\nsettings: { shell: sh, proofs: fresh }\n${PHASES}`,
} as const;

/** Evidence of the item `look`. */
export const EVIDENCE = '{"done":"Read the plan of the old bridge","where":["src/bridge.txt"]}';

/** What a command is run with besides its arguments. */
interface With {
  readonly env?: Readonly<Record<string, string>>;
  /** By whom: a coding agent has its maker's variable. Default: a person. */
  readonly agent?: true;
  /** Where. Default: the root. */
  readonly cwd?: string;
}

/** One project. */
export class Bridge implements Disposable {
  readonly scratch: Scratch;

  constructor(workflow: string = WORKFLOWS.plain) {
    this.scratch = new Scratch({
      "workflow.yaml": workflow,
      "src/bridge.txt": "a plank\n",
      "tools/measure.sh": "exit 0\n",
    });
    this.git("init", "--quiet");
    this.commit();
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }

  get environment(): Record<string, string> {
    return scratchEnvironment(this.scratch);
  }

  git(...argv: readonly string[]): void {
    const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    execFileSync("git", [...who, ...argv], { cwd: this.scratch.root, env: this.environment });
  }

  commit(): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", "Work");
  }

  run(
    argv: readonly string[],
    { env = {}, agent, cwd = this.scratch.root }: With = {},
  ): Promise<Result> {
    return runInProcess(argv, {
      cwd,
      env: { ...this.environment, ...(agent ? { CLAUDECODE: "1" } : {}), ...env },
    });
  }

  /** As an agent; whether it is let is for the test to say. */
  agent(...argv: readonly string[]): Promise<Result> {
    return this.run(argv, { agent: true });
  }

  async must(argv: readonly string[], more: With = {}): Promise<void> {
    const { code, stderr } = await this.run(argv, more);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  }

  /** The path of a file of the session that commands mean. */
  file(name: string): string {
    const session = readFileSync(this.scratch.path(".orchestrator/current"), "utf8").trim();
    return this.scratch.path(`.orchestrator/sessions/${session}/${name}`);
  }

  start(): Promise<void> {
    return this.must(["start", "Build a bridge", "--name", "bridge"], { agent: true });
  }

  /** With the brief written. */
  async briefed(): Promise<void> {
    await this.start();
    this.scratch.write("docs/brief.md", "A bridge of wood\n");
    await this.must(["complete", "brief"], { agent: true });
  }

  /** In the phase MAKE, with a gate that has failed. */
  async failing(): Promise<void> {
    await this.briefed();
    await this.must(["approve", "go_ahead", "--yes"]);
    await this.must(["advance"], { agent: true });
    await this.must(["complete", "bridge"], { agent: true });
    assert.equal((await this.agent("complete", "load")).code, 1);
  }

  /** What makes the gate pass. */
  build(): void {
    this.scratch.write("src/bridge.txt", "it bears\n");
  }

  /** All that is behind the gate, as far as it is let. */
  async rest(): Promise<void> {
    await this.agent("complete", "look", "--evidence", EVIDENCE);
    await this.run(["approve", "--phase", "MAKE", "--yes"]);
    await this.agent("finish");
  }

  /** Of the workflow; `none` where no session was started. */
  async status(): Promise<string> {
    const { code, stdout } = await this.run(["status", "--json"]);
    return code === 4 ? "none" : JSON.parse(stdout).data.status;
  }

  /** All that a person looks at afterwards. */
  async seen(): Promise<string> {
    const screens = [["status"], ["log"], ["log", "verify", "--all"], ["session", "list", "--all"]];
    const texts: string[] = [];
    for (const argv of screens) {
      const { stdout, stderr } = await this.run(argv);
      texts.push(stdout, stderr);
    }
    return texts.join("\n");
  }
}

/** Honest ways to the end. */
export const HONEST: Readonly<Record<string, (bridge: Bridge) => Promise<void>>> = {
  "at once": async (bridge) => {
    await bridge.briefed();
    await bridge.must(["approve", "go_ahead", "--yes", "--notes", "It is what we need"]);
    await bridge.must(["advance"], { agent: true });
    bridge.build();
    await bridge.must(["complete", "bridge", "load"], { agent: true });
    await bridge.rest();
  },
  "with a failure, a note and commits in between": async (bridge) => {
    await bridge.failing();
    await bridge.must(["note", "The plank was too thin"], { agent: true });
    bridge.build();
    bridge.commit();
    await bridge.must(["complete", "load"], { agent: true });
    bridge.commit();
    await bridge.rest();
  },
  "with approvals from another work tree": async (bridge) => {
    const cwd = bridge.scratch.path("../tree");
    bridge.git("worktree", "add", "--quiet", cwd);
    await bridge.briefed();
    const env = { ORCHESTRATOR_SESSION: "bridge" };
    await bridge.must(["approve", "go_ahead", "--yes"], { cwd, env });
    await bridge.must(["advance"], { agent: true });
    bridge.build();
    await bridge.must(["complete", "bridge", "load"], { agent: true });
    await bridge.must(["complete", "look", "--evidence", EVIDENCE], { agent: true });
    await bridge.must(["approve", "--phase", "MAKE", "--yes"], { cwd, env });
    await bridge.must(["finish"], { agent: true });
  },
  "by a person alone": async (bridge) => {
    await bridge.must(["start", "Build a bridge", "--name", "bridge"]);
    bridge.scratch.write("docs/brief.md", "A bridge of stone\n");
    await bridge.must(["complete", "brief"]);
    await bridge.must(["approve", "go_ahead", "--yes"]);
    await bridge.must(["advance"]);
    bridge.build();
    await bridge.must(["complete", "bridge"]);
    await bridge.must(["complete", "load"]);
    await bridge.must(["complete", "look", "--evidence", EVIDENCE]);
    await bridge.must(["approve", "--phase", "MAKE", "--yes"]);
    await bridge.must(["finish"]);
  },
};

/** A way to get through a workflow without doing it. */
export interface Attempt {
  /** Default: `plain`. */
  readonly format?: Format;
  readonly posix?: true;
  /** Does it, and goes on to the end as far as it is let. */
  readonly go: (bridge: Bridge) => Promise<void>;
  /** What a person sees afterwards. Absent where the workflow cannot be finished so. */
  readonly seen?: RegExp;
}

/** Attempts by what they do. */
export type Attempts = Readonly<Record<string, Attempt>>;

/** A format that a workflow says. */
export type Format = keyof typeof WORKFLOWS;

/** A command of an agent that is refused, by what that says. */
export async function refused(
  bridge: Bridge,
  argv: readonly string[],
  text: RegExp,
): Promise<void> {
  const { code, stderr } = await bridge.agent(...argv);
  assert.notEqual(code, 0, argv.join(" "));
  assert.match(stderr, text);
}

/** The gate passes while something else is there, and what was there comes back. */
export async function swapped(bridge: Bridge, path: string, text: string): Promise<void> {
  const before = bridge.scratch.read(path);
  bridge.scratch.write(path, text);
  await bridge.agent("complete", "load");
  bridge.scratch.write(path, before);
  await bridge.rest();
}

/** To the end, with a brief of some kind. */
export async function throughWith(bridge: Bridge): Promise<void> {
  await bridge.agent("complete", "brief");
  await bridge.run(["approve", "go_ahead", "--yes"]);
  await bridge.agent("advance");
  bridge.build();
  await bridge.agent("complete", "bridge", "load");
  await bridge.rest();
}
