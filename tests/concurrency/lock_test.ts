/**
 * Locks between real processes, on Deno and inside a Bun executable, mixed: who holds a lock excludes
 * everybody else, and only while it lives.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { LockHolder } from "../../src/platform/file_lock.ts";
import {
  buildWithBun,
  onDeno,
  type ProgramOnEngine,
  runToEnd,
  startProgram,
} from "../contract/platform/engines.ts";

const isWindows = process.platform === "win32";

let onBun: ProgramOnEngine & Disposable;
let directory: string;
Deno.test.beforeAll(async () => {
  onBun = await buildWithBun();
  directory = await Deno.makeTempDir({ prefix: "lock-" });
});
Deno.test.afterAll(async () => {
  onBun[Symbol.dispose]();
  await Deno.remove(directory, { recursive: true });
});

/** Every pair of engines, holder first. */
function pairs(): readonly (readonly [ProgramOnEngine, ProgramOnEngine])[] {
  return [[onDeno, onBun], [onBun, onDeno], [onBun, onBun], [onDeno, onDeno]];
}

interface Answer {
  readonly answer: "got" | "held";
  readonly isHeld: boolean;
  readonly holder: LockHolder | null;
}

async function tryOn(engine: ProgramOnEngine, path: string): Promise<Answer> {
  return JSON.parse((await runToEnd(engine, "try", path)).output) as Answer;
}

async function forEachPair(
  check: (holder: ProgramOnEngine, other: ProgramOnEngine, path: string) => Promise<void>,
): Promise<void> {
  await Promise.all(
    pairs().map(async ([holder, other]) => {
      const path = await Deno.makeTempFile({ dir: directory, prefix: "lock-" });
      await check(holder, other, path);
    }),
  );
}

Deno.test("a holder excludes the other engine, is known to it, and no longer once it has ended", () =>
  forEachPair(async (holder, other, path) => {
    const names = `${holder.name} against ${other.name}`;
    const running = startProgram(holder, "hold", path);
    assert.equal(await running.firstLine(), "held");
    const during = await tryOn(other, path);
    assert.equal(during.answer, "held", names);
    assert.equal(during.isHeld, true, names);
    // On Windows no other process can read a file that Deno has locked.
    if (!isWindows || holder !== onDeno) assert.equal(during.holder?.pid, running.child.pid, names);
    running.child.stdin?.end();
    await running.ended;
    assert.deepEqual(await tryOn(other, path), { answer: "got", isHeld: false, holder: null });
  }));

Deno.test("a holder that is killed frees its lock at once, whatever it left in the file", () =>
  forEachPair(async (holder, other, path) => {
    const running = startProgram(holder, "hold", path);
    assert.equal(await running.firstLine(), "held");
    running.child.kill("SIGKILL");
    await running.ended;
    const after = await tryOn(other, path);
    assert.equal(after.answer, "got", `${holder.name} against ${other.name}`);
    assert.equal(after.isHeld, false);
  }));

Deno.test(
  "a program that the holder started does not keep the lock",
  { ignore: isWindows },
  () =>
    forEachPair(async (holder, other, path) => {
      const running = startProgram(holder, "hold-and-start", path);
      const started = Number(await running.firstLine());
      assert.ok(started > 1);
      try {
        assert.equal((await tryOn(other, path)).answer, "held");
        running.child.kill("SIGKILL");
        await running.ended;
        process.kill(started, 0);
        assert.equal((await tryOn(other, path)).answer, "got");
      } finally {
        process.kill(started, "SIGKILL");
      }
    }),
);

Deno.test("many processes of both engines take turns: no update is lost, none starves", async () => {
  const path = join(directory, "turns");
  const file = join(directory, "number");
  writeFileSync(file, "0");
  const engines = [...Array<ProgramOnEngine>(10).fill(onBun), onDeno, onDeno];
  const results = await Promise.all(
    engines.map((engine) => runToEnd(engine, "count", path, file, "20")),
  );
  for (const { exitCode, output } of results) assert.equal(exitCode, 0, output);
  assert.equal(readFileSync(file, "utf8"), String(engines.length * 20));
});
