/**
 * A lock counts only if its file still has its name once it is locked: between opening and locking,
 * a rollback may remove the file, and the next process creates another.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync } from "node:fs";
import { executable, executableAvailable } from "../harness/executable.ts";
import { Repository } from "./repository.ts";
import { straceMissing } from "./strace.ts";

const missing = straceMissing() ?? (executableAvailable ? null : "there is no executable");
if (missing !== null) console.log(`The race for a lock is not tried: ${missing}`);

/** How long the program is held between opening and locking, in microseconds. */
const PAUSE_US = 1_500_000;

/** Exit code of `lock_held`. */
const LOCKED = 6;

Deno.test({
  name: "a lock on a file that has lost its name excludes no process and is rejected",
  ignore: missing !== null,
  fn: async () => {
    const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "lock-race-" }));
    try {
      for (const folder of ["home", "project"]) Deno.mkdirSync(`${scratch}/${folder}`);
      const repository = new Repository(
        `${scratch}/project`,
        await executable(),
        `${scratch}/home`,
      );
      const { session } = await repository.must("start", "Race");
      const folder = `${repository.root}/.orchestrator/sessions/${session}`;
      const before = readFileSync(`${folder}/log.jsonl`, "utf8");
      const inject = `inject=flock:delay_enter=${PAUSE_US}:when=1`;
      const running = repository.spawn("strace", [
        ...["-f", "-o", `${scratch}/trace`, "-e", "trace=flock", "-e", inject],
        ...[repository.executable, "note", "Both at once", "--lock-timeout", "0"],
      ]);
      await untilOpen(`${folder}/lock`);
      renameSync(`${folder}/lock`, `${scratch}/unnamed`);
      using held = Deno.openSync(`${folder}/lock`, { read: true, write: true, create: true });
      held.lockSync(true);
      const { code, stderr } = await running;
      assert.equal(code, LOCKED, stderr);
      assert.equal(readFileSync(`${folder}/log.jsonl`, "utf8"), before);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
});

/** Waits until any process has a file open. */
async function untilOpen(path: string): Promise<void> {
  for (let left = 3000; left > 0; left--) {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const open = readdirSync(`/proc/${pid}/fd`);
        if (open.some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path)) return;
      } catch {
        // The process has ended meanwhile, or belongs to another user.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no process has opened ${path}`);
}
