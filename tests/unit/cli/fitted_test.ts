import assert from "node:assert/strict";
import { fitted, onTerminals } from "../../../src/cli/output/fitted.ts";
import { exact, say } from "../../../src/cli/output/shown.ts";
import { visibleLength } from "../../../src/cli/output/width.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { systemIo } from "../../../src/cli/system_io.ts";

Deno.test("no row of a terminal is left to the terminal", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["fits in here\n", "fits in here\n"],
    ["exactly twenty chars\n", "exactly twenty chars\n"],
    ["one line that is too wide for it\n", "one line that is too\n│ wide for it\n"],
    ["x".repeat(45), `${"x".repeat(20)}\n│ ${"x".repeat(18)}\n│ ${"x".repeat(7)}`],
    ["計".repeat(12), `${"計".repeat(10)}\n│ ${"計".repeat(2)}`],
    [
      "\x1b[31mred and far too long a line\x1b[39m",
      "\x1b[31mred and far too long\n│ a line\x1b[39m",
    ],
    ["\r12 % of something\x1b[K", "\r12 % of something\x1b[K"],
  ];
  for (const [text, expected] of cases) assert.equal(fitted(exact(text), 20), expected);
});

Deno.test("a command of the program stays in one piece, text that contains one does not", () => {
  const whole = [
    'Next: orchestrator complete write_plan --evidence "<json>"',
    "\x1b[1mNext:\x1b[22m \x1b[36morchestrator complete write_plan\x1b[39m",
    "      `orchestrator state push --json --quiet`",
  ];
  for (const line of whole) assert.equal(fitted(exact(line), 20), line);
  const parted = [
    "Next: orchestrator complete 'x y z and so on'",
    "orchestrator complete plan; echo done",
    "a task: orchestrator complete plan",
  ];
  for (const line of parted) assert.notEqual(fitted(exact(line), 20), line, line);
});

Deno.test("every width ends, and rows are no wider", () => {
  const text = exact("aé計👩‍👩‍👧 \x1b[31mword word\x1b[39m longwordwithoutspaces".repeat(3));
  for (let width = 1; width < 60; width++) {
    const rows = fitted(text, width).split("\n");
    if (width < 8) assert.equal(rows.length, 1);
    else for (const row of rows) assert.ok(visibleLength(row) <= width, `${width}: ${row}`);
  }
});

Deno.test("JSON is whole on a terminal too", async () => {
  const name = "A name that is longer than the terminal is wide";
  using scratch = new Scratch({
    "workflow.yaml": `name: ${name}\nphases: [{ id: P, name: P, items: [{ id: a, name: A }] }]\n`,
  });
  const at = { cwd: scratch.root, env: scratchEnvironment(scratch), terminal: 30 };
  const started = await runInProcess(["start", "Build it", "--json"], at);
  assert.equal(JSON.parse(started.stdout).data.task, "Build it");
  const failed = await runInProcess(["complete", "nothing", "--json"], at);
  assert.equal(JSON.parse(failed.stderr).error.code, "item_unknown");
  const unread = await runInProcess(["complete", "--no-such-option-at-all", "--json"], at);
  assert.equal(JSON.parse(unread.stderr).error.code, "unknown_option");
  // Without it each row is the program's own.
  const { stdout } = await runInProcess(["note", "x"], at);
  assert.ok(stdout.split("\n").every((row) => visibleLength(row) <= 30));
});

Deno.test("only what goes to a terminal is fitted", () => {
  const printed = { stdout: "", stderr: "" };
  const io = onTerminals({
    ...systemIo(),
    isTerminal: (stream) => stream === "stderr",
    width: () => 20,
    out: (text) => (printed.stdout += text) !== "",
    err: (text) => (printed.stderr += text) !== "",
  });
  io.out(say`one line that is too wide for it`);
  io.err(say`one line that is too wide for it`);
  assert.equal(printed.stdout, "one line that is too wide for it");
  assert.equal(printed.stderr, "one line that is too\n│ wide for it");
});
