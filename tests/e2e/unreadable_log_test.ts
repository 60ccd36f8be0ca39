/** An old log that its reader has no right to read stops what would lose it, and nothing else. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { executable, executableAvailable } from "../harness/executable.ts";
import { scratchEnvironment } from "../harness/scratch.ts";
import { oldRepository, repositoryOf } from "../unit/migration/old_repository.ts";

/** Root reads everything: then the program runs as this user. */
const NOBODY = 65534;

Deno.test({
  name:
    "an old log without the right to read it does not stop status, and is not lost by a migration",
  ignore: !executableAvailable || Deno.build.os === "windows",
  fn: async () => {
    using scratch = oldRepository(repositoryOf(4));
    const program = join(scratch.top, "orchestrator");
    copyFileSync(await executable(), program);
    chmodSync(program, 0o755);
    chmodSync(scratch.top, 0o755);
    const root = process.getuid?.() === 0;
    if (root) execFileSync("chown", ["-R", String(NOBODY), scratch.root, scratch.home]);
    chmodSync(scratch.path(".workflow_log.jsonl"), 0o000);
    const run = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...args],
        cwd: scratch.root,
        env: scratchEnvironment(scratch),
        clearEnv: true,
        ...(root ? { uid: NOBODY } : {}),
      }).output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: text(stdout), stderr: text(stderr) };
    };
    for (const argv of [["status"], ["session", "list"], ["checkpoint", "list"]]) {
      const { code, stderr } = await run(...argv);
      assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    }
    const { stderr } = await run("status");
    assert.match(stderr, /"\.workflow_log\.jsonl" cannot be read/);
    const moved = await run("migrate", "--yes");
    assert.notEqual(moved.code, 0);
    assert.match(moved.stderr, /\.workflow_log\.jsonl/);
    assert.ok(scratch.exists(".workflow_state.json"), "nothing has moved");
  },
});
