/**
 * Output that cannot be written, and a folder that the runtime cannot start in: what was done stays
 * done, and the error is reported.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const ignore = !executableAvailable || Deno.build.os !== "linux";

/** Runs a line of shell in which `$O` is the executable. */
async function shell(scratch: Scratch, line: string) {
  return await runProcess("sh", ["-c", line], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch, { O: await executable() }),
  });
}

Deno.test({
  name: "an answer that cannot be printed says that the command has succeeded",
  ignore,
  fn: async () => {
    using scratch = new Scratch({ "workflow.yaml": "name: Small\nsteps:\n  - name: Do it\n" });
    assert.equal((await shell(scratch, '"$O" start "Try it"')).code, 0);
    const plain = await shell(scratch, '"$O" note "one" > /dev/full');
    assert.equal(plain.code, 1);
    assert.match(
      plain.stderr,
      /^error: Cannot print the answer: no space .*"note" itself succeeded/,
    );
    assert.match(plain.stderr, /^hint: Run `orchestrator status` to see it/m);
    const json = await shell(scratch, '"$O" note "two" --json > /dev/full');
    assert.equal(json.code, 1);
    const { error } = JSON.parse(json.stderr);
    assert.deepEqual([error.code, error.details.succeeded], ["no_space", true]);
    // A reader has nothing to record, and a command that was refused has done nothing.
    const read = await shell(scratch, '"$O" status > /dev/full');
    assert.equal(read.code, 1);
    assert.doesNotMatch(read.stderr, /succeeded/);
    const refused = await shell(scratch, '"$O" note "" > /dev/full');
    assert.equal(refused.code, 2);
    assert.doesNotMatch(refused.stderr, /succeeded/);
    // Where nothing can be said, it still ends in order.
    const mute = await shell(scratch, '"$O" note "three" > /dev/full 2> /dev/full');
    assert.equal(mute.code, 1);
    const log = await shell(scratch, '"$O" log');
    for (const text of ["one", "two", "three"]) {
      assert.match(log.stdout, new RegExp(`note: ${text}`));
    }
  },
});

Deno.test({
  name: "in a directory that was deleted something is said, by --version too",
  ignore,
  fn: async () => {
    using scratch = new Scratch();
    for (const argv of ["--version", "status", `-C ${join(scratch.top, "home")} status`]) {
      const { code, stderr } = await shell(
        scratch,
        `mkdir gone && cd gone && rmdir ../gone && exec "$O" ${argv}`,
      );
      assert.equal(code, 1);
      assert.match(stderr, /working directory was deleted/);
      assert.doesNotMatch(stderr, /^\s+at /m);
    }
  },
});
