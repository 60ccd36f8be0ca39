import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { startInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

Deno.test({
  name: "complete shows all that a command printed, also when it is interrupted",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using scratch = new Scratch({
      // What it prints last may be the beginning of the secret, and is held back until more comes.
      "workflow.yaml": `name: Live
phases:
  - id: ONLY
    name: Only
    items:
      - id: slow
        name: Slow
        verification:
          { type: command, command: "printf 'seen, then correct-ho'; touch begun; sleep 600" }
`,
    });
    const env = scratchEnvironment(scratch, {
      DEPLOY_TOKEN: "correct-horse-battery",
      NO_COLOR: "1",
    });
    const surroundings = { cwd: scratch.root, env, terminal: 80 };
    assert.equal((await startInProcess(["start", "Try it"], surroundings).result).code, 0);
    const running = startInProcess(["complete", "slow"], surroundings);
    while (!existsSync(scratch.path("begun"))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // The command has printed; what it printed may still be on its way.
    await new Promise((resolve) => setTimeout(resolve, 200));
    running.interrupt("SIGINT");
    const { code, stderr } = await running.result;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /^│ seen, then correct-ho\n/);
  },
});
