/** A long migration says how far it is: on a terminal, in one line that is gone at the end. */
import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const CLEARED = "\r\x1b[K";
const TRANSCRIPTS = ".workflow_sessions";

async function played(scratch: Scratch, words: readonly string[], terminal?: number) {
  const result = await runInProcess(["migrate", "--yes", ...words], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
    ...(terminal === undefined ? {} : { terminal }),
  });
  assert.equal(result.code, 0, result.stderr);
  return result.stderr;
}

function manyFiles(scratch: Scratch, count: number): void {
  for (let number = 0; number < count; number += 1) {
    scratch.write(`${TRANSCRIPTS}/${number}.txt`, `${number}\n`);
  }
}

Deno.test("many small files: copying, checking and going back say how far they are", async () => {
  using scratch = new Scratch();
  manyFiles(scratch, 500);
  const there = await played(scratch, [], 80);
  assert.match(there, /\rCopying 50 % of 500 files/);
  assert.match(there, /\rChecking 100 % of 500 files/);
  assert.ok(there.endsWith(CLEARED));
  const back = await played(scratch, ["--rollback"], 80);
  assert.match(back, /\rRemoving the copies 100 % of 500 files/);
  assert.ok(back.endsWith(CLEARED));
});

Deno.test("large files count by their size", async () => {
  using scratch = new Scratch();
  manyFiles(scratch, 2);
  truncateSync(scratch.path(`${TRANSCRIPTS}/0.txt`), 33 * 1024 * 1024);
  assert.match(await played(scratch, [], 80), /\rCopying 100 % of 33 MiB/);
});

Deno.test("nothing is said of a short one, and nothing without a terminal", async () => {
  using small = new Scratch();
  manyFiles(small, 3);
  assert.doesNotMatch(await played(small, [], 80), /Copying|Checking/);
  using many = new Scratch();
  manyFiles(many, 500);
  assert.doesNotMatch(await played(many, []), /Copying|Checking|\r/);
});
