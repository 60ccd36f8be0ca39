/**
 * What differs between two moments of a work tree, against what git says of the two trees.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, renameSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { MomentComparison, type TreeDifference } from "../../../src/work_tree/compare.ts";
import { takeWorkTree } from "../../../src/work_tree/take.ts";
import type { WorkTree } from "../../../src/workflow/work_tree.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WITHOUT = [".orchestrator"];
const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

/** A moment, and the tree that git makes of it. */
interface Seen {
  readonly moment: WorkTree;
  readonly tree: string;
}

class Project implements Disposable {
  readonly scratch = new Scratch();
  readonly env: Record<string, string> = {
    ...scratchEnvironment(this.scratch),
    GIT_CONFIG_GLOBAL: join(this.scratch.home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
  };

  constructor(commit = true) {
    this.git("init", "--quiet", "--initial-branch=main");
    for (const [key, value] of [["user.name", "Ada"], ["user.email", "ada@example.org"]] as const) {
      this.git("config", key, value);
    }
    this.write("a.txt", "a\n");
    this.write("src/b.txt", "b\n");
    this.write("src/deep/c.txt", "c\n");
    this.write(".gitignore", "ignored/\n");
    if (commit) this.commit();
  }

  get root(): string {
    return this.scratch.root;
  }

  write(name: string, text: string): void {
    this.scratch.write(name, text);
  }

  remove(name: string): void {
    rmSync(this.scratch.path(name), { recursive: true });
  }

  git(...argv: readonly string[]): string {
    return this.gitIn(this.root, this.env, argv);
  }

  gitIn(cwd: string, env: Record<string, string>, argv: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("git", argv, { cwd, env });
    assert.equal(status, 0, `git ${argv.join(" ")}: ${stderr}`);
    return String(stdout);
  }

  commit(): void {
    this.git("add", "-A");
    this.git("commit", "--quiet", "-m", "State");
  }

  async take(root = this.root): Promise<WorkTree> {
    const answer = await takeWorkTree({
      root,
      env: this.env,
      without: WITHOUT,
      timeoutMs: 60_000,
    });
    assert.ok("value" in answer, JSON.stringify(answer));
    return answer.value;
  }

  async see(): Promise<Seen> {
    const env = { ...this.env, GIT_INDEX_FILE: join(this.scratch.top, "index") };
    rmSync(env.GIT_INDEX_FILE, { force: true });
    this.gitIn(this.root, env, ["add", "-A"]);
    this.gitIn(this.root, env, ["rm", "--cached", "-rqf", "--ignore-unmatch", "--", ...WITHOUT]);
    return {
      moment: await this.take(),
      tree: this.gitIn(this.root, env, ["write-tree"]).trim(),
    };
  }

  between(
    before: WorkTree,
    after: WorkTree,
    root = this.root,
  ): Promise<TreeDifference> {
    return new MomentComparison({ root, env: this.env, without: WITHOUT, timeoutMs: 60_000 })
      .between(before, after);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

function test(name: string, body: (project: Project) => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    async fn() {
      using project = new Project();
      await body(project);
    },
  });
}

/** A story; what differs between any two of its moments is compared with what git says. */
const STORY: Readonly<Record<string, (project: Project) => void>> = {
  "nothing changed": () => {},
  "a changed file": (p) => p.write("a.txt", "other\n"),
  "the change staged": (p) => p.git("add", "-A"),
  "staged, then changed once more": (p) => p.write("a.txt", "third\n"),
  "a new file": (p) => p.write("new/d.txt", "d\n"),
  "an ignored file": (p) => p.write("ignored/e.txt", "e\n"),
  "all of it committed": (p) => p.commit(),
  "a commit undone in the files": (p) => p.write("a.txt", "a\n"),
  "a removed file": (p) => p.remove("src/b.txt"),
  "the removal committed, with the change undone": (p) => p.commit(),
  "another mode": (p) => chmodSync(p.scratch.path("a.txt"), 0o755),
  "a file that is a folder now": (p) => {
    p.remove("a.txt");
    p.write("a.txt/inside", "x\n");
  },
  "a renamed file": (p) => {
    renameSync(p.scratch.path("src/deep/c.txt"), p.scratch.path("src/deep/moved.txt"));
  },
  "that committed": (p) => p.commit(),
  "names that git would quote": (p) => {
    p.write('with "quotes"', "x\n");
    p.write("tab\there", "x\n");
    p.write("ünïcode", "x\n");
    p.write("src/line\nfeed", "x\n");
  },
  "them committed": (p) => p.commit(),
  "another branch": (p) => {
    p.git("switch", "--quiet", "-c", "side", "HEAD~3");
    p.write("side.txt", "side\n");
    p.commit();
  },
  "changed there": (p) => p.write("side.txt", "other\n"),
  "changed there, and committed": (p) => p.commit(),
  "rebased": (p) => p.git("rebase", "--quiet", "main"),
  "the first branch again": (p) => p.git("switch", "--quiet", "main"),
};

test("what differs between any two moments is what git says of their trees", async (project) => {
  const seen: (Seen & { readonly name: string })[] = [];
  for (const [name, act] of Object.entries(STORY)) {
    act(project);
    seen.push({ name, ...await project.see() });
  }
  let differences = 0;
  for (const before of seen) {
    for (const after of seen) {
      const expected = project.git("diff-tree", "-r", "-z", "--name-only", before.tree, after.tree)
        .split("\0").filter((path) => path !== "").sort();
      const found = await project.between(before.moment, after.moment);
      assert.deepEqual(found, { paths: expected, complete: true }, `${before.name}, ${after.name}`);
      differences += expected.length;
    }
  }
  assert.ok(differences > 500, String(differences));
});

Deno.test({
  name: "the first commit is compared with what was there before it",
  ignore,
  async fn() {
    using project = new Project(false);
    const before = await project.take();
    project.write("later.txt", "x\n");
    const later = await project.take();
    project.commit();
    const committed = await project.take();
    assert.deepEqual(await project.between(later, committed), { paths: [], complete: true });
    assert.deepEqual((await project.between(before, committed)).paths, ["later.txt"]);
    assert.deepEqual((await project.between(committed, before)).paths, ["later.txt"]);
  },
});

test("a commit that is not here: equal trees are, others cannot be named", async (project) => {
  const before = await project.take();
  project.write("a.txt", "other\n");
  const changed = await project.take();
  const gone = "1".repeat(40);
  assert.deepEqual(await project.between({ ...before, head: gone }, before), {
    paths: [],
    complete: true,
  });
  assert.deepEqual(await project.between({ ...before, head: gone }, changed), {
    paths: [],
    complete: false,
    missing: gone,
  });
  // What both name needs no commit.
  project.write("a.txt", "third\n");
  const third = await project.take();
  assert.deepEqual(await project.between({ ...changed, head: gone }, third), {
    paths: ["a.txt"],
    complete: false,
    missing: gone,
  });
  // A name that is no commit's never reaches git as an option.
  const odd = await project.between({ ...before, head: "--output=x" }, changed);
  assert.equal(odd.missing, "--output=x");
});

test("of more files than are named, those that are named differ by name", async (project) => {
  for (let n = 0; n < 600; n += 1) project.write(`many/${String(n).padStart(3, "0")}`, `${n}\n`);
  const before = await project.take();
  assert.ok(before.changedCount > before.changed.length);
  assert.deepEqual(await project.between(before, await project.take()), {
    paths: [],
    complete: true,
  });
  project.write("many/007", "other\n");
  project.write("many/599", "other\n");
  assert.deepEqual(await project.between(before, await project.take()), {
    paths: ["many/007"],
    complete: false,
  });
  project.commit();
  project.write("many/008", "other\n");
  const after = await project.between(before, await project.take());
  assert.deepEqual(after, { paths: ["many/007", "many/008"], complete: false });
});

test("what is in the state directory never differs, committed or not", async (project) => {
  project.write(".orchestrator/x", "x\n");
  const before = await project.take();
  project.commit();
  project.write("a.txt", "other\n");
  project.commit();
  project.write(".orchestrator/y", "y\n");
  assert.deepEqual((await project.between(before, await project.take())).paths, ["a.txt"]);
});

test("a project below the top has its own state directory", async (project) => {
  const root = project.scratch.path("src");
  const before = await project.take(root);
  project.write("src/.orchestrator/x", "x\n");
  project.write("a.txt", "other\n");
  project.commit();
  const found = await project.between(before, await project.take(root), root);
  assert.deepEqual(found, { paths: ["a.txt"], complete: true });
  const comparison = new MomentComparison({ root, env: project.env, without: WITHOUT });
  assert.equal(await comparison.prefix(), "src/");
});

test("a file with a filter is the same once it is committed", async (project) => {
  project.git("config", "filter.upper.clean", "tr a-z A-Z");
  project.write(".gitattributes", "*.up filter=upper\n");
  project.write("one.up", "text\n");
  project.write("two.up", "text\n");
  // Git looks again at what is as new as its index.
  for (const name of ["one.up", "two.up"]) utimesSync(project.scratch.path(name), 1e9, 1e9);
  const before = await project.take();
  assert.equal(before.committable, false);
  project.commit();
  const committed = await project.take();
  assert.notEqual(before.tree, committed.tree);
  assert.deepEqual(await project.between(before, committed), { paths: [], complete: true });
  project.write("two.up", "other\n");
  assert.deepEqual((await project.between(before, await project.take())).paths, ["two.up"]);
});

test("a dirty submodule differs, as does its commit", async (project) => {
  const inner = join(project.scratch.top, "inner");
  project.gitIn(project.scratch.top, project.env, ["init", "-q", inner]);
  project.gitIn(inner, project.env, [
    ...["-c", "user.name=Ada", "-c", "user.email=a@example.org"],
    ...["commit", "-q", "--allow-empty", "-m", "Inner"],
  ]);
  project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner, "sub");
  project.commit();
  const before = await project.take();
  project.write("sub/x", "x\n");
  const dirty = await project.take();
  assert.deepEqual(await project.between(before, dirty), { paths: ["sub"], complete: true });
  project.write("sub/x", "other\n");
  assert.deepEqual((await project.between(dirty, await project.take())).paths, ["sub"]);
});

test("of what is not known nothing is said by name", async (project) => {
  project.write("a.txt", "other\n");
  const after = await project.take();
  const unknown = { ...after, tree: "", changed: [], changedCount: 0, knownTo: "" };
  assert.deepEqual(await project.between(unknown, after), { paths: [], complete: false });
});
