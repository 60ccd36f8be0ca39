/**
 * The workflow that `init` writes, followed honestly in projects of many kinds: it finishes with one
 * `recheck` at most, and none where nothing but its own gates has changed files.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../harness/git_server.ts";
import { noGit, Project } from "../harness/program.ts";
import { runInProcess, runProcess } from "../harness/running.ts";

const ignore = Deno.build.os === "windows" || noGit ||
  spawnSync("make", ["--version"]).error !== undefined;

const EVIDENCE = JSON.stringify({
  files_reviewed: ["Makefile"],
  patterns_identified: ["one target for each command"],
  approach_decision: "Change the source next to what is there",
});

/** What `make` does in a project. */
interface Targets {
  readonly test?: string;
  readonly build?: string;
  readonly lint?: string;
}

class Daily extends Project {
  constructor() {
    super({ ".gitignore": "out/\n", "README.md": "A project\n", "src/a.txt": "one\n" });
  }

  write(path: string, text: string): void {
    this.scratch.write(path, text);
  }

  async shell(script: string): Promise<void> {
    const run = { cwd: this.root, env: this.env };
    const result = await runProcess("sh", ["-ec", script], run);
    assert.equal(result.code, 0, result.stderr);
  }

  /** From now on the project is in no repository. */
  hideGit(): void {
    renameSync(join(this.root, ".git"), this.beside("git"));
  }

  /** Up to the last phase, as `init` asks for it. */
  async begin(targets: Targets): Promise<void> {
    const { test = "test -f src/a.txt", build = "true", lint = "true" } = targets;
    this.write(
      "Makefile",
      Object.entries({ test, build, lint })
        .map(([name, command]) => `${name}:\n\t@${command}\n.PHONY: ${name}\n`).join(""),
    );
    this.initialize();
    await this.must("init");
    this.commit("Begin");
    await this.must("start", "Change the source");
    await this.must("complete", "write_plan", "--evidence", EVIDENCE);
    await this.must("approve", "plan_approval", "--yes");
    await this.must("advance");
    this.write("src/a.txt", "two\n");
    await this.must("complete", "implement", "write_tests");
    await this.must("advance");
    await this.must("complete", "review_changes", "settle_findings");
    await this.must("advance");
    this.write("LEARNINGS.md", "Targets are in the Makefile\n");
    await this.must("complete", "record_learnings");
    await this.must("advance");
  }

  /** Finishes, doing as it is told. @returns how often it was told to check again, and what it said. */
  async finish(): Promise<readonly string[]> {
    const refusals: string[] = [];
    for (;;) {
      const finished = await this.run("finish");
      if (finished.code === 0) return refusals;
      assert.match(finished.stderr, /hint: Run `orchestrator recheck`/);
      refusals.push(finished.stderr);
      assert.ok(refusals.length < 3, `it never ends:\n${refusals.join("\n")}`);
      await this.must("recheck");
    }
  }
}

/** A kind of project, or of a day in one. */
interface Kind {
  readonly targets?: Targets;
  /** Before the session begins, in a repository with files and no commit. */
  readonly prepare?: (project: Daily) => Promise<void> | void;
  /** Behind the first gate. */
  readonly between?: (project: Daily) => Promise<void> | void;
  /** Behind the last gate. */
  readonly after?: (project: Daily) => Promise<void> | void;
  /** What the refusal names; null where nothing is to be checked again. */
  readonly stale: RegExp | null;
  /** There are more files than can be named. */
  readonly many?: true;
}

const STAMP = "date +%s%N";

const KINDS: Readonly<Record<string, Kind>> = {
  "nothing happens": { stale: null },
  "a test that writes a report": { targets: { test: `${STAMP} > report.txt` }, stale: null },
  "a build into an ignored folder": {
    targets: { build: `mkdir -p out && ${STAMP} > out/program` },
    stale: null,
  },
  "a build into a folder that is not ignored": {
    targets: { build: `mkdir -p dist && ${STAMP} > dist/program` },
    stale: null,
  },
  "a build of more files than are named": {
    targets: {
      build: `mkdir -p dist && for n in $$(seq 600); do ${STAMP} > dist/$$n || exit 1; done`,
    },
    many: true,
    stale: null,
  },
  "a formatter as a gate": {
    targets: { lint: "tr a-z A-Z < src/a.txt > out.txt && mv out.txt src/a.txt" },
    stale: null,
  },
  "a commit between gates, and one behind the last": {
    between: (project) => project.commit(),
    after: (project) => project.commit(),
    targets: { test: `${STAMP} > report.txt`, build: `${STAMP} > build.txt` },
    stale: null,
  },
  "a gate that commits": {
    targets: { lint: "git add -A && git commit -q -m Formatted" },
    stale: null,
  },
  "a file that every gate generates, with the time in it": {
    targets: {
      test: `${STAMP} > src/generated.txt`,
      build: `${STAMP} > src/generated.txt`,
      lint: `${STAMP} > src/generated.txt`,
    },
    stale: null,
  },
  "a change of the documentation at the end": {
    after: (project) => project.write("README.md", "A better project\n"),
    stale: /"tests_pass" is stale: 1 file changed since it passed: README\.md/,
  },
  "a change between two gates": {
    between: (project) => project.write("src/a.txt", "three\n"),
    stale: /"tests_pass" is stale: 1 file changed since it passed: src\/a\.txt\n/,
  },
  "a change that is undone": {
    between: (project) => project.write("src/a.txt", "three\n"),
    after: (project) => project.write("src/a.txt", "two\n"),
    // Those behind the change have proved something else.
    stale: /the proof of "build_passes" is stale: 1 file changed/,
  },
  "another branch at the end": {
    after: (project) => {
      project.commit();
      project.git("switch", "-q", "-c", "side");
      project.write("src/b.txt", "b\n");
      project.commit();
    },
    stale: /"tests_pass" is stale: 1 file changed since it passed: src\/b\.txt/,
  },
  "a rebase at the end": {
    prepare: (project) => {
      project.initialize();
      project.commit("Before");
      project.git("branch", "upstream");
    },
    after: (project) => {
      project.commit();
      project.git("switch", "-q", "upstream");
      project.write("upstream.txt", "u\n");
      project.commit();
      project.git("switch", "-q", "main");
      project.git("rebase", "-q", "upstream");
    },
    stale: /"tests_pass" is stale: 1 file changed since it passed: upstream\.txt/,
  },
  "a test that writes into a submodule": {
    prepare: (project) => {
      const inner = project.beside("inner");
      mkdirSync(inner);
      writeFileSync(join(inner, "x"), "x\n");
      git(inner, "init", "-q", "-b", "main");
      git(inner, "add", "-A");
      git(inner, "commit", "-q", "-m", "Inner");
      project.initialize();
      const file = ["-c", "protocol.file.allow=always"];
      project.git(...file, "submodule", "--quiet", "add", inner, "sub");
    },
    targets: { test: `${STAMP} > sub/report.txt` },
    stale: null,
  },
  "another agent's work tree inside the project": {
    between: (project) => {
      project.git("worktree", "add", "-q", ".worktrees/other", "-b", "other");
    },
    after: (project) => project.write(".worktrees/other/src/a.txt", "theirs\n"),
    stale: null,
  },
};

for (const [name, kind] of Object.entries(KINDS)) {
  for (const late of [false, true]) {
    Deno.test({
      name: `fresh proofs: ${name}${late ? ", and a late change" : ""}`,
      ignore,
      async fn() {
        using project = new Daily();
        await kind.prepare?.(project);
        await project.begin(kind.targets ?? {});
        await project.must("complete", "tests_pass");
        await kind.between?.(project);
        await project.must("complete", "build_passes");
        await project.must("complete", "lint_passes");
        await kind.after?.(project);
        if (late) project.write("late.txt", "late\n");
        const refusals = await project.finish();
        const said = refusals.join("\n");
        if (kind.stale === null && !late) assert.deepEqual(refusals, []);
        else assert.equal(refusals.length, 1, said);
        if (kind.stale !== null && !late) assert.match(said, kind.stale);
        if (late) assert.match(said, kind.many ? /not all of them can be named/ : /late\.txt/);
        await project.must("log", "verify");
      },
    });
  }
}

Deno.test({
  name: "fresh proofs: rules that hide files are said, and hidden files do not count",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    project.write(".git/info/exclude", "secret*\n");
    project.write("secret.txt", "s\n");
    const { stdout } = await project.must("status", "--fresh");
    assert.match(
      stdout.replaceAll(/\s+/g, " "),
      /ignore rules outside the repository .* have changed/,
    );
    assert.match(stdout.replaceAll(/\s+/g, " "), /they hide secret\.txt/);
    assert.match(stdout, /All proofs fit the files/);
    const finished = await project.must("finish");
    assert.match(finished.stderr, /ignore rules outside the repository/);
  },
});

Deno.test({
  name: "fresh proofs: what cannot be compared is refused, and recheck leads out",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    project.write("src/a.txt", "three\n");
    project.hideGit();
    const refused = await project.run("finish");
    assert.notEqual(refused.code, 0);
    for (const gate of ["tests_pass", "build_passes", "lint_passes"]) {
      assert.ok(
        refused.stderr.includes(
          `the proof of "${gate}" cannot be compared with the files: there is no git repository`,
        ),
        refused.stderr,
      );
    }
    assert.match(refused.stderr, /hint: Let `git status` work here again.*`orchestrator recheck`/);
    await project.must("recheck");
    const finished = await project.must("finish");
    // From here on nothing can be compared: that stays visible.
    for (const stdout of [finished.stdout, (await project.must("session", "show")).stdout]) {
      assert.match(
        stdout.replaceAll(/\s+/g, " "),
        /Not comparable when proofs were last compared .*: VERIFY\/tests_pass, /,
      );
    }
    const last = await project.must("log", "--json");
    assert.match(last.stdout, /"verdict": ?"unknown"/);
  },
});

Deno.test({
  name: "fresh proofs: a name of a file with a secret is recorded without it",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    const token = "s3cr3t-0123456789abcdef";
    const kept = await runInProcess(["secrets", "set", "TOKEN"], {
      cwd: project.root,
      env: project.env,
      stdin: `${token}\n`,
    });
    assert.equal(kept.code, 0, kept.stderr);
    project.write(`${token}.txt`, "x\n");
    assert.equal((await project.finish()).length, 1);
    const journal = await project.must("log", "--json");
    assert.match(journal.stdout, /\[redacted\]\.txt/);
    assert.equal(journal.stdout.includes(token), false);
    await project.must("log", "verify");
  },
});

/** How git, or its repository, comes to say nothing. */
const BROKEN: Readonly<Record<string, (project: Daily) => Promise<void> | void>> = {
  "no repository": (project) => project.hideGit(),
  "a bare one": (project) => void project.git("config", "core.bare", "true"),
  "a damaged configuration": (project) => project.write(".git/config", "[core\n"),
  "no HEAD": (project) => renameSync(join(project.root, ".git/HEAD"), project.beside("HEAD")),
  "an extension that git does not know": (project) => {
    project.git("config", "core.repositoryFormatVersion", "1");
    project.git("config", "extensions.unknown", "true");
  },
};

for (const [name, breakGit] of Object.entries(BROKEN)) {
  Deno.test({
    name: `fresh proofs: a change is not hidden by ${name}`,
    ignore,
    async fn() {
      using project = new Daily();
      await project.begin({});
      await project.must("complete", "tests_pass", "build_passes", "lint_passes");
      project.write("src/a.txt", "bad\n");
      await breakGit(project);
      const refused = await project.run("finish");
      assert.notEqual(refused.code, 0, refused.stdout);
      assert.match(refused.stderr, /"tests_pass" cannot be compared with the files: /);
    },
  });
}

Deno.test({
  name: "fresh proofs: a name that is not UTF-8 hides nothing",
  ignore: ignore || Deno.build.os !== "linux",
  async fn() {
    using project = new Daily();
    await project.begin({});
    const odd = (script: string) => project.shell(`o=$(printf '\\351'); ${script}`);
    await odd('echo 1 >"$o"');
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    await odd('echo 2 >"$o"');
    const refusals = await project.finish();
    assert.equal(refusals.length, 1);
    assert.match(refusals[0] ?? "", /1 file changed since it passed: \uFFFDE9/);
    await project.must("log", "verify");
    await odd('rm "$o"');
  },
});

/** Screens that show what stays visible of a session. */
const SCREENS = [["status"], ["session", "show"], ["handoff"]] as const;

Deno.test({
  name: "fresh proofs: files that were there and changed while a gate ran are said from then on",
  ignore,
  async fn() {
    using project = new Daily();
    // As if somebody edited them meanwhile; what a command makes new is its own.
    await project.begin({
      test: "echo new > report.txt; echo bad > src/a.txt; echo bad > README.md",
      build: "echo new > build.txt",
    });
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    const said = /README\.md, src\/a\.txt changed while the command of VERIFY\/tests_pass ran/;
    const isSaid = async (argv: readonly string[]) => {
      const { stdout } = await project.must(...argv);
      const text = stdout.replaceAll(/\s+/g, " ");
      assert.match(text, said, argv.join(" "));
      assert.doesNotMatch(text, /build_passes ran/);
    };
    for (const argv of [...SCREENS, ["recheck", "lint_passes"], ["finish"]]) {
      if (argv[0] === "recheck") await project.must(...argv);
      else await isSaid(argv);
    }
    await isSaid(["status"]);
    await project.must("log", "verify");
  },
});

Deno.test({
  name: "fresh proofs: rules beside the repository that were changed stay visible",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    project.write(".git/info/exclude", "secret*\n");
    project.write(".git/info/attributes", "*.x -text\n");
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    project.write(".git/info/exclude", "");
    const finished = await project.must("finish");
    const screens = [finished];
    for (const argv of SCREENS) screens.push(await project.must(...argv));
    for (const { stdout } of screens) {
      const text = stdout.replaceAll(/\s+/g, " ");
      assert.match(text, /ignore rules outside the repository .* were not those of the session's/);
      assert.match(text, /\.git\/info\/attributes was not as at the session's beginning/);
    }
    await project.must("log", "verify");
  },
});

Deno.test({
  name: "fresh proofs: files beyond those that are listed are counted",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    for (let at = 0; at < 700; at++) project.write(`new/${at}.txt`, "new\n");
    const { stderr } = await project.run("finish");
    assert.match(
      stderr,
      /"tests_pass" is stale: 700 files changed .* and 690 more \(these at least/,
    );
  },
});

Deno.test({
  name: "fresh proofs: the work after a finished workflow says nothing against it",
  ignore,
  async fn() {
    using project = new Daily();
    await project.begin({});
    await project.must("complete", "tests_pass", "build_passes", "lint_passes");
    await project.must("finish");
    project.write("feature2.txt", "next\n");
    for (const argv of [["handoff"], ["status", "--fresh"], ["finish"], ["recheck"]]) {
      const { stdout, stderr, code } = await project.run(...argv);
      assert.doesNotMatch(
        stdout + stderr,
        /changed since|feature2|Nothing is stale/,
        argv.join(" "),
      );
      if (argv[0] === "recheck") assert.match(stderr, /Cannot recheck: the workflow is finished/);
      else if (argv[0] !== "finish") assert.equal(code, 0, stderr);
    }
  },
});
