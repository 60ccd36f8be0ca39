/** Files that a person names on the command line. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { readGivenText } from "../../../src/platform/given_file.ts";
import { Scratch } from "../../harness/scratch.ts";

Deno.test("a file is read", () => {
  using scratch = new Scratch();
  writeFileSync(scratch.path("a"), "one");
  assert.equal(readGivenText(scratch.path("a"), "a", 10), "one");
});

if (process.platform !== "win32") {
  Deno.test("a FIFO without a writer is refused, not waited for", () => {
    using scratch = new Scratch();
    assert.equal(spawnSync("mkfifo", [scratch.path("pipe")]).status, 0);
    assert.throws(
      () => readGivenText(scratch.path("pipe"), "pipe", 10),
      /Cannot read pipe: it is a FIFO, not a file/,
    );
  });
}
