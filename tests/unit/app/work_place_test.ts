/**
 * What is said and refused in a checkout that is not the one in which a session was worked on. With real
 * git: worktrees, and a copy of the state in another clone.
 */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

const ignore = noGit || Deno.build.os === "windows";

const WORKFLOW = `format: 2
name: Elsewhere
settings: { proofs: fresh }
phases:
  - id: DO
    name: Do
    items:
      - id: t
        name: Tests
        verification: { type: command, command: test -s src/a }
      - { id: ap, name: Approval, verification: { type: manual_gate } }
`;

/** A session on whose gate a person waits, and the worktree `login` that proved it. */
async function waiting(
  tree: Worktrees,
  workflow = WORKFLOW,
): Promise<{ readonly wt: string; readonly id: string }> {
  tree.scratch.write("workflow.yaml", workflow);
  tree.scratch.write(".gitignore", ".orchestrator/\n");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "Workflow");
  const wt = tree.add("login");
  const id = await tree.start(wt, "Log in");
  tree.write(join(wt, "src/a"), "good\n");
  await tree.must(wt, ["complete", "t"]);
  return { wt, id };
}

function test(name: string, fn: (tree: Worktrees) => Promise<void>): void {
  Deno.test({
    name: `work elsewhere: ${name}`,
    ignore,
    fn: async () => {
      using tree = new Worktrees();
      await fn(tree);
    },
  });
}

test("status, inbox and the question say where the work is", async (tree) => {
  const { wt, id } = await waiting(tree);
  const head = tree.git(wt, "rev-parse", "HEAD");
  const place = { branch: "login", head, worktree: "login" };
  const said = `worktree "login", branch "login", commit ${
    head.slice(0, 12)
  }, 1 file not committed`;
  for (const more of [[], ["--fresh"]]) {
    const data = await tree.must(tree.main, ["status", "--session", id, ...more]);
    assert.ok(data.remarks.includes(`The work is in ${said}`), JSON.stringify(data.remarks));
    assert.deepEqual(data.next.argv, ["approve", "ap"]);
    if (more.length === 0) assert.deepEqual(data.workPlace, place);
  }
  assert.deepEqual((await tree.must(tree.main, ["inbox"])).items[0].work, place);
  assert.match((await tree.run(tree.main, ["inbox"])).stdout, /work in worktree "login", branch/);
  assert.equal((await tree.must(wt, ["inbox"])).items[0].work, undefined);
  const own = await tree.must(wt, ["status"]);
  assert.equal(own.workPlace, undefined);
  assert.deepEqual(own.remarks ?? [], []);
  const { code, stderr } = await tree.run(tree.main, ["approve", "ap", "--session", id, "--yes"]);
  assert.equal(code, 0, stderr);
  assert.ok(stderr.includes(`The work is in ${said}`), stderr);
  await tree.must(wt, ["finish"]);
});

test("nothing in another checkout proves the work again by accident", async (tree) => {
  const { wt, id } = await waiting(tree);
  const session = ["--session", id];
  await tree.must(tree.main, ["approve", "ap", "--yes", ...session]);
  const log = () => tree.must(wt, ["status"]).then(({ seq }) => seq);
  const before = await log();
  for (const argv of [["recheck"], ["recheck", "t"], ["recheck", "--all"]]) {
    const { message, hint } = await tree.mustFail(tree.main, [...argv, ...session]);
    assert.match(message, /^Cannot recheck "t": the work is in worktree "login", branch "login"/);
    assert.match(hint ?? "", /--here/);
  }
  const finish = await tree.mustFail(tree.main, ["finish", ...session]);
  assert.match(finish.hint ?? "", /^The work is in worktree "login", branch "login"/);
  // What was refused there is not the next step there, nor here.
  for (const cwd of [tree.main, wt]) {
    assert.deepEqual((await tree.must(cwd, ["status", ...session])).next.argv, ["finish"]);
  }
  assert.equal(await log(), before, "nothing is recorded");
  const { code } = await tree.mustFail(tree.main, ["recheck", "t", "--here", ...session]);
  assert.equal(code, "verification_failed");
});

test("an approval given in another checkout is not held against the work's files", async (tree) => {
  const { wt, id } = await waiting(tree, WORKFLOW.replace("{ id: ap,", "{ id: ap, inputs: [src],"));
  const session = ["--session", id];
  await tree.must(tree.main, ["approve", "ap", "--yes", ...session]);
  const fresh = await tree.must(wt, ["status", "--fresh"]);
  assert.deepEqual(fresh.next.argv, ["finish"]);
  assert.ok(
    fresh.remarks.includes("Not compared with the files (it was approved in another checkout): ap"),
    JSON.stringify(fresh.remarks),
  );
  // Given where the work is, it is.
  tree.write(join(wt, "src/b"), "more\n");
  await tree.must(wt, ["revoke", "ap", "--reason", "It was given too early"]);
  await tree.must(wt, ["recheck", "t"]);
  await tree.must(wt, ["approve", "ap", "--yes"]);
  tree.write(join(wt, "src/b"), "other\n");
  await tree.must(wt, ["recheck", "t"]);
  const { message, hint } = await tree.mustFail(wt, ["finish"]);
  assert.match(message, /the approval of "ap" is stale: 1 file changed since it was .*: src\/b$/);
  assert.equal(hint, "Ask a person to run `orchestrator approve ap`");
  // A person who approves it elsewhere has an answer to it, and the work goes on.
  await tree.must(tree.main, ["approve", "ap", "--yes", ...session]);
  await tree.must(wt, ["finish"]);
});

test("work that has come to this checkout is checked again here", async (tree) => {
  const { wt, id } = await waiting(tree);
  const session = ["--session", id];
  tree.git(wt, "add", "--all");
  tree.git(wt, "commit", "--quiet", "--message", "Log in");
  await tree.must(wt, ["recheck", "t"]);
  tree.git(tree.main, "merge", "--quiet", "login");
  tree.write(join(tree.main, "src/b"), "more\n");
  assert.equal((await tree.must(tree.main, ["recheck", "t", ...session])).changed, true);
  assert.equal((await tree.must(tree.main, ["status", ...session])).workPlace, undefined);
});

test("a copy with the same branch is the work; a session that has ended is nowhere", async (tree) => {
  tree.scratch.write("workflow.yaml", WORKFLOW);
  tree.scratch.write(".gitignore", ".orchestrator/\n");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "Workflow");
  await tree.start(tree.main, "Log in");
  tree.write(join(tree.main, "src/a"), "good\n");
  await tree.must(tree.main, ["complete", "t"]);
  const copied = tree.beside("copied");
  cpSync(tree.main, copied, { recursive: true });
  assert.equal((await tree.must(copied, ["status"])).workPlace, undefined);
  tree.write(join(copied, "src/b"), "more\n");
  tree.git(copied, "checkout", "--quiet", "-b", "other");
  assert.equal((await tree.must(copied, ["status"])).workPlace.branch, "main");
  await tree.must(copied, ["finish", "--abandon", "--reason", "It was only tried out here"]);
  assert.equal((await tree.must(copied, ["status"])).workPlace, undefined);
});

test("the same branch in another clone is the work", async (tree) => {
  const { wt, id } = await waiting(tree);
  tree.git(wt, "add", "--all");
  tree.git(wt, "commit", "--quiet", "--message", "Log in");
  const clone = tree.beside("clone");
  tree.git(tree.scratch.top, "clone", "--quiet", "--branch", "login", tree.main, clone);
  cpSync(join(tree.main, ".orchestrator"), join(clone, ".orchestrator"), { recursive: true });
  tree.write(join(clone, "src/b"), "more\n");
  const data = await tree.must(clone, ["recheck", "t", "--session", id]);
  assert.equal(data.changed, true);
});
