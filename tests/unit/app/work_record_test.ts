/**
 * What commands record of the project's files, with a real git: at the start, with proofs and
 * approvals, and at the end. Nothing that git does makes a command fail.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { WorkRecord } from "../../../src/workflow/work_record.ts";
import type { WorkTree } from "../../../src/workflow/work_tree.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

const WORKFLOW = `format: 2
name: Records
phases:
  - id: DO
    name: Do
    items:
      - { id: plain, name: Plain }
      - id: tests
        name: Tests
        verification: { type: command, command: "cat src/a.txt > report.txt" }
      - id: quiet
        name: Quiet
        verification: { type: command, command: "true" }
      - id: plan
        name: Plan
        verification: { type: file_exists, path: plan.md }
      - id: review
        name: Review
        verification: { type: manual_gate }
`;

/** A recorded line. */
interface Line {
  readonly type: string;
  readonly data: {
    readonly item?: string;
    readonly work?: WorkRecord;
    readonly proofFiles?: unknown;
    readonly verification?: Readonly<Record<string, unknown>>;
  };
}

class Project implements Disposable {
  readonly scratch = new Scratch();
  readonly env: Record<string, string>;

  constructor(git = true) {
    this.env = {
      ...scratchEnvironment(this.scratch),
      GIT_CONFIG_GLOBAL: join(this.scratch.home, ".gitconfig"),
    };
    this.scratch.write("workflow.yaml", WORKFLOW);
    this.scratch.write("src/a.txt", "a\n");
    this.scratch.write(".gitignore", ".orchestrator/\n");
    if (!git) return;
    this.git("init", "--quiet", "--initial-branch=main");
    this.commit();
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync("git", args, {
      cwd: this.scratch.root,
      env: this.env,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  }

  commit(): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", "Change");
  }

  async run(argv: readonly string[], more: Readonly<Record<string, string>> = {}, cwd?: string) {
    return await runInProcess(argv, {
      cwd: cwd ?? this.scratch.root,
      env: { ...this.env, ...more },
    });
  }

  async must(argv: readonly string[], more: Readonly<Record<string, string>> = {}, cwd?: string) {
    const { code, stdout, stderr } = await this.run(argv, more, cwd);
    assert.equal(code, 0, stderr);
    return { stdout, stderr };
  }

  /** The session's lines. */
  lines(): readonly Line[] {
    const sessions = this.scratch.path(".orchestrator/sessions");
    const [id = ""] = readdirSync(sessions);
    return this.scratch.read(`.orchestrator/sessions/${id}/log.jsonl`).trim().split("\n")
      .map((line): Line => JSON.parse(line));
  }

  /** The record of the last line. */
  last(): WorkRecord {
    const work = this.lines().at(-1)?.data.work;
    assert.ok(work !== undefined);
    return work;
  }

  tree(): WorkTree {
    const { tree } = this.last();
    assert.ok("changedCount" in tree, JSON.stringify(tree));
    return tree;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test({
  name: "start, proofs, approvals and finish record commit, tree and changed files",
  ignore,
  fn: async () => {
    using project = new Project();
    const head = project.git("rev-parse", "HEAD");
    await project.must(["start", "Try it"]);
    assert.deepEqual([project.tree().head, project.tree().changed], [head, []]);
    assert.deepEqual(project.lines()[0]?.data.proofFiles, { "plan.md": { kind: "missing" } });
    project.scratch.write("src/a.txt", "b\n");
    project.scratch.write("plan.md", "The plan\n");
    await project.must(["complete", "plain"]);
    const { tree, changed } = project.tree();
    assert.deepEqual(changed.map(({ path }) => path), ["plan.md", "src/a.txt"]);
    await project.must(["complete", "plan"]);
    assert.deepEqual([project.tree().changed, project.tree().changedIn], [[], 2]);
    await project.must(["complete", "quiet"]);
    assert.deepEqual([project.tree().changedIn, project.last().wrote], [2, undefined]);
    assert.equal(project.tree().tree, tree);
    // What was recorded is what a commit of it has.
    project.commit();
    assert.equal(project.git("rev-parse", "HEAD^{tree}"), tree);
    await project.must(["complete", "tests"]);
    project.commit();
    await project.must(["approve", "review", "--yes"]);
    assert.equal(project.tree().tree, project.git("rev-parse", "HEAD^{tree}"));
    await project.must(["finish"]);
    assert.equal(project.lines().at(-1)?.type, "workflow_completed");
    assert.deepEqual(project.tree().changed.map(({ path }) => path), []);
    assert.equal(project.tree().head, project.git("rev-parse", "HEAD"));
    await project.must(["log", "verify"]);
  },
});

Deno.test({
  name: "what a command changes itself is recorded with its proof",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    project.scratch.write("src/a.txt", "b\n");
    await project.must(["complete", "tests"]);
    const { wrote } = project.last();
    assert.deepEqual(wrote?.changed.map(({ path }) => path), ["report.txt"]);
    assert.equal(wrote?.changedCount, 1);
    assert.equal(wrote?.head, project.git("rev-parse", "HEAD"));
    assert.notEqual(wrote?.tree, project.tree().tree);
    const shown = await project.must(["log", "show", "2"]);
    assert.match(shown.stdout, /changed: 2 files: report\.txt, src\/a\.txt/);
    assert.match(shown.stdout, /written: 1 file: report\.txt, by the command itself/);
    const files =
      /files: commit [0-9a-f]{12}, tree [0-9a-f]{12}; changed: 2 files: report\.txt, src\/a\.txt/;
    for (
      const argv of [["session", "show"], ["generate-md"], ["handoff"], ["status", "--verbose"]]
    ) {
      assert.match((await project.must(argv)).stdout, files);
    }
    // A list that is written once is shown with each line that has it.
    await project.must(["complete", "plain"]);
    const { data } = JSON.parse((await project.must(["session", "show", "--json"])).stdout);
    const plain = data.records.find(({ item }: { readonly item: string }) => item === "plain");
    assert.deepEqual(plain.files.changed, { count: 2, first: ["report.txt", "src/a.txt"] });
  },
});

Deno.test({
  name: "what a command commits itself is what it changed, too",
  ignore,
  fn: async () => {
    using project = new Project();
    const commit = "git add -A && git commit -qm Change";
    const command = WORKFLOW.replace(
      "> report.txt",
      `> report.txt && rm .gitattributes && ${commit}`,
    );
    project.scratch.write("workflow.yaml", command);
    project.scratch.write(".gitattributes", "");
    project.commit();
    await project.must(["start", "Try it"]);
    project.scratch.write("plan.md", "The plan\n");
    const head = project.git("rev-parse", "HEAD");
    await project.must(["complete", "tests"]);
    assert.notEqual(project.tree().head, head);
    const { wrote } = project.last();
    assert.equal(wrote?.head, head);
    // The plan was there before.
    assert.deepEqual(wrote.changed, [{ path: ".gitattributes" }, {
      path: "report.txt",
      isNew: true,
    }]);
  },
});

Deno.test({
  name: "a known secret in the name of a file is not recorded",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const { code } = await runInProcess(["secrets", "set", "TOKEN"], {
      cwd: project.scratch.root,
      env: project.env,
      stdin: "sesame-9-sesame",
    });
    assert.equal(code, 0);
    project.scratch.write("for-sesame-9-sesame.txt", "x\n");
    await project.must(["complete", "plain"]);
    assert.deepEqual(project.tree().changed.map(({ path }) => path), ["for-[redacted].txt"]);
    await project.must(["complete", "tests"]);
    await project.must(["complete", "quiet"]);
    assert.doesNotMatch(JSON.stringify(project.lines()), /sesame/);
    await project.must(["log", "verify"]);
  },
});

Deno.test({
  name: "variables that change what runs are recorded by name, and the program",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const more = { MAKEFLAGS: "-n s3cret", LD_PRELOAD: "", NODE_OPTIONS: "--no-warnings" };
    await project.must(["complete", "tests"], more);
    const { variables, program } = project.lines().at(-1)?.data.verification ?? {};
    assert.deepEqual(variables, [
      "GIT_CONFIG_GLOBAL",
      "MAKEFLAGS",
      "NODE_OPTIONS",
    ]);
    assert.match(String(program), /\/cat$/);
    assert.doesNotMatch(JSON.stringify(project.lines()), /s3cret/);
  },
});

Deno.test({
  name: "git variables of the caller do not lead to another repository",
  ignore,
  fn: async () => {
    using project = new Project();
    using other = new Project();
    await project.must(["start", "Try it"]);
    await project.must(["complete", "plain"], {
      GIT_DIR: other.scratch.path(".git"),
      GIT_WORK_TREE: other.scratch.root,
      GIT_INDEX_FILE: other.scratch.path(".git/index"),
    });
    assert.equal(project.tree().head, project.git("rev-parse", "HEAD"));
  },
});

Deno.test({
  name: "a repository that cannot be written is looked at all the same",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    project.scratch.write("src/a.txt", "b\n");
    const before = readdirSync(project.scratch.path(".git"), { recursive: true }).length;
    for (const name of ["", "objects", "refs"]) {
      chmodSync(project.scratch.path(`.git/${name}`), 0o500);
    }
    await project.must(["complete", "plain"]);
    assert.deepEqual(project.tree().changed.map(({ path }) => path), ["src/a.txt"]);
    assert.equal(readdirSync(project.scratch.path(".git"), { recursive: true }).length, before);
  },
});

Deno.test({
  name: "without a repository the files that an item names are recorded",
  ignore,
  fn: async () => {
    using project = new Project(false);
    await project.must(["start", "Try it"]);
    assert.deepEqual(project.last().tree, { named: { "plan.md": { kind: "missing" } } });
    project.scratch.write("plan.md", "The plan\n");
    await project.must(["complete", "plan"]);
    const { tree } = project.last();
    assert.ok("named" in tree);
    assert.equal(tree.named["plan.md"]?.bytes, 9);
    await project.must(["complete", "plain"]);
    assert.deepEqual(project.last().tree, {
      reason: "no_repository",
      message: "there is no git repository",
    });
  },
});

/** A folder for PATH with a `git` of these lines in it. */
function standIn(project: Project, script: string): Record<string, string> {
  project.scratch.write("../bin/git", `#!/bin/sh\n${script}\n`);
  chmodSync(project.scratch.path("../bin/git"), 0o755);
  return { PATH: `${project.scratch.path("../bin")}:${project.env["PATH"]}` };
}

Deno.test({
  name: "a git that fails, or is too slow, is recorded and holds nothing up",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    await project.must(["complete", "plain"], standIn(project, "echo broken >&2; exit 3"));
    assert.deepEqual(project.last().tree, { reason: "git_failed", message: "git says: broken" });
    const asked = project.scratch.path("../asked");
    await project.must(["complete", "tests"], standIn(project, `echo >> "${asked}"; sleep 20`));
    // It is not asked once more when the command has ended.
    assert.equal(project.scratch.read("../asked"), "\n");
    const { tree } = project.last();
    assert.ok("reason" in tree && tree.reason === "too_slow", JSON.stringify(tree));
    await project.must(["log", "verify"]);
  },
});

Deno.test({
  name: "in portable mode the state is not part of the tree",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["init", "--portable", "--no-input"]);
    project.scratch.write(".gitignore", "");
    project.commit();
    await project.must(["start", "Try it"]);
    const before = project.tree().tree;
    await project.must(["complete", "plain"]);
    project.commit();
    await project.must(["complete", "quiet"]);
    assert.equal(project.tree().tree, before);
    assert.deepEqual(project.tree().changed, []);
  },
});

Deno.test({
  name: "notes, skips and looking start no git",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const more = standIn(project, `echo "$@" >> "${project.scratch.path("../asked")}"; exit 3`);
    await project.must(["note", "Hello"], more);
    await project.must(["skip", "quiet", "--reason", "Not a part of it"], more);
    await project.must(["status"], more);
    assert.equal(project.scratch.exists("../asked"), false);
  },
});

const ODD = /DO\/tests was done in another directory than the session began in \(event 2\)/;
const ANY = /another directory|another machine/;

/** What `status`, `session show` and `handoff` say. */
async function shownOf(project: Project, cwd?: string): Promise<string> {
  const texts: string[] = [];
  for (const argv of [["status"], ["session", "show"], ["handoff"]]) {
    texts.push((await project.must(argv, {}, cwd)).stdout.replaceAll(/\s+/g, " "));
  }
  return texts.join("\n");
}

Deno.test({
  name: "a command that ran in another root shows",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const other = project.scratch.path("../other");
    mkdirSync(join(other, "src"), { recursive: true });
    project.scratch.write("../other/src/a.txt", "x\n");
    symlinkSync(project.scratch.path(".orchestrator"), join(other, ".orchestrator"));
    await project.must(["complete", "tests"], { ORCHESTRATOR_ROOT: other });
    await project.must(["complete", "plain"]);
    assert.equal((await shownOf(project)).match(new RegExp(ODD, "g"))?.length, 3);
    const { stdout } = await project.must(["log", "verify"]);
    assert.match(stdout.replaceAll(/\s+/g, " "), /line 2 records a proof that was made in another/);
  },
});

Deno.test({
  name: "a session that was taken from a copy of the project shows",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const copy = project.scratch.path("../copy");
    cpSync(project.scratch.root, copy, { recursive: true });
    await project.must(["complete", "tests"], {}, copy);
    cpSync(join(copy, ".orchestrator"), project.scratch.path(".orchestrator"), {
      recursive: true,
      force: true,
    });
    await project.must(["complete", "plain"]);
    assert.match(await shownOf(project), ODD);
  },
});

/** What is done in a copy of the project, and comes back as a state branch brings it. */
async function inCopy(project: Project, argv: readonly string[]): Promise<void> {
  const copy = project.scratch.path("../copy");
  cpSync(project.scratch.root, copy, { recursive: true });
  await project.must(argv, {}, copy);
  cpSync(join(copy, ".orchestrator"), project.scratch.path(".orchestrator"), {
    recursive: true,
    force: true,
  });
}

for (const last of ["the approval", "a proof", "the end"]) {
  Deno.test({
    name: `an approval that was given in another clone is plain, where ${last} is last`,
    ignore,
    fn: async () => {
      using project = new Project();
      await project.must(["start", "Try it"]);
      project.scratch.write("plan.md", "x\n");
      await project.must(["complete", "plain", "tests", "quiet", "plan"]);
      await inCopy(project, ["approve", "review", "--yes"]);
      if (last !== "the approval") await project.must(["recheck", "quiet"]);
      const finished = last === "the end" ? (await project.must(["finish"])).stdout : "";
      const shown = `${await shownOf(project)}\n${finished}`;
      assert.doesNotMatch(shown, ANY);
      assert.match(shown, /Approved in another clone: DO\/review/);
      const { stdout } = await project.must(["log", "verify"]);
      assert.doesNotMatch(stdout, /directory/);
    },
  });
}

Deno.test({
  name: "an approval from another clone hides no proof that was made there",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    await inCopy(project, ["complete", "tests"]);
    project.scratch.write("plan.md", "x\n");
    await project.must(["complete", "plain", "quiet", "plan"]);
    await inCopy(project, ["approve", "review", "--yes"]);
    const shown = await shownOf(project);
    assert.match(shown, ODD);
    assert.match(shown, /Approved in another clone: DO\/review/);
  },
});

Deno.test({
  name: "a project that was moved, a link to it, and a work tree are no other directory",
  ignore,
  fn: async () => {
    using project = new Project();
    await project.must(["start", "Try it"]);
    const link = project.scratch.path("../link");
    symlinkSync(project.scratch.root, link);
    await project.must(["complete", "plain"], { ORCHESTRATOR_ROOT: link });
    const moved = project.scratch.path("../moved");
    renameSync(project.scratch.root, moved);
    await project.must(["complete", "tests"], {}, moved);
    assert.doesNotMatch(await shownOf(project, moved), ANY);
    renameSync(moved, project.scratch.root);
    project.git("worktree", "add", "--quiet", project.scratch.path("../tree"));
    const session = project.scratch.read(".orchestrator/current").trim();
    await project.must(["session", "use", session], {}, project.scratch.path("../tree"));
    await project.must(["complete", "quiet"], {}, project.scratch.path("../tree"));
    assert.doesNotMatch(await shownOf(project), ANY);
  },
});
