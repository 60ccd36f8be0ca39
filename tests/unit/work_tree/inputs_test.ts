/** Files that the inputs of an item match, where there is no repository. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { changedInputs, takeInputs } from "../../../src/work_tree/inputs.ts";
import type { InputFiles } from "../../../src/workflow/work_record.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const windows = Deno.build.os === "windows";

function files(taken: InputFiles): readonly string[] {
  assert.ok("files" in taken && taken.files !== undefined);
  return Object.keys(taken.files);
}

Deno.test("inputs: those that match are taken, and what is no source of the project is not", () => {
  using scratch = new Scratch({
    "src/a.ts": "a",
    "src/deep/b.ts": "b",
    "src/a.md": "m",
    "docs/a.md": "d",
    ".orchestrator/src/a.ts": "x",
    ".git/src/a.ts": "x",
  });
  const place = { root: scratch.root, without: [".orchestrator"] };
  assert.deepEqual(files(takeInputs({ ...place, inputs: ["src", "!**/*.md"] })), [
    "src/a.ts",
    "src/deep/b.ts",
  ]);
  assert.deepEqual(files(takeInputs({ ...place, inputs: ["**/*.ts"] })), [
    "src/a.ts",
    "src/deep/b.ts",
  ]);
  assert.deepEqual(files(takeInputs({ ...place, inputs: ["nothing"] })), []);
});

Deno.test("inputs: a change, a new file and one that went are named; time is not looked at", () => {
  using scratch = new Scratch({ "src/a": "a", "src/b": "b", "src/c": "c" });
  const request = { root: scratch.root, without: [], inputs: ["src"] };
  const before = takeInputs(request);
  scratch.write("src/a", "a");
  assert.deepEqual(takeInputs(request), before);
  scratch.write("src/a", "b");
  scratch.write("src/d", "d");
  rmSync(scratch.path("src/c"));
  assert.deepEqual(changedInputs(before, takeInputs(request)), ["src/a", "src/c", "src/d"]);
});

Deno.test({
  name: "inputs: a link is where it leads, and is not followed",
  ignore: windows,
  fn: () => {
    using scratch = new Scratch({ "src/a": "a" });
    mkdirSync(scratch.path("other"));
    symlinkSync("..", scratch.path("src/loop"));
    symlinkSync("../other", scratch.path("src/folder"));
    const request = { root: scratch.root, without: [], inputs: ["src"] };
    const before = takeInputs(request);
    assert.deepEqual(files(before), ["src/a", "src/folder", "src/loop"]);
    rmSync(scratch.path("src/folder"));
    symlinkSync("../src", scratch.path("src/folder"));
    assert.deepEqual(changedInputs(before, takeInputs(request)), ["src/folder"]);
  },
});

Deno.test("inputs: above each limit nothing is taken, at it everything", () => {
  using scratch = new Scratch({ "src/a": "aa", "src/b": "bb" });
  const request = { root: scratch.root, without: [], inputs: ["src"] };
  const enough = { entries: 3, files: 2, bytes: 4 };
  assert.deepEqual(files(takeInputs({ ...request, limits: enough })), ["src/a", "src/b"]);
  for (const limit of ["entries", "files", "bytes"] as const) {
    const limits = { ...enough, [limit]: enough[limit] - 1 };
    assert.deepEqual(takeInputs({ ...request, limits }), { missing: "too many files" }, limit);
  }
});

Deno.test("inputs: more than a line lists are compared without names", () => {
  using scratch = new Scratch();
  for (let count = 0; count < 501; count += 1) scratch.write(`src/${count}`, "a");
  const request = { root: scratch.root, without: [], inputs: ["src"] };
  const before = takeInputs(request);
  assert.ok("count" in before && before.count === 501 && before.files === undefined);
  scratch.write("src/7", "b");
  const after = takeInputs(request);
  assert.notDeepEqual(after, before);
  assert.equal(changedInputs(before, after), null);
});

Deno.test("inputs: without a repository a proof is stale once they change, and fresh proofs are refused", async () => {
  using scratch = new Scratch({ "src/a.txt": "a\n" });
  scratch.write(
    "workflow.yaml",
    `format: 2
name: Inputs
settings: { proofs: fresh }
phases:
  - id: ONE
    name: One
    items:
      - id: tests
        name: Tests
        step_type: gate
        inputs: [src]
        verification: { type: command, command: "true" }
      - { id: all, name: All, verification: { type: command, command: "true" } }
  - id: TWO
    name: Two
    items:
      - { id: last, name: Last }
`,
  );
  const env = scratchEnvironment(scratch);
  const run = (...argv: string[]) => runInProcess(argv, { cwd: scratch.root, env });
  const done = async (...argv: string[]) => {
    const { code, stdout, stderr } = await run(...argv);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await done("start", "Try it");
  await done("complete", "tests", "all");
  scratch.write("README.md", "No input\n");
  assert.ok((await done("status", "--fresh")).includes("there is no git repository"));
  scratch.write("src/b.txt", "b\n");
  const refused = await run("advance");
  assert.equal(refused.code, 7);
  assert.match(refused.stderr, /"tests" is stale: 1 file changed since it passed: src\/b\.txt/);
  assert.match(
    await done("status"),
    /tests: 1 file changed since it passed: src\/b\.txt \(advance/,
  );
  await done("recheck");
  await done("advance");
  assert.match(await done("log", "verify"), /^\S+ /);
});
