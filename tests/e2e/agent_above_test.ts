/** An agent takes its variables away, and its shell still tells. */
import assert from "node:assert/strict";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { type Result, runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const WORKFLOW = `name: Above
phases:
  - id: ONLY
    name: Only
    items:
      - { id: review, name: Review, verification: { type: manual_gate } }
`;

/** Ways to run a command without the variable, below a shell that has it. */
const WAYS: Readonly<Record<string, string>> = {
  unset: 'env -u CLAUDECODE "$O" approve review --yes; exit $?',
  cleared: 'env -i PATH="$PATH" HOME="$HOME" "$O" approve review --yes; exit $?',
  deeper:
    'sh -c \'unset CLAUDECODE; sh -c "\\"$O\\" approve review --yes; exit \\$?"; exit $?\'; exit $?',
};

for (const [name, script] of Object.entries(WAYS)) {
  Deno.test({
    name: `an agent that takes its variable away is still one: ${name}`,
    ignore: !executableAvailable || process.platform !== "linux",
    async fn() {
      using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
      const orchestrator = await executable();
      const run = (more: Readonly<Record<string, string>>, text: string): Promise<Result> =>
        runProcess("sh", ["-c", text], {
          cwd: scratch.root,
          env: { ...scratchEnvironment(scratch), O: orchestrator, ...more },
        });
      const started = await run({}, '"$O" start Login');
      assert.equal(started.code, 0, started.stderr);
      const { code, stderr } = await run({ CLAUDECODE: "1" }, script);
      assert.match(stderr, /only a person can decide that/);
      assert.equal(code, 7);
    },
  });
}
