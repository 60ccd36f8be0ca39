/** The main checkout and its worktrees find one state, whatever git's own files look like; with a real git. */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

const ignore = noGit || Deno.build.os === "windows";

function test(name: string, fn: (tree: Worktrees) => Promise<void>): void {
  Deno.test({
    name: `state places: ${name}`,
    ignore,
    fn: async () => {
      using tree = new Worktrees();
      await fn(tree);
    },
  });
}

async function sessions(tree: Worktrees, cwd: string): Promise<readonly string[]> {
  const list = await tree.must(cwd, ["session", "list"]);
  return list.sessions.map(({ session }: { session: string }) => session).sort();
}

/** Begins a session in each; all have to be seen from everywhere. */
async function requireOne(tree: Worktrees, ...checkouts: readonly string[]): Promise<void> {
  const ids: string[] = [];
  for (const cwd of checkouts) ids.push(await tree.start(cwd, `Work in ${cwd}`));
  for (const cwd of checkouts) {
    const seen = await sessions(tree, cwd);
    for (const id of ids) assert.ok(seen.includes(id), `${id} from ${cwd}`);
  }
}

test("a `.git` file that makes no sense, or cannot be read, is no sign of a checkout of its own", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  const file = join(wt, ".git");
  const right = readFileSync(file, "utf8");
  const loop = tree.beside("loop");
  symlinkSync(loop, loop);
  const long = `/${Array(50).fill("a".repeat(100)).join("/")}`;
  for (
    const target of [".git", "workflow.yaml", "/dev/zero", loop, long, "/nowhere", "a\0b", ""]
  ) {
    writeFileSync(file, `gitdir: ${target}\n`);
    for (const argv of [["status"], ["start", "Another"]]) {
      const { code, message } = await tree.mustFail(wt, argv);
      assert.ok(["worktree_broken", "io_failed"].includes(code), `${target}: ${code} ${message}`);
    }
    assert.ok(!existsSync(join(wt, ".orchestrator")), target);
  }
  for (const text of ["", "nonsense\n", right.replace("gitdir", "dir")]) {
    writeFileSync(file, text);
    assert.equal((await tree.mustFail(wt, ["start", "Another"])).code, "worktree_broken", text);
  }
  rmSync(file);
  symlinkSync(loop, file);
  assert.equal((await tree.mustFail(wt, ["start", "Another"])).code, "io_failed");
  rmSync(file);
  writeFileSync(file, right);
  for (const name of ["commondir", "gitdir"]) {
    const path = tree.scratch.path(`.git/worktrees/feature/${name}`);
    renameSync(path, tree.beside("kept"));
    mkdirSync(path);
    assert.equal((await tree.mustFail(wt, ["start", "Another"])).code, "io_failed", name);
    rmSync(path, { recursive: true });
    renameSync(tree.beside("kept"), path);
  }
  assert.equal((await tree.must(wt, ["status"])).session, id);
});

test("main's `.git` became a file: its worktrees say so, and go on after git's repair", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  renameSync(tree.scratch.path(".git"), tree.beside("gd"));
  tree.scratch.write(".git", `gitdir: ${tree.beside("gd")}\n`);
  assert.equal((await tree.mustFail(wt, ["status"])).code, "worktree_broken");
  assert.ok((await sessions(tree, tree.main)).includes(id));
  tree.git(tree.main, "worktree", "repair", wt);
  assert.equal((await tree.must(wt, ["status"])).session, id);
});

test("core.bare alone does not take a main checkout away", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(tree.main, "Main");
  for (
    const lines of [
      "[core]\n\tbare = true\n",
      "[my]\n\tbare = true\n",
      "[alias]\n\tworktree = worktree list\n",
      "[core]\n\tbare = true\n[core]\n\tbare = false\n",
      "[CORE]bare\n",
      '[core "x"]\n\tworktree = /nowhere\n',
    ]
  ) {
    const config = tree.scratch.read(".git/config");
    tree.scratch.write(".git/config", config + lines);
    await requireOne(tree, tree.main, wt);
    assert.ok(!tree.scratch.exists(".git/orchestrator/state"), lines);
    tree.scratch.write(".git/config", config);
  }
});

test("configuration of other sections decides nothing where there is no state yet", async (tree) => {
  const wt = tree.add("feature");
  const config = tree.scratch.read(".git/config");
  tree.scratch.write(".git/config", `${config}[my]\n\tbare = true\n[x]\n\tworktree = /nowhere\n`);
  await requireOne(tree, wt, tree.main);
  assert.ok(tree.scratch.exists(".orchestrator/meta.json"));
});

for (const first of ["top", "worktree", "hooks"] as const) {
  test(`a bare repository in .git, started in the ${first} first`, async (tree) => {
    const top = tree.beside("top");
    tree.git(tree.main, "clone", "--quiet", "--bare", tree.main, join(top, ".git"));
    tree.git(top, "worktree", "add", "--quiet", "-b", "wt", "wt");
    const wt = join(top, "wt");
    const order = first === "worktree" ? [wt, top] : [top, wt];
    await requireOne(tree, ...order, join(top, ".git"), join(top, ".git/hooks"));
  });
}

test("a bare repository's own folder has the state of its worktrees", async (tree) => {
  const bare = tree.beside("proj.git");
  tree.git(tree.main, "clone", "--quiet", "--bare", tree.main, bare);
  const wt = tree.add("wt", bare);
  await requireOne(tree, bare, wt, join(bare, "hooks"));
  for (const argv of [["init"], ["init", "--portable"]]) {
    assert.equal((await tree.mustFail(bare, argv)).code, "other_checkout");
  }
  // What would write files of a root into the bare repository is not advised.
  for (const argv of [["init", "--portable"], ["migrate"]]) {
    const { code, hint } = await tree.mustFail(wt, argv);
    assert.equal(code, "other_checkout");
    assert.ok(!hint?.includes(bare), hint);
  }
  for (const name of [".orchestrator", "workflow.yaml"]) assert.ok(!existsSync(join(bare, name)));
});

for (const gd of ["gd", "x/.git"]) {
  test(`--separate-git-dir ${gd}`, async (tree) => {
    const checkout = tree.beside("apart");
    mkdirSync(tree.beside("x"));
    tree.git(tree.main, "init", "--quiet", `--separate-git-dir=${tree.beside(gd)}`, checkout);
    tree.git(checkout, "commit", "--quiet", "--allow-empty", "--message", "x");
    await tree.start(checkout, "There");
    const wt = tree.add("wt", checkout);
    await requireOne(tree, wt, checkout);
    assert.ok(existsSync(join(checkout, ".orchestrator/meta.json")));
    assert.ok(!existsSync(tree.beside("x/.orchestrator")));
  });
}

test("--separate-git-dir: what the main checkout has not said yet is not guessed", async (tree) => {
  const checkout = tree.beside("apart");
  tree.git(tree.main, "init", "--quiet", `--separate-git-dir=${tree.beside("gd")}`, checkout);
  tree.git(checkout, "commit", "--quiet", "--allow-empty", "--message", "x");
  const wt = tree.add("wt", checkout);
  const error = await tree.mustFail(wt, ["start", "No"]);
  assert.equal(error.code, "worktree_broken");
  assert.match(error.hint ?? "", /in the main checkout once/);
  await tree.run(checkout, ["status"]);
  await requireOne(tree, wt, checkout);
  // Moved: the path that it has left is no longer one of its checkout.
  renameSync(checkout, tree.beside("moved"));
  assert.equal((await tree.mustFail(wt, ["start", "No"])).code, "worktree_broken");
  await tree.run(tree.beside("moved"), ["status"]);
  await requireOne(tree, wt, tree.beside("moved"));
});

test("a `.git` that is a link is found, too", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(tree.main, "Main");
  renameSync(tree.scratch.path(".git"), tree.beside("real-git"));
  symlinkSync(tree.beside("real-git"), tree.scratch.path(".git"));
  tree.git(tree.main, "worktree", "repair", wt);
  await tree.must(tree.main, ["status"]);
  await requireOne(tree, wt, tree.main);
});

test("projects in folders of a bare repository have a state each", async (tree) => {
  const folders = ["a/b", "a+b", "a%2Bb", `deep/${"x".repeat(120)}/${"y".repeat(120)}`];
  for (const folder of folders) {
    tree.scratch.write(`${folder}/workflow.yaml`, tree.scratch.read("workflow.yaml"));
  }
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "folders");
  const bare = tree.beside("proj.git");
  tree.git(tree.main, "clone", "--quiet", "--bare", tree.main, bare);
  const wt = tree.add("wt", bare);
  for (const folder of folders) {
    const id = await tree.start(join(wt, folder), folder);
    assert.deepEqual(await sessions(tree, join(wt, folder)), [id]);
  }
});

test("a second state of a repository is said", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(tree.main, "Main");
  tree.scratch.write(".git/orchestrator/state/sessions/keep", "");
  assert.deepEqual(await sessions(tree, wt), [id]);
  assert.match((await tree.run(wt, ["session", "list"])).stderr, /a second state in/);
});
