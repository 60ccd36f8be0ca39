/** One state for all worktrees of a repository, with a real git: where it is found, and what is each worktree's own. */
import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
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
    name: `worktrees: ${name}`,
    ignore,
    fn: async () => {
      using tree = new Worktrees();
      await fn(tree);
    },
  });
}

test("a session begun in one is the main checkout's, and outlives it", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work in the worktree");
  assert.ok(!existsSync(join(wt, ".orchestrator")));
  assert.ok(tree.scratch.exists(`.orchestrator/sessions/${id}/log.jsonl`));
  const data = await tree.must(wt, ["status"]);
  assert.deepEqual(data.worktree, {
    name: "feature",
    root: wt,
    stateDirectory: tree.scratch.path(".orchestrator"),
    stateOf: tree.main,
  });
  const { stdout } = await tree.run(wt, ["status"]);
  assert.match(stdout, new RegExp(`State of ${tree.main}, work in ${wt}`));
  tree.git(tree.main, "worktree", "remove", wt);
  const list = await tree.must(tree.main, ["session", "list"]);
  assert.deepEqual(list.sessions.map(({ session }: { session: string }) => session), [id]);
  assert.equal((await tree.must(tree.main, ["status", "--session", id])).worktree, undefined);
});

test("each has its own current session and bindings; two can work on one", async (tree) => {
  const [one, two] = [tree.add("one"), tree.add("two")];
  const main = await tree.start(tree.main, "Main");
  const first = await tree.start(one, "First");
  assert.equal((await tree.mustFail(two, ["status"])).code, "no_session");
  assert.equal((await tree.must(tree.main, ["status"])).session, main);
  assert.equal((await tree.must(one, ["status"])).session, first);
  await tree.must(two, ["session", "use", first]);
  await tree.must(one, ["complete", "one"]);
  await tree.must(two, ["complete", "two"]);
  assert.equal((await tree.must(one, ["status"])).progress.done, 2);
  const agent = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "a-1" };
  await tree.must(one, ["note", "bound here"], agent);
  await tree.must(tree.main, ["note", "bound there"], agent);
  assert.equal((await tree.must(one, ["status"], agent)).session, first);
  assert.equal((await tree.must(tree.main, ["status"], agent)).session, main);
  const keys = readdirSync(tree.scratch.path(".orchestrator/checkouts")).sort();
  assert.deepEqual(keys.map((key) => key.replace(/\.[0-9a-z]+$/, "")), ["one", "two"]);
  // By git's own name, not by the path.
  tree.git(tree.main, "worktree", "move", one, tree.beside("elsewhere"));
  assert.equal((await tree.must(tree.beside("elsewhere"), ["status"])).session, first);
});

test("an export in a worktree without a session misses nothing", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(tree.main, "Main");
  const missed = async (name: string) => {
    const { leftOut } = await tree.must(wt, ["snapshot", "export", "-o", tree.beside(name)]);
    return leftOut.filter(({ what }: { what: string }) => what === "current")
      .map(({ why }: { why: string }) => why);
  };
  const { stdout } = await tree.run(wt, ["snapshot", "export", "-o", tree.beside("a.tar.gz")]);
  assert.doesNotMatch(stdout, /Left out/);
  assert.deepEqual(await missed("b.tar.gz"), ["machine"]);
  // What names no session is said, as in the main checkout.
  tree.scratch.write(".orchestrator/current", `${"a".repeat(id.length)}\n`);
  assert.deepEqual(await missed("c.tar.gz"), ["no session"]);
});

test("a worktree inside its main checkout is in no other project", async (tree) => {
  const wt = join(tree.main, ".agents/worktrees/feature");
  tree.git(tree.main, "worktree", "add", "--quiet", "-b", "feature", wt);
  await tree.start(tree.main, "Main");
  const nested = async () => {
    const { findings } = await tree.must(wt, ["doctor", "--check", "project", "--offline"]);
    return findings.find(({ check }: { check: string }) => check === "project.nested")?.message;
  };
  assert.equal(await nested(), "none");
  // One that is above both is another.
  tree.write(tree.beside(".orchestrator/meta.json"), "{}");
  assert.match(await nested() ?? "", /is also a project/);
});

test("what runs, is looked at and counts is the worktree's", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(wt, "Work");
  await tree.must(wt, ["complete", "here"]);
  assert.equal(readFileSync(join(wt, "where.txt"), "utf8").trim(), wt);
  tree.scratch.write("proof.txt", "in the main checkout\n");
  assert.equal((await tree.mustFail(wt, ["complete", "proof"])).code, "verification_failed");
  tree.write(join(wt, "proof.txt"), "here\n");
  await tree.must(wt, ["complete", "proof"]);
  tree.write(
    join(wt, "workflow.yaml"),
    readFileSync(join(wt, "workflow.yaml"), "utf8").replace("Short", "Other"),
  );
  assert.equal((await tree.must(wt, ["start", "Again"])).workflow, "Other");
});

test("git's variables and the folder that a command runs in do not mislead", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  mkdirSync(join(wt, "deep/er"), { recursive: true });
  const misleading = {
    GIT_DIR: "/nowhere",
    GIT_COMMON_DIR: "/nowhere/else",
    GIT_WORK_TREE: tree.main,
  };
  assert.equal((await tree.must(join(wt, "deep/er"), ["status"], misleading)).session, id);
  symlinkSync(wt, tree.beside("link"));
  assert.equal((await tree.must(tree.beside("link"), ["status"])).session, id);
  assert.equal((await tree.must("/", ["status", "--root", wt])).session, id);
});

test("without a main checkout the state is in the repository", async (tree) => {
  for (const bare of ["proj.git", "proj/.bare", "other/.git"]) {
    const path = tree.beside(bare);
    tree.git(tree.main, "clone", "--quiet", "--bare", tree.main, path);
    const wt = tree.add(`of-${bare.replaceAll(/\W/g, "-")}`, path);
    const id = await tree.start(wt, "Work");
    assert.ok(existsSync(join(path, "orchestrator/state/sessions", id, "log.jsonl")), bare);
    assert.ok(!existsSync(join(wt, ".orchestrator")));
    assert.equal((await tree.must(wt, ["status"])).worktree.stateOf, path);
  }
  // The folder that holds it says with a file where it is.
  tree.write(tree.beside("proj/.git"), "gitdir: ./.bare\n");
  const { sessions } = await tree.must(tree.beside("proj"), ["session", "list"]);
  assert.equal(sessions.length, 1);
});

test("the home directory's own folder is never a project's", async (tree) => {
  const { home } = tree.scratch;
  tree.git(home, "init", "--quiet", "--initial-branch=main");
  tree.git(home, "add", ".gitconfig");
  tree.git(home, "commit", "--quiet", "--message", "dotfiles");
  const wt = tree.add("dotfiles", home);
  const id = await tree.start(wt, "Work");
  assert.ok(existsSync(join(home, ".git/orchestrator/state/sessions", id)));
  assert.ok(!existsSync(join(home, ".orchestrator")));
});

test("submodules and --separate-git-dir keep their own", async (tree) => {
  const allow = ["-c", "protocol.file.allow=always"];
  tree.git(tree.main, ...allow, "submodule", "--quiet", "add", tree.main, "sub");
  tree.git(tree.main, "commit", "--quiet", "--message", "sub");
  const id = await tree.start(join(tree.main, "sub"), "Work");
  assert.ok(existsSync(join(tree.main, "sub/.orchestrator/sessions", id)));
  // A worktree of the submodule has the submodule's.
  const wt = tree.add("of-sub", join(tree.main, "sub"));
  const list = await tree.must(wt, ["session", "list"]);
  assert.deepEqual(list.sessions.map(({ session }: { session: string }) => session), [id]);
  const apart = tree.beside("apart");
  tree.git(tree.main, "init", "--quiet", `--separate-git-dir=${tree.beside("git-apart")}`, apart);
  const other = await tree.start(apart, "Work");
  assert.ok(existsSync(join(apart, ".orchestrator/sessions", other)));
});

test("a project in a subfolder has its state in the same subfolder", async (tree) => {
  tree.scratch.write("sub/workflow.yaml", tree.scratch.read("workflow.yaml"));
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "sub");
  const wt = tree.add("feature");
  const id = await tree.start(join(wt, "sub"), "Work");
  assert.ok(tree.scratch.exists(`sub/.orchestrator/sessions/${id}`));
  // A link in the main checkout leads to no place of the project's.
  rmSync(tree.scratch.path("sub"), { recursive: true });
  mkdirSync(tree.beside("outside"));
  symlinkSync(tree.beside("outside"), tree.scratch.path("sub"));
  assert.equal((await tree.mustFail(join(wt, "sub"), ["start", "No"])).code, "worktree_broken");
  assert.deepEqual(readdirSync(tree.beside("outside")), []);
});

test("a main checkout that moved is found again after git's repair; no second state begins", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  const moved = tree.beside("moved");
  renameSync(tree.main, moved);
  for (const argv of [["status"], ["start", "Another"], ["session", "list"]]) {
    const error = await tree.mustFail(wt, argv);
    assert.equal(error.code, "worktree_broken", argv.join(" "));
    assert.match(error.hint ?? "", /git worktree repair/);
  }
  assert.ok(!existsSync(join(wt, ".orchestrator")));
  tree.git(moved, "worktree", "repair", wt);
  assert.equal((await tree.must(wt, ["status"])).session, id);
  rmSync(moved, { recursive: true });
  assert.equal((await tree.mustFail(wt, ["status"])).code, "worktree_broken");
  // The person's word counts.
  await tree.must(wt, ["start", "Alone"], { ORCHESTRATOR_STATE_HOME: "worktree" });
  assert.ok(existsSync(join(wt, ".orchestrator/sessions")));
});

test("doctor in the main checkout does not ask for a current session where worktrees work on all", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  const level = async () => {
    const { findings } = await tree.must(tree.main, ["doctor", "--check", "sessions.current"]);
    return findings[0].level;
  };
  assert.equal(await level(), "ok");
  // One that nobody works on.
  await tree.start(wt, "More");
  assert.equal(await level(), "warning");
  await tree.must(wt, ["finish", "--abandon", "--reason", "no longer of use", "--session", id]);
  assert.equal(await level(), "ok");
  tree.git(tree.main, "worktree", "remove", "--force", wt);
  assert.equal(await level(), "warning");
});

test("init in a linked worktree names no schema that is in another checkout", async (tree) => {
  tree.git(tree.main, "rm", "--quiet", "workflow.yaml");
  tree.git(tree.main, "commit", "--quiet", "--message", "Without");
  const wt = tree.add("feature");
  await tree.must(wt, ["init"]);
  const named = (root: string) =>
    /\$schema=(\S+)/.exec(readFileSync(join(root, "workflow.yaml"), "utf8"))?.[1];
  assert.equal(named(wt), undefined);
  await tree.must(tree.main, ["init"]);
  assert.ok(existsSync(join(tree.main, named(tree.main) ?? "none")));
});

for (const how of ["moved", "removed", "pruned this worktree"]) {
  test(`doctor, env and validate answer where the state cannot be found: ${how}`, async (tree) => {
    const wt = tree.add("feature");
    await tree.start(wt, "Work");
    if (how === "moved") renameSync(tree.main, tree.beside("moved"));
    else if (how === "removed") rmSync(tree.main, { recursive: true });
    else rmSync(tree.scratch.path(".git/worktrees"), { recursive: true });
    for (const argv of [["env"], ["validate"]]) {
      const { code, stdout, stderr } = await tree.run(wt, argv);
      assert.equal(code, 0, stderr);
      assert.notEqual(stdout, "");
      assert.match(stderr, /^warning: Cannot find the state of .*ORCHESTRATOR_STATE_HOME=worktree/);
    }
    for (const argv of [["doctor"], ["doctor", "--fix"]]) {
      const { code, stdout, stderr } = await tree.run(wt, [...argv, "--offline", "--json"]);
      assert.equal(code, 1, stderr);
      const bad = JSON.parse(stdout).data.findings
        .filter(({ level }: { level: string }) => level === "error" || level === "warning");
      const errors = bad.filter(({ level }: { level: string }) => level === "error");
      assert.deepEqual(
        errors.map(({ check }: { check: string }) => check),
        ["project.initialised"],
        JSON.stringify(bad),
      );
      assert.match(errors[0].message, /^Cannot find the state of /);
      assert.match(errors[0].hint, /ORCHESTRATOR_STATE_HOME=worktree/);
    }
    // No second state begins.
    assert.ok(!existsSync(join(wt, ".orchestrator")));
  });
}

test("a pruned, a moved and a copied worktree are told", async (tree) => {
  const wt = tree.add("feature");
  const id = await tree.start(wt, "Work");
  renameSync(wt, tree.beside("gone"));
  assert.match((await tree.mustFail(tree.beside("gone"), ["status"])).message, /at another path/);
  tree.git(tree.beside("gone"), "worktree", "repair");
  assert.equal((await tree.must(tree.beside("gone"), ["status"])).session, id);
  cpSync(tree.beside("gone"), tree.beside("copy"), { recursive: true });
  assert.match((await tree.mustFail(tree.beside("copy"), ["status"])).message, /at another path/);
  rmSync(tree.beside("gone"), { recursive: true });
  tree.git(tree.main, "worktree", "prune");
  const error = await tree.mustFail(tree.beside("copy"), ["status"]);
  assert.match(error.message, /pruned/);
  assert.equal((await tree.must(tree.main, ["status", "--session", id])).session, id);
});

test("a `.git` file that leads to another repository is not followed", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(wt, "Work");
  const stranger = tree.beside("stranger");
  mkdirSync(stranger);
  cpSync(join(wt, ".git"), join(stranger, ".git"));
  cpSync(join(wt, "workflow.yaml"), join(stranger, "workflow.yaml"));
  assert.equal((await tree.mustFail(stranger, ["note", "x"])).code, "worktree_broken");
  // One that was made for it, with a folder that claims to belong to the repository.
  const admin = tree.beside("admin/worktrees/x");
  mkdirSync(admin, { recursive: true });
  writeFileSync(join(admin, "commondir"), join(tree.main, ".git"));
  writeFileSync(join(admin, "gitdir"), join(stranger, ".git"));
  writeFileSync(join(admin, "HEAD"), "ref: refs/heads/main\n");
  writeFileSync(join(stranger, ".git"), `gitdir: ${admin}\n`);
  assert.equal((await tree.mustFail(stranger, ["note", "x"])).code, "worktree_broken");
});

test("state_home: worktree keeps the state in the worktree", async (tree) => {
  const wt = tree.add("feature");
  const shared = await tree.start(wt, "Shared");
  const own = { ORCHESTRATOR_STATE_HOME: "worktree" };
  const id = (await tree.must(wt, ["start", "Own"], own)).session;
  assert.ok(existsSync(join(wt, ".orchestrator/sessions", id)));
  assert.equal((await tree.must(wt, ["status"], own)).session, id);
  assert.equal((await tree.must(wt, ["status"])).session, shared);
  const { stderr } = await tree.run(wt, ["status"]);
  assert.match(stderr, /sessions of its own/);
  tree.write(join(tree.scratch.home, ".orchestrator/config.yaml"), "state_home: worktree\n");
  assert.equal((await tree.must(wt, ["status"])).session, id);
  const told = { ORCHESTRATOR_STATE_HOME: "shared" };
  assert.equal((await tree.must(wt, ["status"], told)).session, shared);
  // What is not read before the state is found must not be half in force.
  tree.write(join(tree.scratch.home, ".orchestrator/config.yaml"), "{ state_home: worktree }\n");
  assert.equal((await tree.mustFail(wt, ["status"])).code, "config_invalid");
  rmSync(join(tree.scratch.home, ".orchestrator"), { recursive: true });
  assert.equal(
    (await tree.mustFail(wt, ["status", "--set", "state_home=worktree"])).code,
    "config_invalid",
  );
});

test("committed state does not count because it is there", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  const old = await tree.start(tree.main, "Portable");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "state");
  const wt = tree.add("feature");
  // Portable mode is of a checkout.
  assert.equal((await tree.must(wt, ["session", "list"])).sessions[0].session, old);
  const there = await tree.start(wt, "In the worktree");
  assert.ok(existsSync(join(wt, ".orchestrator/sessions", there)));
  assert.ok(!tree.scratch.exists(`.orchestrator/sessions/${there}`));
  const { stderr } = await tree.run(tree.main, ["init", "--normal"]);
  assert.match(stderr, new RegExp(`do not count in normal mode: .*${there}.*state adopt`));
  const ids = (await tree.must(wt, ["session", "list"])).sessions
    .map(({ session }: { session: string }) => session);
  assert.deepEqual(ids, [old]);
});

test("old files in a linked worktree: their workflow is taken over, and no way out hides a session", async (tree) => {
  const wt = tree.add("feature");
  const main = await tree.start(tree.main, "Work");
  const state = JSON.stringify({
    workflow_id: "wf_1",
    task_description: "Old task",
    current_phase_id: "DO",
    status: "active",
    created_at: "2026-01-01T00:00:00+00:00",
    updated_at: "2026-01-01T00:00:00+00:00",
    phases: {
      DO: { id: "DO", status: "active", items: { one: { id: "one", status: "pending" } } },
    },
    metadata: {},
  });
  tree.write(join(wt, ".workflow_state.json"), state);
  const before = await tree.run(wt, ["status"]);
  assert.equal(before.code, 0, before.stderr);
  assert.match(before.stdout, /Old task/);
  assert.match(
    before.stderr,
    /1 file of the old tool lies in this linked worktree; "orchestrator import-legacy \."/,
  );
  for (const argv of [["migrate"], ["migrate", "--dry-run"], ["migrate", "--rollback"]]) {
    const error = await tree.mustFail(wt, argv);
    assert.equal(error.code, "other_checkout", argv.join(" "));
    assert.match(error.hint ?? "", /^Run `orchestrator import-legacy \.`/);
  }
  const { session } = await tree.must(wt, ["import-legacy", "."]);
  // What was shown is shown still, beside the session of the main checkout, and nothing is asked for any more.
  const after = await tree.run(wt, ["status"]);
  assert.match(after.stdout, /Old task/);
  assert.doesNotMatch(after.stderr, /old tool/);
  const ids = (await tree.must(wt, ["session", "list"])).sessions
    .map((row: { session: string }) => row.session).sort();
  assert.deepEqual(ids, [main, session].sort());
  assert.equal(readFileSync(join(wt, ".workflow_state.json"), "utf8"), state);
});

test("what is about the whole state, or moves files of a root, is the main checkout's", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(wt, "Work");
  const before = readdirSync(realpathSync(tree.scratch.path(".orchestrator"))).sort();
  for (const argv of [["migrate"], ["deinit"], ["init", "--portable"], ["init", "--normal"]]) {
    const error = await tree.mustFail(wt, argv);
    assert.equal(error.code, "other_checkout", argv.join(" "));
    assert.ok(error.hint?.includes(tree.main));
  }
  assert.deepEqual(readdirSync(tree.scratch.path(".orchestrator")).sort(), before);
  await tree.must(wt, ["init", "--portable"], { ORCHESTRATOR_STATE_HOME: "worktree" });
});

for (const way of ["git worktree remove", "rm -rf and prune"]) {
  test(`a name that is used again is another worktree: ${way}`, async (tree) => {
    const agent = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "a-1" };
    const first = tree.add("wt/fix");
    const id = await tree.start(first, "Fix login");
    await tree.must(first, ["note", "bound"], agent);
    if (way.startsWith("git")) {
      tree.git(tree.main, "worktree", "remove", first);
    } else {
      rmSync(first, { recursive: true });
      tree.git(tree.main, "worktree", "prune");
    }
    const again = tree.beside("other/fix");
    tree.git(tree.main, "worktree", "add", "--quiet", "-b", "f2", again);
    for (const env of [{}, agent]) {
      assert.equal((await tree.mustFail(again, ["note", "x"], env)).code, "no_session");
    }
    assert.doesNotMatch(tree.scratch.read(`.orchestrator/sessions/${id}/log.jsonl`), /"x"/);
    const other = await tree.start(again, "Other");
    // What the removed one has left is of no use.
    await tree.must(tree.main, ["doctor", "--fix", "--offline"]);
    const left = readdirSync(tree.scratch.path(".orchestrator/checkouts"), { recursive: true })
      .map(String).filter((name) => name.endsWith("current") || /[0-9a-f]{32}$/.test(name));
    assert.equal(left.length, 1);
    assert.equal((await tree.must(again, ["status"])).session, other);
    // What git does to a worktree that stays is no new one.
    tree.git(tree.main, "worktree", "lock", again);
    tree.git(tree.main, "worktree", "unlock", again);
    tree.git(again, "switch", "--quiet", "--detach");
    tree.git(tree.main, "worktree", "move", again, tree.beside("moved"));
    tree.git(tree.main, "worktree", "repair", tree.beside("moved"));
    assert.equal((await tree.must(tree.beside("moved"), ["status"])).session, other);
  });
}

test("a branch from before the portable mode of its main checkout begins no state of its own", async (tree) => {
  tree.git(tree.main, "branch", "old");
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "A");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "state");
  const wt = tree.beside("w");
  tree.git(tree.main, "worktree", "add", "--quiet", wt, "old");
  for (const argv of [["start", "Lost"], ["init"], ["init", "--normal"], ["note", "x"]]) {
    const { code, hint } = await tree.mustFail(wt, argv);
    assert.equal(code, "other_checkout", argv.join(" "));
    assert.match(hint ?? "", /init --portable/);
  }
  assert.ok(!existsSync(join(wt, ".orchestrator")));
  assert.match((await tree.run(wt, ["session", "list"])).stderr, /no committed state/);
  const { findings } = await tree.must(wt, ["doctor", "--offline"]);
  assert.ok(
    findings.some(({ check, level }: { check: string; level: string }) =>
      check === "project.worktree" && level === "warning"
    ),
  );
  await tree.must(wt, ["init", "--portable"]);
  await tree.start(wt, "Kept");
  assert.match(tree.git(wt, "status", "--short", "--untracked-files=all"), /log\.jsonl/);
});

test("normal mode in a worktree of a portable checkout is refused, and changes nothing", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  const id = await tree.start(tree.main, "A");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "state");
  const wt = tree.add("w");
  const { code, message, hint } = await tree.mustFail(wt, ["init", "--normal"]);
  assert.equal(code, "other_checkout");
  assert.match(message, /main checkout is in portable mode/);
  assert.ok(hint?.includes(`init --normal\` in "${tree.main}"`), hint);
  assert.equal(tree.git(wt, "status", "--short").trim(), "");
  await tree.must(wt, ["note", "x", "--session", id]);
});

test("an agent that moves to another checkout is told of its own session", async (tree) => {
  const agent = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "x" };
  const id = (await tree.must(tree.main, ["start", "T"], agent)).session;
  const wt = tree.add("t");
  for (const argv of [["status"], ["note", "x"]]) {
    const { code, message, hint } = await tree.mustFail(wt, argv, agent);
    assert.equal(code, "no_session");
    assert.match(message, new RegExp(`this agent works in ${id}`));
    assert.ok(message.includes(`the state is that of "${tree.main}"`), message);
    assert.match(hint ?? "", new RegExp(`session use ${id}`));
  }
  // Another agent, and a person, are not.
  for (const env of [{ ...agent, CLAUDE_CODE_SESSION_ID: "y" }, {}]) {
    const { message } = await tree.mustFail(wt, ["status"], env);
    assert.doesNotMatch(message, /this agent/);
    assert.ok(message.endsWith(`; open there: ${id}`), message);
  }
  // The way back, once the worktree is removed.
  const other = { ...agent, CLAUDE_CODE_SESSION_ID: "z" };
  const there = (await tree.must(wt, ["start", "U"], other)).session;
  tree.git(tree.main, "worktree", "remove", wt);
  rmSync(tree.scratch.path(".orchestrator/current"));
  assert.match((await tree.mustFail(tree.main, ["status"], other)).message, new RegExp(there));
});

const OWN = { ORCHESTRATOR_STATE_HOME: "worktree" };

test("state adopt: sessions of a worktree from before, by lineage", async (tree) => {
  const wt = tree.add("feature");
  const id = (await tree.must(wt, ["start", "From before"], OWN)).session;
  const ended = (await tree.must(wt, ["start", "Another"], OWN)).session;
  await tree.must(wt, ["session", "use", id], OWN);
  // Nothing is in the shared state yet; doctor names them, here and in the main checkout.
  await tree.must(tree.main, ["init"]);
  for (const cwd of [wt, tree.main]) {
    const { findings } = await tree.must(cwd, ["doctor", "--offline"]);
    const found = findings.find(({ check }: { check: string }) => check === "project.worktree");
    assert.match(found.message, /^2 sessions only in a linked worktree/);
    assert.match(found.hint, /state adopt/);
  }
  const preview = await tree.must(wt, ["state", "adopt", "--dry-run"]);
  assert.deepEqual(preview.sessions.map(({ relation }: { relation: string }) => relation), [
    "new",
    "new",
  ]);
  assert.ok(!tree.scratch.exists(`.orchestrator/sessions/${id}`));
  await tree.must(wt, ["state", "adopt"]);
  assert.equal((await tree.must(wt, ["status"])).session, id, "the current one of the worktree");
  assert.doesNotMatch((await tree.run(wt, ["status"])).stderr, /sessions of its own/);
  assert.deepEqual(readdirSync(join(wt, ".orchestrator/sessions")), []);
  assert.equal(readdirSync(join(wt, ".orchestrator/backups")).length, 2);
  tree.git(tree.main, "worktree", "remove", wt);
  const { sessions } = await tree.must(tree.main, ["session", "list"]);
  const ids = sessions.map(({ session }: { session: string }) => session).sort();
  assert.deepEqual(ids, [id, ended].sort());
});

test("state adopt: state in both before: one went on, one is behind, one went another way", async (tree) => {
  const wt = tree.add("feature");
  const ids: Record<string, string> = {};
  for (const name of ["on", "behind", "apart", "same"]) {
    ids[name] = (await tree.must(tree.main, ["start", name, "--name", name])).session;
  }
  cpSync(tree.scratch.path(".orchestrator"), join(wt, ".orchestrator"), { recursive: true });
  const note = (cwd: string, name: string, env = {}) =>
    tree.must(cwd, ["note", `in ${cwd}`, "--session", name], env);
  await note(wt, "on", OWN);
  await note(tree.main, "behind");
  await note(wt, "apart", OWN);
  await note(tree.main, "apart");
  const before = readFileSync(
    tree.scratch.path(`.orchestrator/sessions/${ids["apart"]}/log.jsonl`),
  );
  const { code, stdout, stderr } = await tree.run(wt, ["state", "adopt", "--json"]);
  assert.equal(code, 5, stderr);
  const { data, warnings } = JSON.parse(stdout);
  const relations = Object.fromEntries(
    data.sessions.map(({ name, relation }: { name: string; relation: string }) => [name, relation]),
  );
  assert.deepEqual(relations, { on: "newer", behind: "older", apart: "diverged", same: "same" });
  assert.match(warnings.join(), new RegExp(`${ids["apart"]} diverged`));
  assert.deepEqual(readdirSync(join(wt, ".orchestrator/sessions")), [ids["apart"]]);
  const log = (name: string) =>
    readFileSync(tree.scratch.path(`.orchestrator/sessions/${ids[name]}/log.jsonl`), "utf8");
  assert.match(log("on"), new RegExp(`in ${wt}`));
  assert.match(log("behind"), new RegExp(`in ${tree.main}`));
  assert.deepEqual(
    readFileSync(tree.scratch.path(`.orchestrator/sessions/${ids["apart"]}/log.jsonl`)),
    before,
  );
  for (const name of Object.keys(ids)) {
    await tree.must(tree.main, ["log", "verify", "--session", name]);
  }
});

for (
  const [kind, spoil, why] of [
    [
      "git tracks it",
      (tree: Worktrees, wt: string, id: string) => {
        tree.git(wt, "add", "--force", `.orchestrator/sessions/${id}`);
      },
      /stays in its \.orchestrator, and does not count: git tracks it/,
    ],
    [
      "git cannot read the index",
      (tree: Worktrees, wt: string) => {
        const admin = tree.git(wt, "rev-parse", "--absolute-git-dir");
        tree.write(join(admin, "index"), "broken");
      },
      /stays in its .*: it is not known whether git tracks it \(git cannot read the repository\)/,
    ],
  ] as const
) {
  test(`state adopt: a copy that cannot be moved away is named once, with the reason: ${kind}`, async (tree) => {
    const wt = tree.add("feature");
    const id = (await tree.must(wt, ["start", "From before"], OWN)).session;
    await tree.must(tree.main, ["init"]);
    spoil(tree, wt, id);
    const { code, stderr } = await tree.run(wt, ["state", "adopt"]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, why);
    assert.match(stderr, new RegExp(id));
    // It is in the shared state: no command sends anyone back to the one that was run.
    for (const argv of [["status"], ["session", "list"], ["note", "goes on"]]) {
      assert.doesNotMatch((await tree.run(wt, argv)).stderr, /state adopt|sessions of its own/);
    }
    for (const cwd of [wt, tree.main]) {
      const { findings } = await tree.must(cwd, ["doctor", "--offline"]);
      const found = findings.find(({ check }: { check: string }) => check === "project.worktree");
      assert.equal(found.level, "ok", found.message);
    }
    // What it does not hold is named.
    await tree.must(wt, ["note", "went on"], OWN);
    assert.match((await tree.run(wt, ["status"])).stderr, /sessions of its own.*state adopt/);
  });
}

test("state adopt: where there is nothing of its own", async (tree) => {
  const wt = tree.add("feature");
  await tree.start(wt, "Work");
  for (const cwd of [wt, tree.main]) {
    assert.deepEqual((await tree.must(cwd, ["state", "adopt"])).sessions, []);
  }
});
