/**
 * A place with all that a project can hold, where each field can be made hostile, and every command is
 * looked at on a pipe, on a terminal and for a program.
 * @module
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { visibleLength } from "../../src/cli/output/width.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { harmIn, rowsWiderThan } from "./escapes.ts";
import { type InProcess, type Result, runInProcess, runProcess } from "./running.ts";
import { Scratch, scratchEnvironment } from "./scratch.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const WIDTH = 80;

export const WORKFLOW = `
name: Tiny
version: "1"
settings: { agents_may_approve: true, test_command: "true" }
phases:
  - id: PLAN
    name: Planning
    description: What to do
    notes: [think first]
    exit_gate: human_approval
    items:
      - { id: plan, name: Write the plan, description: In words, notes: [be short] }
      - id: proof
        name: Prove it
        verification: { type: command, command: "exit 1" }
      - id: file
        name: There is a file
        verification: { type: file_exists, path: "no/such.md" }
      - id: paper
        name: Hand it in
        step_type: documented
        evidence_prompt: What was done
      - { id: soft, name: May be skipped, step_type: flexible, required: false }
      - { id: gate, name: A person looks, step_type: gate, verification: { type: manual_gate } }
  - { id: WORK, name: Working, items: [{ id: work, name: Work }] }
`;

/** What is done to have events of all kinds. */
const STORY: readonly (readonly string[])[] = [
  ["start", "Add login", "--name", "first", "--constraint", "no new packages", "--project", "shop"],
  ["note", "a note"],
  ["complete", "plan", "--notes", "as said", "--evidence", '{"seen":"it"}'],
  ["complete", "proof"],
  ["complete", "file"],
  ["skip", "soft", "--reason", "not needed"],
  ["checkpoint", "create", "-m", "before", "--decision", "use x", "--file", "a.ts"],
  ["approve", "gate", "--yes", "--notes", "fine"],
  ["skip", "paper", "--reason", "no time", "--force"],
  ["approve", "--phase", "PLAN", "--yes"],
  ["checkpoint", "restore", "cp1", "--yes"],
  ["feedback", "tool", "add", "good"],
  ["feedback", "process", "add", "slow"],
  ["session", "rename", "renamed"],
];

/** Commands that read, with arguments that let them. */
export const READING: readonly (readonly string[])[] = [
  ["status"],
  ["log"],
  ["log", "verify"],
  ["session", "list"],
  ["session", "show"],
  ["handoff"],
  ["generate-md"],
  ["checkpoint", "list"],
  ["checkpoint", "show", "cp1"],
  ["feedback", "tool", "list"],
  ["feedback", "process", "list"],
];

/** Commands that read something else than sessions. */
export const LOOKING: readonly (readonly string[])[] = [
  ["config", "show", "--effective"],
  ["config", "validate"],
  ["config", "get", "workflow"],
  ["config", "path"],
  ["validate"],
  ["env"],
  ["doctor", "--offline", "--verbose"],
  ["secrets", "list"],
  ["secrets", "doctor"],
  ["state", "status"],
  ["trust", "list"],
  ["migrate", "--dry-run"],
  ["deinit", "--dry-run"],
  ["completions", "candidates", "--current", "", "complete"],
];

/** A place with events of all kinds, and what is run there. */
export class HostileWorld implements Disposable {
  readonly scratch: Scratch;
  readonly env: Record<string, string>;
  readonly harm: string[] = [];
  runs = 0;
  bugs = 0;

  constructor(files: Readonly<Record<string, string>> = { "workflow.yaml": WORKFLOW }) {
    this.scratch = new Scratch(files);
    this.env = scratchEnvironment(this.scratch);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }

  static async make(): Promise<HostileWorld> {
    const world = new HostileWorld();
    await world.git("init", "-q", "-b", "main");
    for (const argv of STORY) await world.run(argv);
    return world;
  }

  /** Runs git in the project. */
  async git(...args: readonly string[]): Promise<Result> {
    return await runProcess("git", args, { cwd: this.scratch.root, env: this.env });
  }

  async run(argv: readonly string[], more: Partial<InProcess> = {}): Promise<Result> {
    const { env, ...rest } = more;
    return await runInProcess(argv, {
      cwd: this.scratch.root,
      now: NOW,
      env: { ...this.env, ...env },
      forged: true,
      ...rest,
    });
  }

  /** Runs a command on a pipe, on a terminal and for a program, and looks at all that it prints. */
  async look(where: string, argv: readonly string[], more: Partial<InProcess> = {}): Promise<void> {
    for (const how of ["pipe", "terminal", "json"] as const) {
      const result = await this.run(how === "json" ? [...argv, "--json"] : argv, {
        answers: [null, null, null],
        texts: [null, null],
        secrets: [null, null],
        ...more,
        ...(how === "terminal" ? { terminal: WIDTH } : {}),
      });
      this.runs++;
      if (result.code === 70) this.bugs++;
      const printed = result.stdout + result.stderr;
      const found = [
        ...harmIn(printed, { colours: argv.includes("proof"), tabs: argv[0] === "completions" }),
        ...(how === "terminal"
          ? rowsWiderThan(printed, WIDTH, visibleLength).map((row) => `a row too wide: ${row}`)
          : []),
      ];
      if (how === "json" && !argv.includes("--debug")) {
        for (const line of printed.split("\n")) if (line !== "") JSON.parse(line);
      }
      for (const harm of found.slice(0, 2)) {
        const words = argv.map((word) => word.length > 40 ? "<canary>" : word).join(" ");
        this.harm.push(`${where}: ${words} (${how}): ${harm.slice(0, 300)}`);
      }
    }
  }

  path(name: string): string {
    return this.scratch.path(join(".orchestrator", name));
  }

  session(): string {
    return join("sessions", readdirSync(this.path("sessions"))[0] ?? "");
  }

  /** Changes a file while `task` runs. */
  async with(path: string, content: string, task: () => Promise<void>): Promise<void> {
    let before: Uint8Array | null = null;
    try {
      before = readFileSync(path);
    } catch {
      mkdirSync(dirname(path), { recursive: true });
    }
    writeFileSync(path, content);
    try {
      await task();
    } finally {
      if (before === null) rmSync(path);
      else writeFileSync(path, before);
    }
  }

  expectHarmless(least: number): void {
    assert.ok(this.runs >= least, `only ${this.runs} runs`);
    assert.deepEqual(this.harm.slice(0, 20), []);
  }
}

/** A journal's lines with a newly computed hash chain. */
export function chained(events: readonly unknown[]): string {
  let prev = "0".repeat(64);
  return events.map((event) => {
    const line = JSON.stringify({ ...(event as object), prev });
    prev = sha256Hex(line);
    return `${line}\n`;
  }).join("");
}

export function withChecksum(state: unknown): string {
  const { checksum: _, ...rest } = state as Record<string, unknown>;
  const text = JSON.stringify(rest).slice(1) + "\n";
  return `{"checksum":"${sha256Hex(text)}",${text}`;
}

export const eventsOf = (world: HostileWorld): readonly Record<string, unknown>[] =>
  readFileSync(world.path(join(world.session(), "log.jsonl")), "utf8").split("\n").slice(0, -1)
    .map((line) => JSON.parse(line));
