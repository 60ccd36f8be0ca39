/**
 * The id of the work tree against a real git: it is the tree that a commit of everything would have,
 * and taking it changes nothing and starts nothing.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { takeWorkTree } from "../../../src/work_tree/take.ts";
import type { NoWorkTree, WorkTree } from "../../../src/workflow/work_tree.ts";

const WITHOUT = [".orchestrator"];
const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

/** A repository with a few files and one commit. */
class Project implements Disposable {
  readonly scratch = new Scratch();
  readonly env: Record<string, string> = {
    ...scratchEnvironment(this.scratch),
    GIT_CONFIG_GLOBAL: join(this.scratch.home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
  };

  constructor(options: readonly string[] = []) {
    this.git("init", "--quiet", "--initial-branch=main", ...options);
    for (const [key, value] of [["user.name", "Ada"], ["user.email", "ada@example.org"]] as const) {
      this.git("config", key, value);
    }
    this.write("a.txt", "a\n");
    this.write("src/b.txt", "b\n");
    this.write("src/deep/c.txt", "c\n");
    this.write("run.sh", "#!/bin/sh\n");
    chmodSync(this.path("run.sh"), 0o755);
    symlinkSync("a.txt", this.path("link"));
    this.write(".gitignore", "ignored/\n");
    this.commit();
  }

  get root(): string {
    return this.scratch.root;
  }

  path(name: string): string {
    return this.scratch.path(name);
  }

  write(name: string, text: string | Uint8Array): void {
    this.scratch.write(name, text);
  }

  git(...argv: readonly string[]): string {
    return runGit(this.root, this.env, argv);
  }

  commit(): void {
    this.git("add", "-A");
    this.git("commit", "--quiet", "-m", "State");
  }

  take(more: { readonly root?: string; readonly timeoutMs?: number } = {}): Promise<WorkTree> {
    return taken({ root: this.root, env: this.env, without: WITHOUT, timeoutMs: 60_000, ...more });
  }

  /** The tree that git itself would commit of a copy. */
  committed(at = this.root): string {
    const copy = join(this.scratch.top, "copy");
    rmSync(copy, { recursive: true, force: true });
    const made = spawnSync("cp", ["-a", at, copy]);
    assert.equal(made.status, 0, String(made.stderr));
    runGit(copy, this.env, ["rm", "--cached", "-r", "-q", "--ignore-unmatch", "--", ...WITHOUT]);
    runGit(copy, this.env, ["add", "-A", "--", ":/", ":(exclude,top).orchestrator"]);
    return runGit(copy, this.env, ["write-tree"]).trim();
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

function runGit(cwd: string, env: Record<string, string>, argv: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("git", argv, { cwd, env });
  assert.equal(status, 0, `git ${argv.join(" ")}: ${stderr}`);
  return String(stdout);
}

async function taken(request: Parameters<typeof takeWorkTree>[0]): Promise<WorkTree> {
  const answer = await takeWorkTree(request);
  assert.ok("value" in answer, JSON.stringify(answer));
  return answer.value;
}

async function missed(request: Parameters<typeof takeWorkTree>[0]): Promise<NoWorkTree> {
  const answer = await takeWorkTree(request);
  assert.ok("missing" in answer, JSON.stringify(answer));
  return answer.missing;
}

/** Everything below a directory; the times of files too, but for those that git itself keeps fresh. */
function picture(root: string): readonly string[] {
  const lines: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) {
        const sha = createHash("sha256").update(readFileSync(path)).digest("hex");
        const isFresh = /[/]objects[/]|[/]sharedindex/.test(path);
        lines.push(`${path} ${isFresh ? "" : statSync(path).mtimeMs} ${sha}`);
      } else lines.push(path);
    }
  };
  walk(root);
  return lines.sort();
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

const names = (tree: WorkTree) => tree.changed.map(({ path }) => path);

test("a clean work tree has the tree of HEAD", async (project) => {
  const tree = await project.take();
  assert.equal(tree.head, project.git("rev-parse", "HEAD").trim());
  assert.equal(tree.branch, "main");
  assert.equal(tree.tree, project.git("rev-parse", "HEAD^{tree}").trim());
  assert.deepEqual(tree.changed, []);
  assert.equal(tree.committable, true);
});

/** Each makes a work tree unlike HEAD; the id must be what git would commit of it. */
const STATES: Readonly<Record<string, (project: Project) => void>> = {
  "a changed file": (p) => p.write("a.txt", "other\n"),
  "a new file, in a new folder": (p) => p.write("new/deep/er.txt", "new\n"),
  "a removed file": (p) => rmSync(p.path("a.txt")),
  "a removed folder": (p) => rmSync(p.path("src"), { recursive: true }),
  "a file that is a folder now": (p) => {
    rmSync(p.path("a.txt"));
    p.write("a.txt/inside", "x\n");
  },
  "a folder that is a file now": (p) => {
    rmSync(p.path("src"), { recursive: true });
    p.write("src", "x\n");
  },
  "another mode": (p) => chmodSync(p.path("a.txt"), 0o755),
  "a link that leads elsewhere, and a new one that leads nowhere": (p) => {
    rmSync(p.path("link"));
    symlinkSync("src", p.path("link"));
    symlinkSync("nowhere", p.path("dangling"));
  },
  "a link that is a file now": (p) => {
    rmSync(p.path("link"));
    p.write("link", "a.txt");
  },
  "staged changes": (p) => {
    p.write("a.txt", "staged\n");
    p.write("staged.txt", "staged\n");
    p.git("add", "-A");
  },
  "staged changes that were changed again": (p) => {
    p.write("a.txt", "staged\n");
    p.write("staged.txt", "staged\n");
    p.git("add", "-A");
    p.write("a.txt", "again\n");
    rmSync(p.path("staged.txt"));
  },
  "a staged removal of a file that is there": (p) => p.git("rm", "-q", "--cached", "a.txt"),
  "intent to add": (p) => {
    p.write("intended", "x\n");
    p.git("add", "--intent-to-add", "intended");
  },
  "a renamed file": (p) => renameSync(p.path("a.txt"), p.path("z.txt")),
  "names that are hard to write": (p) => {
    for (
      const name of ['"quoted', "two words", "tab\there", "ümlaut", "-dash", "star*", ":(top)"]
    ) {
      p.write(name, name);
    }
  },
  "line endings that git converts": (p) => {
    p.write(".gitattributes", "*.txt text eol=lf\n");
    p.write("a.txt", "one\r\ntwo\r\n");
  },
  "conversion of all line endings": (p) => {
    p.git("config", "core.autocrlf", "input");
    p.write("crlf.txt", "one\r\ntwo\r\n");
  },
  "files that are ignored": (p) => p.write("ignored/x", "x"),
  "a conflict": (p) => {
    p.git("checkout", "--quiet", "-b", "other");
    p.write("a.txt", "theirs\n");
    p.commit();
    p.git("checkout", "--quiet", "main");
    p.write("a.txt", "ours\n");
    p.commit();
    spawnSync("git", ["merge", "other"], { cwd: p.root, env: p.env });
  },
  "a split index": (p) => {
    p.git("update-index", "--split-index");
    p.write("a.txt", "split\n");
  },
  "the state directory, tracked": (p) => {
    p.write(".orchestrator/config.yaml", "x: 1\n");
    p.git("add", "-f", ".orchestrator");
    p.git("commit", "--quiet", "-m", "Portable");
    p.write(".orchestrator/log.jsonl", "{}\n");
  },
  "a detached HEAD": (p) => {
    p.git("checkout", "--quiet", "--detach");
    p.write("a.txt", "detached\n");
  },
};

for (const [state, make] of Object.entries(STATES)) {
  test(`the id is what git would commit: ${state}`, async (project) => {
    make(project);
    const before = picture(project.root);
    const tree = await project.take();
    const after = picture(project.root);
    assert.deepEqual(after.filter((line) => !before.includes(line)), []);
    assert.equal(after.length, before.length);
    assert.equal(tree.tree, project.committed());
    assert.equal(tree.committable, true);
    assert.ok(names(tree).every((path) => !path.startsWith(".orchestrator")), "the state counts");
  });
}

test("what is not as HEAD has it is named, with mode and blob", async (project) => {
  project.write("a.txt", "other\n");
  project.write("new.txt", "new\n");
  rmSync(project.path("src/b.txt"));
  const tree = await project.take();
  assert.deepEqual(tree.changed, [
    {
      path: "a.txt",
      mode: "100644",
      blob: project.git("hash-object", "a.txt").trim(),
    },
    { path: "new.txt", mode: "100644", blob: project.git("hash-object", "new.txt").trim() },
    { path: "src/b.txt", mode: null, blob: null },
  ]);
  assert.equal(tree.changedCount, 3);
});

test("a change that was taken back is none, staged or not", async (project) => {
  project.write("a.txt", "other\n");
  project.git("add", "a.txt");
  project.write("a.txt", "a\n");
  const tree = await project.take();
  assert.deepEqual(tree.changed, []);
  assert.equal(tree.tree, project.git("rev-parse", "HEAD^{tree}").trim());
});

test("of very many changes the first are named, and all of them counted", async (project) => {
  for (let index = 0; index < 600; index++) project.write(`many/${index}`, `${index}`);
  const tree = await project.take();
  assert.equal(tree.changed.length, 500);
  assert.equal(tree.changedCount, 600);
  assert.match(tree.changedSha256 ?? "", /^[0-9a-f]{64}$/);
  project.write("many/599", "other");
  assert.notEqual((await project.take()).changedSha256, tree.changedSha256);
  assert.equal((await project.take()).tree, project.committed());
});

Deno.test({
  name: "before the first commit, with and without an index",
  ignore,
  async fn() {
    using project = new Project();
    rmSync(project.path(".git"), { recursive: true });
    project.git("init", "--quiet", "--initial-branch=main");
    const empty = await project.take();
    assert.equal(empty.head, null);
    assert.equal(empty.branch, "main");
    assert.equal(empty.tree, project.committed());
    project.git("add", "a.txt");
    assert.equal((await project.take()).tree, empty.tree);
  },
});

Deno.test({
  name: "a repository of SHA-256 objects",
  ignore,
  async fn() {
    using project = new Project(["--object-format=sha256"]);
    project.write("a.txt", "other\n");
    rmSync(project.path("src/b.txt"));
    rmSync(project.path("link"));
    symlinkSync("elsewhere", project.path("link"));
    const tree = await project.take();
    assert.equal(tree.tree.length, 64);
    assert.equal(tree.tree, project.committed());
  },
});

test("a project below the top of its repository", async (project) => {
  project.write("sub/.orchestrator/log.jsonl", "{}\n");
  project.write("sub/x", "x\n");
  project.git("add", "-f", "sub");
  project.git("commit", "--quiet", "-m", "Sub");
  project.write("sub/.orchestrator/log.jsonl", "{}{}\n");
  const before = await project.take({ root: project.path("sub") });
  assert.deepEqual(before.changed, []);
  project.write("a.txt", "above it\n");
  const after = await project.take({ root: project.path("sub") });
  assert.deepEqual(names(after), ["a.txt"]);
});

test("a linked work tree", async (project) => {
  const linked = join(project.scratch.top, "linked");
  project.git("worktree", "add", "--quiet", "-b", "other", linked);
  writeFileSync(join(linked, "a.txt"), "there\n");
  const tree = await project.take({ root: linked });
  assert.equal(tree.branch, "other");
  assert.deepEqual(names(tree), ["a.txt"]);
  assert.deepEqual((await project.take()).changed, []);
});

test("work trees and repositories inside the checkout do not count", async (project) => {
  project.git("worktree", "add", "--quiet", "-b", "agent", project.path(".claude/worktrees/agent"));
  mkdirSync(project.path("nested"));
  runGit(project.path("nested"), project.env, ["init", "--quiet"]);
  const before = await project.take();
  writeFileSync(project.path(".claude/worktrees/agent/a.txt"), "theirs\n");
  writeFileSync(project.path("nested/file"), "x\n");
  assert.deepEqual(before.changed, []);
  assert.equal((await project.take()).tree, before.tree);
});

test("a sparse checkout", async (project) => {
  project.git("sparse-checkout", "set", "src");
  assert.ok(!existsSync(project.path(".orchestrator")));
  const tree = await project.take();
  assert.equal(tree.tree, project.git("rev-parse", "HEAD^{tree}").trim());
  project.write("src/b.txt", "other\n");
  assert.equal((await project.take()).tree, project.committed());
});

for (const flag of ["--skip-worktree", "--assume-unchanged"]) {
  test(`a change that ${flag} hides is found`, async (project) => {
    const clean = await project.take();
    project.git("update-index", flag, "a.txt", "src/b.txt");
    assert.equal((await project.take()).tree, clean.tree);
    project.write("a.txt", "hidden\n");
    rmSync(project.path("src/b.txt"));
    const tree = await project.take();
    assert.deepEqual(names(tree), ["a.txt", "src/b.txt"]);
    assert.deepEqual(tree.unwatched, ["a.txt", "src/b.txt"]);
    project.git("update-index", flag.replace("--", "--no-"), "a.txt", "src/b.txt");
    assert.equal(tree.tree, project.committed());
  });
}

test("a change whose time was put back is found, whatever the configuration says", async (project) => {
  project.git("config", "core.trustctime", "false");
  const { atime, mtime } = statSync(project.path("a.txt"));
  // Older than the index, so that git would trust the times.
  const old = new Date(mtime.getTime() - 100_000);
  utimesSync(project.path("a.txt"), atime, old);
  project.git("update-index", "--refresh");
  // Git compares whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  project.write("a.txt", "A\n");
  utimesSync(project.path("a.txt"), atime, old);
  assert.deepEqual(names(await project.take()), ["a.txt"]);
});

test("a file that is changed in the second in which it was added is found", async (project) => {
  for (let round = 0; round < 12; round++) {
    project.write("racy", `${round % 2}a\n`);
    project.git("add", "racy");
    project.write("racy", `${round % 2}b\n`);
    assert.equal((await project.take()).tree, project.committed(), `round ${round}`);
  }
});

/** A program that would leave a trace. */
function trap(project: Project): { readonly command: string; readonly sprung: () => boolean } {
  const mark = join(project.scratch.top, "sprung");
  const script = join(project.scratch.top, "trap.sh");
  writeFileSync(script, `#!/bin/sh\ntouch '${mark}'\ncat\n`);
  chmodSync(script, 0o755);
  return { command: script, sprung: () => existsSync(mark) };
}

test("no program that the configuration names is run", async (project) => {
  const { command, sprung } = trap(project);
  for (const key of ["core.fsmonitor", "filter.evil.clean", "filter.evil.process"]) {
    project.git("config", key, command);
  }
  project.git("config", "filter.evil.required", "true");
  project.write(".git/info/attributes", "* filter=evil diff=evil\n");
  project.git("config", "diff.evil.textconv", command);
  project.git("config", "diff.evil.command", command);
  for (const hook of ["post-index-change", "pre-commit", "fsmonitor-watchman"]) {
    cpSync(command, project.path(`.git/hooks/${hook}`));
  }
  project.write("a.txt", "other\n");
  project.write("new.txt", "new\n");
  utimesSync(project.path("src/b.txt"), new Date(), new Date());
  const tree = await project.take();
  assert.ok(!sprung(), "a program was run");
  assert.deepEqual(names(tree), ["a.txt", "new.txt"]);
  assert.match(tree.infoAttributes ?? "", /^[0-9a-f]{64}$/);
});

test("a file that a filter converts counts by its bytes, and the id fits no commit", async (project) => {
  project.git("config", "filter.constant.clean", "echo constant");
  project.write(".gitattributes", "*.txt filter=constant\n");
  project.write("a.txt", "one\n");
  const one = await project.take();
  assert.equal(one.committable, false);
  assert.equal(one.changed.find(({ path }) => path === "a.txt")?.as, "raw");
  project.write("a.txt", "two\n");
  assert.notEqual((await project.take()).tree, one.tree);
});

test("files of git-lfs count as their pointers, without git-lfs", async (project) => {
  for (
    const [key, value] of [["clean", "git-lfs clean -- %f"], ["process", "git-lfs filter-process"]]
  ) {
    project.git("config", `filter.lfs.${key}`, value ?? "");
  }
  project.git("config", "filter.lfs.required", "true");
  project.write(".gitattributes", "*.bin filter=lfs\n");
  project.write("x.bin", "abc");
  const tree = await project.take();
  // sha256sum of "abc"; what git-lfs prints for it.
  const pointer = "version https://git-lfs.github.com/spec/v1\n" +
    "oid sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nsize 3\n";
  project.write("pointer", pointer);
  const expected = project.git("hash-object", "--no-filters", "pointer").trim();
  assert.equal(tree.changed.find(({ path }) => path === "x.bin")?.blob, expected);
  assert.equal(tree.committable, true);
});

test("a very large file counts by its size and time", async (project) => {
  project.write("large", "");
  truncateSync(project.path("large"), 100 * 1024 * 1024 + 1);
  const started = performance.now();
  const tree = await project.take();
  assert.ok(performance.now() - started < 30_000);
  assert.equal(tree.changed[0]?.as, "size");
  assert.equal(tree.committable, false);
  utimesSync(project.path("large"), new Date(0), new Date(0));
  assert.notEqual((await project.take()).tree, tree.tree);
});

test("what rules beside the repository hide is counted and named", async (project) => {
  assert.equal((await project.take()).hidden, undefined);
  project.write(".git/info/exclude", "secret/\n");
  project.write("secret/tests_pass", "x");
  writeFileSync(join(project.scratch.home, "ignore"), "*.tmp\n");
  project.git("config", "core.excludesFile", "~/ignore");
  project.write("hidden.tmp", "x");
  const { hidden, changed } = await project.take();
  assert.deepEqual(changed, []);
  assert.deepEqual(hidden?.names.toSorted(), ["hidden.tmp", "secret/"]);
  assert.equal(hidden?.count, 2);
  project.write(".git/info/exclude", "secret/\nother/\n");
  assert.notEqual((await project.take()).hidden?.rules, hidden?.rules);
});

test("a submodule counts by its commit, and its own changes are said", async (project) => {
  const origin = join(project.scratch.top, "origin");
  mkdirSync(origin);
  runGit(origin, project.env, ["init", "--quiet", "--initial-branch=main"]);
  writeFileSync(join(origin, "x"), "x\n");
  runGit(origin, project.env, ["add", "-A"]);
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
  runGit(origin, project.env, [...identity, "commit", "--quiet", "-m", "One"]);
  project.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin, "sub");
  project.commit();
  const clean = await project.take();
  assert.equal(clean.tree, project.git("rev-parse", "HEAD^{tree}").trim());
  assert.equal(clean.submodules, undefined);

  const { command, sprung } = trap(project);
  runGit(project.path("sub"), project.env, ["config", "core.fsmonitor", command]);
  runGit(project.path("sub"), project.env, ["config", "filter.evil.clean", command]);
  writeFileSync(project.path(".git/modules/sub/info/attributes"), "* filter=evil\n");
  project.write("sub/x", "dirty\n");
  const dirty = await project.take();
  assert.ok(!sprung(), "a program of the submodule was run");
  assert.equal(dirty.tree, clean.tree);
  assert.deepEqual(dirty.submodules?.map(({ path }) => path), ["sub"]);

  rmSync(project.path(".git/modules/sub/info/attributes"));
  runGit(project.path("sub"), project.env, [...identity, "commit", "--quiet", "-am", "Two"]);
  const moved = await project.take();
  assert.deepEqual(moved.changed, [{
    path: "sub",
    mode: "160000",
    blob: runGit(project.path("sub"), project.env, ["rev-parse", "HEAD"]).trim(),
  }]);
  runGit(project.path("sub"), project.env, ["config", "--unset", "core.fsmonitor"]);
  runGit(project.path("sub"), project.env, ["config", "--unset", "filter.evil.clean"]);
  assert.equal(moved.tree, project.committed());
});

test("the caller's GIT variables do not lead it astray", async (project) => {
  using other = new Project();
  const env = {
    ...project.env,
    GIT_DIR: other.path(".git"),
    GIT_WORK_TREE: other.root,
    GIT_INDEX_FILE: other.path(".git/index"),
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "core.fsmonitor",
    GIT_CONFIG_VALUE_0: "false",
  };
  project.write("a.txt", "other\n");
  const tree = await taken({ root: project.root, env, without: WITHOUT, timeoutMs: 60_000 });
  assert.equal(tree.tree, project.committed());
});

test("nothing is written where the repository cannot be written", async (project) => {
  project.write("a.txt", "other\n");
  const expected = project.committed();
  const objects = readdirSync(project.path(".git/objects")).length;
  for (const folder of [".git", ".git/objects"]) chmodSync(project.path(folder), 0o555);
  try {
    assert.equal((await project.take()).tree, expected);
    assert.equal(readdirSync(project.path(".git/objects")).length, objects);
  } finally {
    for (const folder of [".git", ".git/objects"]) chmodSync(project.path(folder), 0o755);
  }
});

test("a commit of everything has the tree that was taken", async (project) => {
  project.write("a.txt", "other\n");
  project.write("new/file", "new\n");
  rmSync(project.path("run.sh"));
  const { tree } = await project.take();
  project.commit();
  assert.equal(project.git("rev-parse", "HEAD^{tree}").trim(), tree);
  assert.equal((await project.take()).tree, tree);
});

test("without a repository, without git, without time: a reason", async (project) => {
  const request = { root: project.root, env: project.env, without: WITHOUT };
  assert.equal((await missed({ ...request, timeoutMs: 0 })).reason, "too_slow");
  const nowhere = await missed({ ...request, env: { ...project.env, PATH: "/nonexistent" } });
  assert.equal(nowhere.reason, "no_git");
  rmSync(project.path(".git"), { recursive: true });
  const none = await missed({ ...request, timeoutMs: 60_000 });
  assert.equal(none.reason, "no_repository");
  assert.equal(dirname(project.root), project.scratch.top);
});

/** Runs a shell script: the runtime cannot be given a name that is not UTF-8. */
function shell({ root }: Project, script: string): void {
  const { status, stderr } = spawnSync("sh", ["-ec", script], { cwd: root });
  assert.equal(status, 0, String(stderr));
}

const ODD = "o=$(printf '\\351t\\351'); u=$(printf '\\357\\277\\275')";

Deno.test({
  name: "names that are not UTF-8 are names: tracked, new, changed, gone, in a folder",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using project = new Project();
    shell(project, `${ODD}; mkdir "d$o"; echo 1 >"$o.txt"; echo 1 >"d$o/x"; echo 1 >"gone$o"`);
    project.commit();
    assert.equal((await project.take()).changedCount, 0);
    shell(
      project,
      `${ODD}; echo 2 >"$o.txt"; echo 2 >"d$o/x"; rm "gone$o"; echo 3 >"new$o"; echo 4 >"\${u}E9"`,
    );
    const tree = await project.take();
    assert.deepEqual(names(tree), [
      "d\uFFFDE9t\uFFFDE9/x",
      "gone\uFFFDE9t\uFFFDE9",
      "new\uFFFDE9t\uFFFDE9",
      "\uFFFDE9t\uFFFDE9.txt",
      "\uFFFDEF\uFFFDBF\uFFFDBDE9",
    ]);
    assert.equal(tree.tree, project.committed());
    shell(project, `${ODD}; echo 5 >"$o.txt"`);
    assert.notEqual((await project.take()).tree, tree.tree);
    // The runtime cannot remove them either.
    shell(project, "rm -rf ./* ../copy");
  },
});

test("without an index only what differs from the commit is a change", async (project) => {
  rmSync(project.path(".git/index"));
  project.write("src/b.txt", "other\n");
  const tree = await project.take();
  assert.deepEqual(names(tree), ["src/b.txt"]);
  assert.equal(tree.tree, project.committed());
});

test("a configuration that names another work tree is refused", async (project) => {
  const copy = join(project.scratch.top, "other");
  cpSync(project.root, copy, { recursive: true });
  project.write("a.txt", "changed\n");
  project.git("config", "core.worktree", copy);
  const { reason, message } = await missed({
    root: project.root,
    env: project.env,
    without: WITHOUT,
    timeoutMs: 60_000,
  });
  assert.equal(reason, "git_failed");
  assert.match(message, /core\.worktree|must be run in a work tree/);
});

test("of what git says the line that names the failure is kept", async (project) => {
  project.write(
    ".git/config",
    "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tx = 1\n\ty = 1\n",
  );
  const { message } = await missed({ root: project.root, env: project.env, without: WITHOUT });
  assert.match(message, /^git says: fatal: /);
  assert.doesNotMatch(message, /[\t\n]/);
});
