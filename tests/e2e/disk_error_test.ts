/** A disk that fails while a file is removed: the error says so, by its own name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { straceMissing } from "../crash/strace.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

/** Commands that remove a file, and what must be there still when that failed. */
const REMOVING: readonly (readonly [argv: readonly string[], stays: string])[] = [
  [["secrets", "remove", "TOKEN", "--yes"], ".orchestrator/secrets/TOKEN"],
  [["deinit", "--yes"], ".orchestrator/meta.json"],
];

for (const [argv, stays] of REMOVING) {
  Deno.test({
    name: `EIO on unlink is reported as what it is: ${argv.join(" ")}`,
    ignore: !executableAvailable || straceMissing() !== null,
    async fn() {
      using scratch = new Scratch();
      const program = await executable();
      const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
      assert.equal(spawnSync("git", ["init", "--quiet", scratch.root]).status, 0);
      for (
        const [command, stdin] of [[["init"], ""], [["secrets", "set", "TOKEN"], "abc"]] as const
      ) {
        const { code, stderr } = await runProcess(program, command, { ...surroundings, stdin });
        assert.equal(code, 0, stderr);
      }
      const calls = "unlink,unlinkat";
      const { code, stderr } = await runProcess("strace", [
        ...["-f", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`],
        ...["-e", `inject=${calls}:error=EIO`, program, ...argv],
      ], surroundings);
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /^error: Cannot remove ".*": the disk reported an input\/output error$/m,
      );
      assert.doesNotMatch(stderr, /EFAULT|bad address/i);
      assert.ok(scratch.exists(stays));
    },
  });
}
