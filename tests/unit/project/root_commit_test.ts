import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasObject, lacksCommit, rootCommit } from "../../../src/project/root_commit.ts";
import { git } from "../../harness/git_server.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = spawnSync("git", ["--version"]).error !== undefined;

function test(name: string, fn: (scratch: Scratch) => Promise<void> | void): void {
  Deno.test({
    name: `root commit: ${name}`,
    ignore,
    fn: async () => {
      using scratch = new Scratch();
      await fn(scratch);
    },
  });
}

/** Makes a repository with three commits. @returns its path */
function make(scratch: Scratch, name: string, ...args: string[]): string {
  const root = join(scratch.top, name);
  git(scratch.top, "init", "--quiet", "--initial-branch=main", ...args, root);
  for (const message of [name, "second", "third"]) {
    git(root, "commit", "--quiet", "--allow-empty", "-m", message);
  }
  return root;
}

const first = (root: string) => git(root, "rev-list", "--max-parents=0", "HEAD");

test("is found, in a folder of the repository and in a work tree, too", async (scratch) => {
  const env = scratchEnvironment(scratch);
  const root = make(scratch, "one");
  assert.equal(await rootCommit(root, env), first(root));
  mkdirSync(join(root, "below"));
  assert.equal(await rootCommit(join(root, "below"), env), first(root));
  git(root, "worktree", "add", "--quiet", "--detach", join(scratch.top, "tree"));
  assert.equal(await rootCommit(join(scratch.top, "tree"), env), first(root));
  assert.equal(await lacksCommit(join(scratch.top, "tree"), first(root), env), false);
  // What a hook or a script sets is about another repository.
  const lead = { ...env, GIT_DIR: join(scratch.top, "absent") };
  assert.equal(await rootCommit(root, lead), first(root));
});

test("is not known without git, without a commit, and in a shallow clone", async (scratch) => {
  const env = scratchEnvironment(scratch);
  assert.equal(await rootCommit(scratch.root, env), null);
  assert.equal(await lacksCommit(scratch.root, "a".repeat(40), env), false);
  git(scratch.root, "init", "--quiet");
  assert.equal(await rootCommit(scratch.root, env), null);
  const root = make(scratch, "one");
  const shallow = join(scratch.top, "shallow");
  git(scratch.top, "clone", "--quiet", "--depth=1", `file://${root}`, shallow);
  assert.equal(await rootCommit(shallow, env), null);
  assert.equal(await lacksCommit(shallow, first(root), env), false);
});

for (const format of ["sha1", "sha256"]) {
  test(`is seen to be there, however git keeps it (${format})`, async (scratch) => {
    const env = scratchEnvironment(scratch);
    const args = [`--object-format=${format}`];
    const root = make(scratch, "one", ...args);
    const other = make(scratch, "other", ...args);
    const known = first(root);
    const check = async (place: string) => {
      assert.equal(await lacksCommit(place, known, env), false, place);
      assert.equal(await lacksCommit(place, first(other), env), true, place);
    };
    await check(root);
    const store = join(root, ".git", "objects");
    assert.deepEqual([hasObject(store, known), hasObject(store, first(other))], [true, false]);
    git(root, "gc", "--quiet");
    assert.ok(!readdirSync(store).includes(known.slice(0, 2)), "the commit is still loose");
    assert.deepEqual([hasObject(store, known), hasObject(store, first(other))], [true, false]);
    await check(root);
    // By an alternate only git can see it.
    const shared = join(scratch.top, "shared");
    git(scratch.top, "clone", "--quiet", "--shared", root, shared);
    await check(shared);
  });
}

test("is looked for among many in a pack", (scratch) => {
  const root = make(scratch, "many");
  for (let number = 0; number < 120; number++) {
    writeFileSync(join(root, `file-${number}`), String(number));
  }
  git(root, "add", ".");
  git(root, "commit", "--quiet", "-m", "files");
  git(root, "gc", "--quiet");
  const store = join(root, ".git", "objects");
  const all = git(root, "cat-file", "--batch-all-objects", "--batch-check").split("\n")
    .map((line) => line.split(" ")[0] ?? "");
  assert.ok(all.length > 100, String(all.length));
  assert.deepEqual(readdirSync(store).sort(), ["info", "pack"], "something is still loose");
  for (const id of all) {
    assert.equal(hasObject(store, id), true, id);
    // Its neighbours are not there.
    const last = id.endsWith("0") ? "1" : "0";
    assert.equal(hasObject(store, id.slice(0, -1) + last), false, id);
  }
});

test("tells copied state without any remote, until init records the new one", async (scratch) => {
  const env = scratchEnvironment(scratch);
  const from = make(scratch, "from");
  const to = make(scratch, "to");
  const run = async (cwd: string, ...argv: readonly string[]) => {
    const result = await runInProcess(argv, { cwd, env });
    assert.equal(result.code, 0, result.stderr);
    return result;
  };
  await run(from, "start", "Add login");
  cpSync(join(from, ".orchestrator"), join(to, ".orchestrator"), { recursive: true });
  for (const argv of [["status"], ["note", "x"]]) {
    assert.equal((await run(from, ...argv)).stderr, "");
    assert.match(
      (await run(to, ...argv)).stderr,
      /warning: .* a repository with a different history/,
    );
  }
  const doctor = await runInProcess(["doctor", "--check", "project.copied", "--json"], {
    cwd: to,
    env,
  });
  assert.equal(JSON.parse(doctor.stdout).data.findings[0].level, "warning");
  await run(to, "init");
  assert.equal((await run(to, "status")).stderr, "");
  // A clone of the same repository is no other one, whatever became of its remote.
  const clone = join(scratch.top, "clone");
  git(scratch.top, "clone", "--quiet", from, clone);
  git(clone, "remote", "remove", "origin");
  cpSync(join(from, ".orchestrator"), join(clone, ".orchestrator"), { recursive: true });
  assert.equal((await run(clone, "status")).stderr, "");
});

test("is recorded later where the first one came after the state", async (scratch) => {
  const env = scratchEnvironment(scratch);
  const run = (...argv: readonly string[]) => runInProcess(argv, { cwd: scratch.root, env });
  const meta = () => JSON.parse(scratch.read(".orchestrator/meta.json"));
  git(scratch.root, "init", "--quiet");
  assert.equal((await run("start", "Begin")).code, 0);
  assert.equal(meta().rootCommit, null);
  git(scratch.root, "commit", "--quiet", "--allow-empty", "-m", "first");
  assert.equal((await run("start", "Go on")).code, 0);
  assert.equal(meta().rootCommit, first(scratch.root));
  assert.equal((await run("init")).code, 0);
  assert.equal(meta().rootCommit, first(scratch.root));
});
