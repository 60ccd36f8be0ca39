/**
 * Portable mode that was begun on another branch or in another worktree, with a real git: it is one project
 * everywhere, and what a switch of branches takes away is named.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

function test(name: string, fn: (tree: Worktrees) => Promise<void>): void {
  Deno.test({
    name: `identity elsewhere: ${name}`,
    ignore: noGit,
    fn: async () => {
      using tree = new Worktrees();
      await fn(tree);
    },
  });
}

interface Meta {
  readonly id: string;
  readonly mode: string;
}

function metaOf(root: string): Meta {
  const { id, mode } = JSON.parse(readFileSync(join(root, ".orchestrator/meta.json"), "utf8"));
  return { id, mode };
}

function commit(tree: Worktrees, root = tree.main): void {
  tree.git(root, "add", "--all");
  tree.git(root, "commit", "--quiet", "--message", "State");
}

/** Portable mode with a session on a branch; then `main` again. @returns id of the session. */
async function begunOn(tree: Worktrees, branch: string): Promise<string> {
  tree.git(tree.main, "switch", "--quiet", "--create", branch);
  await tree.must(tree.main, ["init", "--portable"]);
  const { session } = await tree.must(tree.main, ["start", "Widgets", "--name", "widgets"]);
  commit(tree);
  tree.git(tree.main, "switch", "--quiet", "main");
  return session;
}

test("whatever begins a project on main begins the same one", async (tree) => {
  await begunOn(tree, "widgets");
  const there = JSON.parse(tree.git(tree.main, "show", "widgets:.orchestrator/meta.json"));
  const ways = [
    ["start", "Hotfix"],
    ["init"],
    ["init", "--portable"],
    ["config", "set", "color", "never"],
  ];
  for (const [index, argv] of ways.entries()) {
    const root = tree.add(`way-${index}`);
    const { code, stderr } = await tree.run(root, argv, { ORCHESTRATOR_STATE_HOME: "worktree" });
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`begun on branch widgets: its ID ${there.id} and portable`));
    assert.deepEqual(metaOf(root), { id: there.id, mode: "portable" }, argv.join(" "));
    assert.equal(tree.git(root, "check-ignore", "-q", ".orchestrator/lock"), "");
  }
  await tree.must(tree.main, ["start", "Hotfix"]);
  assert.equal(
    readFileSync(join(tree.main, ".orchestrator/meta.json"), "utf8"),
    `${JSON.stringify(there, null, 2)}\n`,
  );
  // Committed on both, they merge.
  commit(tree);
  tree.git(tree.main, "merge", "--quiet", "--no-edit", "widgets");
  assert.equal((await tree.must(tree.main, ["session", "list"])).total, 2);
});

test("a clone has it from the branches of its remote", async (tree) => {
  await begunOn(tree, "widgets");
  const { id } = JSON.parse(tree.git(tree.main, "show", "widgets:.orchestrator/meta.json"));
  const clone = tree.beside("clone");
  tree.git(tree.scratch.top, "clone", "--quiet", "--branch", "main", tree.main, clone);
  const error = await tree.mustFail(clone, ["status"]);
  assert.match(error.message, /the project's sessions are on branch "origin\/widgets"/);
  assert.match(error.hint ?? "", /git switch widgets/);
  await tree.must(clone, ["start", "Here"]);
  assert.deepEqual(metaOf(clone), { id, mode: "portable" });
});

test("a mode that is asked for counts, with the same identity", async (tree) => {
  await begunOn(tree, "widgets");
  const { id } = JSON.parse(tree.git(tree.main, "show", "widgets:.orchestrator/meta.json"));
  await tree.must(tree.main, ["init", "--normal"]);
  assert.deepEqual(metaOf(tree.main), { id, mode: "normal" });
});

test("branches that disagree are a refusal before anything is made", async (tree) => {
  await begunOn(tree, "widgets");
  tree.git(tree.main, "switch", "--quiet", "--orphan", "gadgets");
  tree.write(
    join(tree.main, ".orchestrator/meta.json"),
    JSON.stringify({ format: 1, id: "a".repeat(26), mode: "portable" }),
  );
  tree.git(tree.main, "add", "--force", ".orchestrator/meta.json");
  tree.git(tree.main, "commit", "--quiet", "--message", "Another");
  tree.git(tree.main, "switch", "--quiet", "main");
  const { id } = JSON.parse(tree.git(tree.main, "show", "widgets:.orchestrator/meta.json"));
  const fresh = tree.add("fresh");
  const own = { ORCHESTRATOR_STATE_HOME: "worktree" };
  for (const argv of [["start", "Hotfix"], ["init"], ["config", "set", "color", "never"]]) {
    const error = await tree.mustFail(fresh, argv, own);
    assert.equal(error.code, "other_repository", argv.join(" "));
    assert.match(error.message, /branch widgets.*branch gadgets|branch gadgets.*branch widgets/);
    assert.ok(!existsSync(join(fresh, ".orchestrator")), argv.join(" "));
  }
  const wrong = await tree.mustFail(fresh, ["init", "--identity", "b".repeat(26)], own);
  assert.equal(wrong.code, "invalid_argument");
  await tree.must(fresh, ["init", "--identity", id], own);
  assert.deepEqual(metaOf(fresh), { id, mode: "portable" });
});

test("a switch that takes the current session away names it and its branch", async (tree) => {
  const session = await begunOn(tree, "widgets");
  for (
    const argv of [["status"], ["log"], ["handoff"], ["complete", "one"], ["note", "x"], ["finish"]]
  ) {
    const error = await tree.mustFail(tree.main, argv);
    assert.equal(error.code, "no_project", argv.join(" "));
    assert.match(
      error.message,
      new RegExp(`the current session ${session} \\(widgets\\) is on branch "widgets"`),
    );
    assert.match(error.hint ?? "", /`git switch widgets`/);
    assert.ok(!existsSync(join(tree.main, ".orchestrator/meta.json")), argv.join(" "));
  }
  const { stderr } = await tree.run(tree.main, ["session", "list"]);
  assert.match(stderr, new RegExp(`${session} \\(widgets\\) is on branch "widgets"`));
  tree.git(tree.main, "switch", "--quiet", "widgets");
  assert.equal((await tree.must(tree.main, ["status"])).session, session);
});

test("also where both branches have state, and for an agent's own session", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  commit(tree);
  tree.git(tree.main, "switch", "--quiet", "--create", "side;rm");
  const agent = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "s-1" };
  const { session } = await tree.must(tree.main, ["start", "Side"], agent);
  commit(tree);
  tree.git(tree.main, "switch", "--quiet", "main");
  const error = await tree.mustFail(tree.main, ["status"], agent);
  assert.equal(error.code, "no_session");
  assert.match(error.message, new RegExp(`the current session ${session} is on branch "side;rm"`));
  // What a shell would run is in no hint.
  assert.doesNotMatch(error.hint ?? "", /;rm/);
  await tree.must(tree.main, ["start", "Here"]);
  assert.equal((await tree.run(tree.main, ["status"])).code, 0);
});

test("a worktree that began, committed or not, and main are one project", async (tree) => {
  const wt = tree.add("feature");
  await tree.must(wt, ["init", "--portable"], { ORCHESTRATOR_STATE_HOME: "worktree" });
  const session = await tree.start(wt, "In the worktree");
  await tree.must(tree.main, ["start", "In main"]);
  assert.deepEqual(metaOf(tree.main), metaOf(wt));
  assert.equal((await tree.must(wt, ["status"])).session, session);
  commit(tree, wt);
  commit(tree);
  tree.git(tree.main, "merge", "--quiet", "--no-edit", "feature");
  assert.equal((await tree.must(tree.main, ["session", "list"])).total, 2);
});

test("a worktree of an older branch does not begin a second state in main", async (tree) => {
  await begunOn(tree, "widgets");
  const wt = tree.add("later");
  const error = await tree.mustFail(wt, ["start", "Later"]);
  assert.equal(error.code, "other_checkout");
  assert.match(error.hint ?? "", /ORCHESTRATOR_STATE_HOME=worktree orchestrator init --portable/);
  assert.ok(!existsSync(join(wt, ".orchestrator")));
  await tree.must(wt, ["init", "--portable"], { ORCHESTRATOR_STATE_HOME: "worktree" });
  await tree.start(wt, "Later");
  assert.equal(metaOf(wt).mode, "portable");
});
