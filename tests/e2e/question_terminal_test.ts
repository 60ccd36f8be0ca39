/** Questions on a real terminal: one without a size, and Ctrl-D as the answer. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const WORKFLOW = `name: Waits
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: ok, name: Ok, step_type: gate, verification: { type: manual_gate, description: read } }
`;

/** Asks on a terminal of `script`, and types once the question is there. */
async function ask(size: string, argv: readonly string[], typed: string) {
  const program = await executable();
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  const started = await runProcess(program, ["start", "Add login"], surroundings);
  assert.equal(started.code, 0, started.stderr);
  const line = `stty ${size}; exec "${program}" ${argv.join(" ")}`;
  const child = spawn("script", ["-qec", line, "/dev/null"], surroundings);
  let shown = "";
  let isTyped = false;
  child.stdout.on("data", (chunk) => {
    shown += String(chunk);
    if (isTyped || !shown.includes("└")) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, shown };
}

const ignore = !executableAvailable || process.platform !== "linux";

for (
  const [argv, refusal] of [
    [["approve", "ok"], /Cannot approve "ok": canceled/],
    [["secrets", "set", "NAME"], /Cannot set secret "NAME": no value was given/],
  ] as const
) {
  Deno.test({
    name: `Ctrl-D ends the question of ${argv[0]}`,
    ignore,
    fn: async () => {
      const { code, shown } = await ask("cols 80 rows 24", argv, "\x04");
      assert.equal(code, 130, shown);
      assert.match(shown, refusal);
    },
  });
}

Deno.test({
  name: "a terminal without a size shows a question as one of 80 columns does",
  ignore,
  fn: async () => {
    const { code, shown } = await ask("cols 0 rows 0", ["approve", "ok"], "n");
    assert.equal(code, 7, shown);
    assert.match(shown, /Approve "ok" of "Add login"\?/);
  },
});
