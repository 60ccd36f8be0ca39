/**
 * Whatever the caller's variables and the repository's configuration name, no git that this program starts
 * runs it: each place that starts git, in a repository and an environment that name a program everywhere.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gitEnvironment } from "../../../src/platform/git_environment.ts";
import { askGit } from "../../../src/project/ask_git.ts";
import { Git } from "../../../src/state_branch/git.ts";
import { takeWorkTree } from "../../../src/work_tree/take.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

/** A program that leaves a trace, named wherever git takes one. */
class Trap implements Disposable {
  readonly scratch = new Scratch({ "a.txt": "a\n", ".gitattributes": "* filter=evil diff=evil\n" });
  readonly program = join(this.scratch.top, "evil");
  readonly trace = join(this.scratch.top, "ran");
  readonly clean = scratchEnvironment(this.scratch);

  constructor() {
    this.scratch.write("../evil", `#!/bin/sh\necho "$0 $*" >> '${this.trace}'\nexit 1\n`);
    chmodSync(this.program, 0o755);
    this.git("init", "-q", "-b", "main");
    this.git("add", "-A");
    this.git("commit", "-q", "-m", "Begin");
    const hooks = join(this.scratch.root, ".git", "hooks");
    mkdirSync(hooks, { recursive: true });
    for (const hook of ["reference-transaction", "post-index-change", "fsmonitor-watchman"]) {
      this.scratch.write(`.git/hooks/${hook}`, readFileSync(this.program));
      chmodSync(join(hooks, hook), 0o755);
    }
    const names = [
      "core.fsmonitor",
      "core.pager",
      "core.editor",
      "core.askPass",
      "diff.external",
      "diff.evil.command",
      "diff.evil.textconv",
      "filter.evil.clean",
      "filter.evil.smudge",
      "filter.evil.process",
      "pager.ls-files",
      "gpg.program",
    ];
    for (const name of names) this.git("config", name, this.program);
    this.git("config", "filter.evil.required", "true");
    for (const command of ["ls-files", "status", "rev-parse", "cat-file"]) {
      this.git("config", `alias.${command}`, `!${this.program}`);
    }
    // So that git looks at the content again.
    this.scratch.write("a.txt", "b\n");
  }

  /** The caller's. */
  get env(): Record<string, string> {
    const elsewhere = join(this.scratch.top, "elsewhere");
    return {
      ...this.clean,
      GIT_DIR: elsewhere,
      GIT_WORK_TREE: elsewhere,
      GIT_INDEX_FILE: join(elsewhere, "index"),
      GIT_OBJECT_DIRECTORY: elsewhere,
      GIT_COMMON_DIR: elsewhere,
      GIT_NAMESPACE: "elsewhere",
      GIT_EXTERNAL_DIFF: this.program,
      GIT_PAGER: this.program,
      GIT_EDITOR: this.program,
      GIT_TRACE: join(this.scratch.top, "trace"),
      GIT_TRACE2_EVENT: join(this.scratch.top, "trace"),
      GIT_CONFIG_COUNT: "2",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: this.program,
      GIT_CONFIG_KEY_1: "core.hooksPath",
      GIT_CONFIG_VALUE_1: this.scratch.path(".git/hooks"),
    };
  }

  git(...args: string[]): void {
    const run = { cwd: this.scratch.root, env: this.clean, encoding: "utf8" } as const;
    const { status, stderr } = spawnSync("git", args, run);
    assert.equal(status, 0, stderr);
  }

  /** What has run since the last time. */
  ran(): string {
    const text = existsSync(this.trace) ? readFileSync(this.trace, "utf8") : "";
    rmSync(this.trace, { force: true });
    return text;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** What an expression gives in a process of its own: some looks take that process's variables. */
function inProcessOf(env: Record<string, string>, expression: string): string {
  const path = new URL("../../../src/", import.meta.url).href;
  const code = `const { isTracked } = await import("${path}platform/own_link.ts");
const { trackedIn } = await import("${path}secrets/tracked.ts");
console.log(JSON.stringify(${expression}));`;
  const cache = Deno.env.get("DENO_DIR") ?? join(Deno.env.get("HOME") ?? "", ".cache", "deno");
  const run = { env: { ...env, DENO_DIR: cache }, encoding: "utf8" } as const;
  const { stdout, stderr, status } = spawnSync(Deno.execPath(), ["eval", code], run);
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

Deno.test({
  name:
    "git: nothing that variables or the configuration name is run, nor another repository asked",
  ignore,
  fn: async () => {
    using trap = new Trap();
    const { root } = trap.scratch;
    // The trap works: a git that is run as usual falls into it.
    spawnSync("git", ["diff"], { cwd: root, env: trap.clean });
    assert.notEqual(trap.ran(), "");
    const looks: Readonly<Record<string, () => Promise<unknown>>> = {
      askGit: async () => {
        const answer = await askGit(root, trap.env, ["ls-files"], { timeoutMs: 10_000 });
        assert.match(answer?.stdout ?? "", /a\.txt/);
      },
      isTracked: () => {
        const file = JSON.stringify(join(root, "a.txt"));
        assert.equal(inProcessOf(trap.env, `isTracked(${file})`), "true");
        return Promise.resolve();
      },
      trackedIn: () => {
        const folder = JSON.stringify(root);
        assert.match(inProcessOf(trap.env, `[...(await trackedIn(${folder}))]`), /a\.txt/);
        return Promise.resolve();
      },
      workTree: async () => {
        const taken = await takeWorkTree({ root, env: trap.env, without: [".orchestrator"] });
        assert.ok("value" in taken, JSON.stringify(taken));
        assert.deepEqual(taken.value.changed.map(({ path }) => path), ["a.txt"]);
      },
      stateBranch: async () => {
        const git = await Git.open(root, trap.env, 10_000);
        assert.equal(git?.commonDirectory, join(root, ".git"));
        await git?.run(["update-ref", "refs/orchestrator/state/x", "HEAD"]);
        assert.match((await git?.run(["ls-tree", "-r", "HEAD"]))?.stdout ?? "", /a\.txt/);
      },
    };
    for (const [name, look] of Object.entries(looks)) {
      await look();
      assert.equal(trap.ran(), "", name);
      assert.ok(!existsSync(join(trap.scratch.top, "trace")), `${name} was traced`);
    }
  },
});

Deno.test({
  name: "git: a whole session runs nothing that variables or the configuration name",
  ignore,
  fn: async () => {
    using trap = new Trap();
    trap.scratch.write(
      "workflow.yaml",
      `format: 2
name: T
settings: { proofs: fresh }
phases:
  - id: A
    name: A
    items:
      - { id: a, name: A, verification: { type: command, command: "true" } }
`,
    );
    const run = { cwd: trap.scratch.root, env: trap.env };
    const said: string[] = [];
    for (
      const argv of [
        ["start", "Try it"],
        ["complete", "a"],
        ["status", "--fresh"],
        ["recheck", "--all"],
        ["handoff"],
        ["doctor", "--offline"],
        ["state", "push"],
        ["finish"],
      ]
    ) {
      const { stdout, stderr } = await runInProcess(argv, run);
      said.push(stdout, stderr);
      assert.equal(trap.ran(), "", `${argv.join(" ")}\n${stderr}`);
    }
    assert.match(said.join(""), /Finished/);
  },
});

Deno.test("git: none of the caller's variables is passed on, but those that are asked for", () => {
  const env = { PATH: "/bin", GIT_DIR: "x", git_dir: "x", GIT_SSH: "y", GITHUB_ACTIONS: "true" };
  const passed = gitEnvironment(env, /^GIT_SSH$/);
  assert.deepEqual(
    Object.keys(passed).filter((name) => name in env),
    ["PATH", "GIT_SSH", "GITHUB_ACTIONS"],
  );
});
