/**
 * Projects in every condition a command can find one in.
 * @module
 */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { oldProjects } from "../harness/old_projects.ts";
import { type Result, runInProcess, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const FIXTURES = resolve(import.meta.dirname ?? ".", "../fixtures/legacy");

const WORKFLOW = `name: places
phases:
  - id: PLAN
    name: Plan
    items:
      - id: plan
        name: Plan it
      - id: check
        name: Check it
        verification: {type: command, command: "echo ran > ran.txt"}
  - id: BUILD
    name: Build
    items:
      - {id: build, name: Build it, required: false}
`;

/** A project of a test's own, and the program that works on it. */
export class Place implements Disposable {
  readonly scratch = new Scratch();
  /** The executable; null when the program runs in this process, which is quicker. */
  readonly file: string | null;
  /** Where temporary files go, for everyone to write to; not in the scratch. */
  readonly temporary: string;
  /** Id of the session commands mean; empty when there is none of the new layout. */
  session = "";

  constructor(file: string | null) {
    this.file = file;
    this.temporary = mkdtempSync(join(tmpdir(), "orchestrator-tmp-"));
    chmodSync(this.temporary, 0o1777);
  }

  get environment(): Record<string, string> {
    return scratchEnvironment(this.scratch, { TMPDIR: this.temporary });
  }

  /** Runs a command. */
  run(argv: readonly string[]): Promise<Result> {
    const surroundings = { cwd: this.scratch.root, env: this.environment };
    return this.file === null
      ? runInProcess(argv, surroundings)
      : runProcess(this.file, argv, surroundings);
  }

  /** Runs a command, which must succeed. */
  async must(...argv: string[]): Promise<void> {
    const { code, stderr } = await this.run(argv);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
  }

  /** Absolute path of a file of the session. */
  path(name: string): string {
    return this.scratch.path(`.orchestrator/sessions/${this.session}/${name}`);
  }

  /** Begins a session on `workflow.yaml`, with something of everything in it. */
  async work(): Promise<void> {
    this.scratch.write("workflow.yaml", WORKFLOW);
    this.scratch.write("sub/folder/file", "");
    await this.must("start", "The first", "--name", "first");
    await this.must("session", "end", "first", "--reason", "It was only the first");
    await this.must("start", "Build a bridge", "--constraint", "No rust", "--name", "bridge");
    this.session = this.scratch.read(".orchestrator/current").trim();
    await this.must("complete", "plan", "--notes", "planned");
    await this.must("checkpoint", "create", "--message", "before the bridge");
    await this.must("note", "The river is wide");
    await this.must("feedback", "tool", "add", "quick");
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
    rmSync(this.temporary, { recursive: true, force: true });
  }
}

/** A condition: how it comes about. */
export type Condition = (place: Place) => void | Promise<void>;

/** Projects of the new layout. */
export const NEW_PLACES: Readonly<Record<string, Condition>> = {
  "nothing at all": () => {},
  "a repository of git without a project": async ({ scratch }) => {
    const env = scratchEnvironment(scratch);
    const { code } = await runProcess("git", ["init", "-q"], { cwd: scratch.root, env });
    assert.equal(code, 0);
  },
  "only a workflow.yaml": ({ scratch }) => scratch.write("workflow.yaml", WORKFLOW),
  "a project without sessions": (place) => place.must("init"),
  "a project at work": (place) => place.work(),
  "an ended session": async (place) => {
    await place.work();
    await place.must("finish", "--abandon", "--reason", "The river has dried up");
  },
  "a damaged state.json": async (place) => {
    await place.work();
    writeFileSync(place.path("state.json"), readFileSync(place.path("state.json")).subarray(0, 99));
  },
  "no state.json": async (place) => {
    await place.work();
    rmSync(place.path("state.json"));
  },
  "a torn tail": async (place) => {
    await place.work();
    appendFileSync(place.path("log.jsonl"), '{"v":1,"seq":5,"ty');
  },
  "a journal that was edited": async (place) => {
    await place.work();
    const text = readFileSync(place.path("log.jsonl"), "utf8");
    writeFileSync(place.path("log.jsonl"), text.replace("planned", "ignored"));
  },
  "a journal that is gone": async (place) => {
    await place.work();
    rmSync(place.path("log.jsonl"));
  },
  "a newer format": async (place) => {
    await place.work();
    writeFileSync(place.path("state.json"), '{"format":99}\n');
  },
  "a damaged meta.json": async (place) => {
    await place.work();
    place.scratch.write(".orchestrator/meta.json", "{");
  },
  "no meta.json": async (place) => {
    await place.work();
    rmSync(place.scratch.path(".orchestrator/meta.json"));
  },
  "a current that names nothing": async (place) => {
    await place.work();
    place.scratch.write(".orchestrator/current", "aaaaaaaaaaaaa\n");
  },
  "what killed processes left": async (place) => {
    await place.work();
    place.scratch.write(".orchestrator/.tmp-1-aaaaaaaa", "half");
    place.scratch.write(".orchestrator/sessions/.staging-aaaaaaaaaaaaa-aaaaaa/log.jsonl", "{}\n");
    place.scratch.write(".orchestrator/sessions/.removed-aaaaaaaaaaaaa-aaaaaa", "{}\n");
    writeFileSync(place.path(".tmp-1-aaaaaaaa"), "half");
    const holder = { id: "a", operation: "note", pid: 1, host: "h", actor: "a", since: "2026" };
    for (const lock of [place.path("lock"), place.scratch.path(".orchestrator/lock")]) {
      writeFileSync(lock, JSON.stringify(holder) + "\n");
    }
  },
};

function fixture(name: string): string {
  return readFileSync(join(FIXTURES, name), "utf8");
}

const LOG_LINE = JSON.stringify({
  timestamp: "2026-01-05T08:00:00.000001Z",
  event_type: "workflow_started",
  workflow_id: "wf_7ide7ab1",
  phase_id: null,
  item_id: null,
  message: "started",
  details: {},
  actor: "system",
}) + "\n";

/** Projects of the old tool, one for each generation. */
export const OLD_PLACES: Readonly<Record<string, Condition>> = {
  ...Object.fromEntries(["g0", "g1", "g2", "g3", "g4"].map((name) => [
    `an old project, ${name}`,
    ({ scratch }: Place) => {
      scratch.write(".workflow_state.json", fixture(`states/${name}.json`));
      scratch.write(".workflow_log.jsonl", LOG_LINE);
      scratch.write(
        ".workflow_checkpoints/cp_20260105_080000_abcdef.json",
        fixture("checkpoint_v2.json"),
      );
      scratch.write("workflow.yaml", WORKFLOW);
    },
  ])),
  ...Object.fromEntries(["g5", "g6", "g7", "g8"].map((name) => [
    `an old project, ${name}`,
    ({ scratch }: Place) => {
      const session = ".orchestrator/sessions/1a2b3c4d";
      scratch.write(`${session}/state.json`, fixture(`states/${name}.json`));
      scratch.write(`${session}/log.jsonl`, LOG_LINE);
      scratch.write(`${session}/meta.json`, '{"id":"1a2b3c4d"}');
      scratch.write(
        `${session}/checkpoints/cp_20260116_080000_000000_abcd_abcd.json`,
        fixture("checkpoint_v3.json"),
      );
      scratch.write(".orchestrator/current", "1a2b3c4d");
      scratch.write(".orchestrator/.gitignore", "*\n");
    },
  ])),
  "an old project, damaged": ({ scratch }) => {
    scratch.write(".workflow_state.json", fixture("states/g4.json").slice(0, 500));
  },
};

/** The real projects of the old tool. */
export const REAL_PLACES: Readonly<Record<string, Condition>> = Object.fromEntries(
  oldProjects.map(({ name, root }) => [
    `a real old project, ${name}`,
    ({ scratch }: Place) => cpSync(root, scratch.root, { recursive: true, verbatimSymlinks: true }),
  ]),
);
