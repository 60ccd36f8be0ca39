/** What giving the program up removes: all that it wrote, and nothing else. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { findGitTraces, removeGitTraces } from "../../../src/deinit/git_traces.ts";
import { removeState } from "../../../src/deinit/remove_state.ts";
import { surveyState } from "../../../src/deinit/survey.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { Git } from "../../../src/state_branch/git.ts";
import { ELSEWHERE } from "../../../src/state_layout/elsewhere.ts";
import { LAYOUT } from "../../../src/state_layout/table.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { git } from "../../harness/git_server.ts";
import { pathsOf } from "../../harness/layout_names.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { readTree } from "../../harness/tree.ts";

const noGit = spawnSync("git", ["--version"]).error !== undefined;

function managerOf(scratch: Scratch): SessionManager {
  return new SessionManager({
    backend: new FileBackend(scratch.path(".orchestrator")),
    actor: () => ({ kind: "person", name: "anna" }),
    now: () => new Date(),
    lockTimeoutMs: 0,
    warn: () => {},
  });
}

function plant(scratch: Scratch, paths: readonly string[]): void {
  for (const path of paths) {
    const full = join(scratch.path(".orchestrator"), path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, "x\n");
  }
}

/** A file for every row of the table. */
function everyRow(): readonly string[] {
  return LAYOUT.flatMap((entry) => {
    const samples = fc.sample(pathsOf(entry), { numRuns: 20, seed: 1 });
    const usable = samples.find((path) =>
      path.split("/").every((name) => name !== "" && new TextEncoder().encode(name).length < 200) &&
      !/[\0]/.test(path)
    );
    assert.ok(usable !== undefined, entry.path);
    return [usable];
  });
}

Deno.test({
  name: "deinit: a file of every row is removed, or named as left",
  ignore: isWindows,
  fn: async () => {
    using scratch = new Scratch();
    const paths = everyRow();
    plant(scratch, paths);
    const { ours, kept } = surveyState(scratch.path(".orchestrator"));
    const folders = kept.map(({ path }) => path);
    for (const path of paths) {
      const named = folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
      assert.notEqual(ours.includes(path), named, `${path} is neither removed nor named, or both`);
    }
    // What goes with nothing lost is all but what people had before.
    assert.deepEqual(folders.sort(), [
      ".gitignore",
      "archive",
      "migration_backup",
      "prd",
      "workflow.yaml",
    ]);
    await removeState(scratch.path(".orchestrator"), managerOf(scratch));
    for (const path of paths) {
      const there = existsSync(join(scratch.path(".orchestrator"), path));
      assert.equal(there, !ours.includes(path), path);
    }
  },
});

Deno.test("deinit: nothing is left when nothing else was there", async () => {
  using scratch = new Scratch();
  const before = readTree(scratch.root);
  plant(scratch, ["meta.json", ".gitignore", "lock", "current", "secrets/.gitignore"]);
  mkdirSync(scratch.path(".orchestrator/sessions/empty"), { recursive: true });
  await removeState(scratch.path(".orchestrator"), managerOf(scratch));
  assert.deepEqual([...readTree(scratch.root).keys()], [...before.keys()]);
  await removeState(scratch.path(".orchestrator"), managerOf(scratch));
  assert.equal(existsSync(scratch.path(".orchestrator")), false);
});

Deno.test("deinit: what orchestrator did not write stays, in a session's folder, too", async () => {
  using scratch = new Scratch();
  const id = "abcdefghijklm";
  const mine = ["notes.txt", `sessions/${id}/mine.txt`, "sessions/other/x", "secrets/a b", "log"];
  plant(scratch, [...mine, `sessions/${id}/log.jsonl`, `sessions/${id}/lock`, "meta.json"]);
  await removeState(scratch.path(".orchestrator"), managerOf(scratch));
  for (const path of mine) assert.ok(scratch.exists(`.orchestrator/${path}`), path);
  for (const path of ["meta.json", "lock", `sessions/${id}/log.jsonl`, `sessions/${id}/lock`]) {
    assert.equal(scratch.exists(`.orchestrator/${path}`), false, path);
  }
});

Deno.test({
  name: "deinit: links are removed or left, and never followed",
  ignore: isWindows,
  fn: async () => {
    using scratch = new Scratch();
    scratch.write("docs/plan.md", "mine");
    scratch.write("docs/sessions/abcdefghijklm/log.jsonl", "mine");
    plant(scratch, ["meta.json"]);
    const state = scratch.path(".orchestrator");
    symlinkSync(scratch.path("docs"), join(state, "secrets"));
    symlinkSync(scratch.path("docs/sessions"), join(state, "sessions"));
    symlinkSync(scratch.path("docs/plan.md"), join(state, "config.yaml"));
    await removeState(state, managerOf(scratch)).catch((error) => {
      // To refuse is as good.
      assert.ok(error instanceof OrchestratorError, String(error));
    });
    assert.equal(scratch.read("docs/plan.md"), "mine");
    assert.equal(scratch.read("docs/sessions/abcdefghijklm/log.jsonl"), "mine");
  },
});

Deno.test({
  name: "deinit: a state directory that is a link is refused",
  ignore: isWindows,
  fn: async () => {
    using scratch = new Scratch();
    scratch.write("other/meta.json", "mine");
    symlinkSync(scratch.path("other"), scratch.path(".orchestrator"));
    await assert.rejects(
      removeState(scratch.path(".orchestrator"), managerOf(scratch)),
      /is a link/,
    );
    assert.deepEqual([...readTree(scratch.path("other")).keys()], [".", "meta.json"]);
    assert.ok(lstatSync(scratch.path(".orchestrator")).isSymbolicLink());
  },
});

/** Makes a commit whose tree is a state of a repository. */
function stateCommit(root: string, id: string): string {
  writeFileSync(join(root, "blob.txt"), JSON.stringify({ format: 1, id }));
  const blob = git(root, "hash-object", "-w", "blob.txt");
  const index = join(root, ".git", "index-of-state");
  const run = (...args: readonly string[]) => {
    const result = spawnSync("git", args, {
      cwd: root,
      encoding: "utf8",
      env: { ...Deno.env.toObject(), GIT_INDEX_FILE: index, GIT_CONFIG_NOSYSTEM: "1" },
    });
    assert.equal(result.status, 0, result.stderr);
    return result.stdout.trim();
  };
  run("update-index", "--add", "--cacheinfo", `100644,${blob},meta.json`);
  return git(root, "commit-tree", run("write-tree"), "-m", "state");
}

Deno.test({
  name: "deinit: in git's directory this project's part goes, and another one's stays",
  ignore: noGit,
  fn: async () => {
    using scratch = new Scratch();
    git(scratch.root, "init", "--quiet");
    const own = "a".repeat(26);
    const other = "b".repeat(26);
    const set = (ref: string, id: string) =>
      git(scratch.root, "update-ref", ref, stateCommit(scratch.root, id));
    const branch = (id: string) => `orchestrator-state-${id}`;
    for (const id of [own, other]) {
      for (const kind of ["state", "remote", "seen"]) {
        set(`refs/orchestrator/${kind}/${branch(id)}`, id);
      }
      set(`refs/remotes/origin/claude/${branch(id)}`, id);
      scratch.write(
        `.git/orchestrator/${branch(id)}.json`,
        JSON.stringify({ branch: `claude/${branch(id)}` }),
      );
    }
    // A branch by a name of its own, which another clone has begun.
    set("refs/orchestrator/state/team", other);
    set("refs/remotes/origin/main", own);
    scratch.write(".git/orchestrator/looked", "1\n");
    scratch.write(".git/orchestrator/mine", "1\n");
    const opened = await Git.open(scratch.root, scratchEnvironment(scratch), 10_000);
    assert.ok(opened !== null);
    const traces = await findGitTraces(opened, { repositoryId: own, branch: "team" });
    assert.deepEqual(traces.branches, [`claude/${branch(own)}`]);
    await removeGitTraces(opened, traces);
    assert.deepEqual(
      git(scratch.root, "for-each-ref", "--format=%(refname)").split("\n").sort(),
      [
        ...["state", "remote", "seen"].map((kind) => `refs/orchestrator/${kind}/${branch(other)}`),
        `refs/remotes/origin/claude/${branch(other)}`,
        "refs/remotes/origin/main",
      ].sort(),
    );
    assert.deepEqual(
      [...readTree(scratch.path(".git/orchestrator")).keys()].sort(),
      [".", "looked", "mine", `${branch(other)}.json`].sort(),
    );
    assert.ok(traces.others.includes("orchestrator/mine"));
    // Without a state directory nothing tells whose it is: all of it goes.
    await removeGitTraces(
      opened,
      await findGitTraces(opened, { repositoryId: null, branch: null }),
    );
    assert.equal(
      git(scratch.root, "for-each-ref", "--format=%(refname)"),
      "refs/remotes/origin/main",
    );
    assert.deepEqual([...readTree(scratch.path(".git/orchestrator")).keys()], [".", "mine"]);
  },
});

Deno.test("deinit: every place that is to be removed elsewhere is one that it knows", () => {
  const known = ["git orchestrator", "git refs/orchestrator/", "git refs/remotes/"];
  for (const { base, where, onLeaving } of ELSEWHERE) {
    if (onLeaving !== "remove") continue;
    const name = `${base} ${where}`;
    assert.ok(known.some((prefix) => name.startsWith(prefix)), `nothing removes ${name}`);
  }
});
