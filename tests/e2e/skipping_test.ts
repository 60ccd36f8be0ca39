/**
 * Ways to get through a workflow without doing it: each is refused, or seen in what a person looks at
 * afterwards. What tells them is never said of an honest run.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { APPROVAL } from "./skipping/approval.ts";
import {
  type Attempts,
  Bridge,
  type Format,
  HONEST,
  swapped,
  WORKFLOWS,
} from "./skipping/bridge_project.ts";
import { ENDING, SKIP, TEXT } from "./skipping/skip.ts";
import { VERIFICATION } from "./skipping/verification.ts";

const FAMILIES: Readonly<Record<string, Attempts>> = {
  approval: APPROVAL,
  verification: VERIFICATION,
  skip: SKIP,
  text: TEXT,
  ending: ENDING,
};

for (const [family, attempts] of Object.entries(FAMILIES)) {
  for (const [name, { format = "plain", posix, go, seen }] of Object.entries(attempts)) {
    Deno.test({
      name: `skipping: ${family}: ${name}: ${seen === undefined ? "refused" : "seen"}`,
      ignore: posix === true && process.platform === "win32",
      async fn() {
        using bridge = new Bridge(WORKFLOWS[format]);
        await go(bridge);
        if (seen === undefined) return assert.notEqual(await bridge.status(), "completed");
        assert.equal(await bridge.status(), "completed");
        assert.match(await bridge.seen(), seen);
      },
    });
  }
}

for (const [name, go] of Object.entries(HONEST)) {
  for (const format of Object.keys(WORKFLOWS) as Format[]) {
    Deno.test(`skipping: nothing is said of an honest run: ${name}, ${format}`, async () => {
      using bridge = new Bridge(WORKFLOWS[format]);
      await go(bridge);
      assert.equal(await bridge.status(), "completed");
      const shown = await bridge.seen();
      for (const attempts of Object.values(FAMILIES)) {
        for (const { seen } of Object.values(attempts)) {
          if (seen !== undefined) assert.doesNotMatch(shown, seen);
        }
      }
    });
  }
}

const ignore = !executableAvailable || process.platform === "win32";

Deno.test({
  name: "skipping: race: many at once over a gate that fails, and agents that all say yes",
  ignore,
  async fn() {
    using bridge = new Bridge();
    await bridge.failing();
    const program = await executable();
    const run = (...argv: readonly string[]) =>
      runProcess(program, argv, {
        cwd: bridge.scratch.root,
        env: { ...bridge.environment, CLAUDECODE: "1" },
      });
    const all = [["complete", "load"], ["advance"], ["finish"], [
      "approve",
      "--phase",
      "MAKE",
      "--yes",
    ]];
    const results = await Promise.all(
      Array.from({ length: 3 }, () => all.map((argv) => run(...argv))).flat(),
    );
    assert.ok(results.every(({ code }) => code !== 0));
    assert.notEqual(await bridge.status(), "completed");
    assert.equal((await bridge.run(["log", "verify"])).code, 0);
  },
});

Deno.test({
  name: "skipping: race: a program that is killed before it records a failure, then a good file",
  ignore,
  async fn() {
    using bridge = new Bridge();
    await bridge.failing();
    bridge.scratch.write("tools/measure.sh", "touch ../began; sleep 20; exit 1\n");
    bridge.commit();
    bridge.build();
    const child = spawn(await executable(), ["complete", "load"], {
      cwd: bridge.scratch.root,
      env: { ...bridge.environment, CLAUDECODE: "1" },
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!bridge.scratch.exists("../began")) await new Promise((go) => setTimeout(go, 20));
    child.kill("SIGKILL");
    await ended;
    await swapped(bridge, "tools/measure.sh", "exit 0\n");
    assert.equal(await bridge.status(), "completed");
    assert.match(await bridge.seen(), /load was stale \(changed: tools\/measure\.sh\)/);
  },
});
