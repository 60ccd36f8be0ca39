/** Many agents claim one item at once: one has it, and the others are told who. */
import assert from "node:assert/strict";
import { executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Crowd } from "./crowd.ts";

const AGENTS = 20;

Deno.test({
  name: "of twenty agents that claim an item at once, one has it",
  ignore: !executableAvailable,
  fn: async () => {
    using crowd = await Crowd.gather({
      "workflow.yaml": "name: Small\nsteps:\n  - { id: build, name: Build it }\n",
    });
    const run = (argv: readonly string[], agent: string) =>
      runProcess(crowd.file, argv, {
        cwd: crowd.scratch.root,
        env: { ...crowd.environment, CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: agent },
      });
    const started = await run(["start", "Share it", "--name", "shared", "--quiet"], "first");
    assert.equal(started.code, 0, started.stderr);
    const claims = await Promise.all(
      Array.from(
        { length: AGENTS },
        (_, index) => run(["claim", "build", "--session", "shared", "--json"], `agent ${index}`),
      ),
    );
    const winners = claims.filter(({ code }) => code === 0);
    assert.deepEqual(winners.length, 1, claims.map(({ stderr }) => stderr).join("\n"));
    const status = await run(["status", "--json", "--session", "shared"], "first");
    const { actor } = JSON.parse(status.stdout).data.items[0].claim;
    for (const { code, stderr } of claims.filter((one) => one.code !== 0)) {
      const { error } = JSON.parse(stderr);
      assert.deepEqual([code, error.code], [7, "item_blocked"], stderr);
      assert.deepEqual(error.details.claimedBy, actor);
    }
    const log = await run(["log", "--json", "--session", "shared"], "first");
    const events: readonly { readonly type: string }[] = JSON.parse(log.stdout).data.events;
    assert.equal(events.filter(({ type }) => type === "item_claimed").length, 1);
    assert.equal((await run(["log", "verify", "--session", "shared"], "first")).code, 0);
  },
});
