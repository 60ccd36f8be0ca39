import assert from "node:assert/strict";
import { denoDirectory } from "../../harness/deno_directory.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { runInProcess } from "../../harness/running.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;

Deno.test({
  name: "what follows a journal ends when its reader has gone, though nothing new happens",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using scratch = new Scratch();
    const env = scratchEnvironment(scratch);
    const started = await runInProcess(["start", "Follow me"], { cwd: scratch.root, env });
    assert.equal(started.code, 0, started.stderr);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "log", "--follow"],
      cwd: scratch.root,
      env: { ...env, ...denoDirectory() },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = child.stdout.getReader();
    const { value } = await reader.read();
    assert.match(new TextDecoder().decode(value), /Follow me/);
    await reader.cancel();
    // A run that goes on for ever is a failure, not a test that hangs.
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const { success } = await child.status;
    clearTimeout(timer);
    assert.ok(success, "it went on without a reader");
  },
});
