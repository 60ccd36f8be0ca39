/** A gate's command sees what its caller's shell has, and what is known of the item. */
import assert from "node:assert/strict";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Gate
phases:
  - id: TEST
    name: Test
    items:
      - id: check
        name: Check
        step_type: gate
        verification:
          type: command
          command: test "$COLOUR" = green && test "$ORCHESTRATOR_ITEM" = check && test -n "$HOME"
`;

Deno.test({
  name: "a gate's command runs with the environment of the user who completes it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
    const run = (argv: readonly string[], variables = {}) =>
      runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch, variables) });
    await run(["start", "Look at colours"]);
    assert.equal((await run(["complete", "check"], { COLOUR: "red" })).code, 1);
    const { code, stderr } = await run(["complete", "check"], { COLOUR: "green" });
    assert.equal(code, 0, stderr);
  },
});
