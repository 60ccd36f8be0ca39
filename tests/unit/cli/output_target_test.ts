/**
 * What a person names for output is written only where nothing is lost: no state, no file of git, nothing
 * behind a link that leads out, and no file of another origin.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { outputTarget } from "../../../src/project/output_target.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { git } from "../../harness/git_server.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

const WORKFLOW =
  "name: W\nphases: [{ id: P, name: P, items: [{ id: a, name: A, step_type: required }] }]\n";

/** The commands that write a file of a person's choice. */
const WRITING = [
  ["generate-md", "--session", "t", "-o"],
  ["snapshot", "export", "-o"],
] as const;

type Run = (cwd: string, ...argv: readonly string[]) => Promise<{ code: number; stderr: string }>;

function test(name: string, fn: (scratch: Scratch, run: Run) => Promise<void>): void {
  Deno.test({
    name: `output: ${name}`,
    ignore,
    fn: async () => {
      using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
      git(scratch.root, "init", "--quiet", "--initial-branch=main");
      git(scratch.root, "add", ".");
      git(scratch.root, "commit", "--quiet", "--message=Begin");
      const env = scratchEnvironment(scratch);
      const run: Run = async (cwd, ...argv) => await runInProcess(argv, { cwd, env });
      assert.equal((await run(scratch.root, "start", "Task", "--name", "t")).code, 0);
      await fn(scratch, run);
    },
  });
}

/** Every regular file below a folder with its bytes, but for what a command may leave at any time. */
function filesBelow(folder: string, found = new Map<string, string>()): Map<string, string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) filesBelow(path, found);
    else if (stat.isFile() && !/\/(index|lock)$|\/orchestrator\//.test(path)) {
      found.set(path, readFileSync(path, "latin1"));
    }
  }
  return found;
}

test("nothing in the state or in git's folders, however it is named", async (scratch, run) => {
  const { root, top } = scratch;
  const linked = join(top, "linked");
  git(root, "worktree", "add", "--quiet", "-b", "linked", linked);
  const bare = join(top, "bare.git");
  git(top, "init", "--quiet", "--bare", bare);
  const other = join(top, "other");
  mkdirSync(other);
  git(top, "init", "--quiet", `--separate-git-dir=${join(top, "apart")}`, other);
  mkdirSync(join(other, ".orchestrator"));
  symlinkSync(".git/HEAD", join(root, "file-link"));
  symlinkSync(".orchestrator/sessions", join(root, "folder-link"));
  symlinkSync(".git/none", join(root, "nowhere-link"));
  symlinkSync(join(root, ".git"), join(top, "outer-link"));
  const id = readdirSync(join(root, ".orchestrator/sessions"))[0] ?? "";
  const inRoot = [
    ".orchestrator/meta.json",
    ".orchestrator/new",
    `.orchestrator/sessions/${id}/log.jsonl`,
    "./docs/../.orchestrator/secrets/x",
    ".git/HEAD",
    ".git/hooks/pre-commit",
    ".GIT/new",
    ".jj/new",
    "file-link",
    "folder-link/new",
    "nowhere-link",
    join(top, "outer-link/HEAD"),
    join(linked, ".git"),
    join(bare, "HEAD"),
    join(bare, "new"),
    join(top, "apart/config"),
    join(other, ".orchestrator/new"),
  ];
  const inLinked = [
    ".git",
    join(root, ".git/worktrees/linked/HEAD"),
    join(root, ".orchestrator/meta.json"),
  ];
  mkdirSync(join(root, ".orchestrator/secrets"), { recursive: true });
  for (const name of [".GIT", ".jj", "docs"]) mkdirSync(join(root, name), { recursive: true });
  const before = filesBelow(top);
  for (const [cwd, names] of [[root, inRoot], [linked, inLinked]] as const) {
    for (const name of names) {
      for (const argv of WRITING) {
        for (const force of [[], ["--force"]]) {
          const { code, stderr } = await run(cwd, ...argv, name, ...force);
          assert.equal(code, 2, `${argv.join(" ")} ${name}: ${stderr}`);
          assert.match(stderr, /^error: Cannot write ".+": it is inside ".+"$/m, name);
        }
      }
    }
  }
  const after = filesBelow(top);
  for (const [path, bytes] of before) assert.equal(after.get(path), bytes, path);
  assert.deepEqual([...after.keys()], [...before.keys()]);
});

test(
  "no link leads out of the project, and one that is named outside does",
  async (scratch, run) => {
    const { root, top } = scratch;
    const outside = join(top, "outside");
    mkdirSync(outside);
    Deno.writeTextFileSync(join(outside, "theirs"), "theirs");
    symlinkSync("../outside/theirs", join(root, "file-link"));
    symlinkSync("../outside", join(root, "folder-link"));
    symlinkSync("../outside/none", join(root, "nowhere-link"));
    for (const name of ["file-link", "folder-link/new", "nowhere-link", "folder-link/theirs"]) {
      for (const argv of WRITING) {
        const { code, stderr } = await run(root, ...argv, name, "--force");
        assert.equal(code, 1, `${argv.join(" ")} ${name}: ${stderr}`);
        assert.match(stderr, /a link leads out of the project, to ".+"/);
      }
    }
    assert.deepEqual(readdirSync(outside), ["theirs"]);
    assert.equal(Deno.readTextFileSync(join(outside, "theirs")), "theirs");
    for (const [index, argv] of WRITING.entries()) {
      assert.equal((await run(root, ...argv, `../outside/${index}`)).code, 0);
      assert.equal((await run(root, ...argv, join(outside, `more-${index}`))).code, 0);
    }
  },
);

test("a file that the command did not write is kept", async (scratch, run) => {
  const { root } = scratch;
  const mark = "<!-- Written by orchestrator generate-md, which replaces this file -->";
  const kept = ["notes\n", "", `${mark} and more\n`, `\n${mark}\n`, mark.slice(0, -1)];
  for (const [index, text] of kept.entries()) {
    for (const argv of WRITING) {
      scratch.write("notes.txt", text);
      const { code, stderr } = await run(root, ...argv, "notes.txt");
      assert.equal(code, 5, `${argv.join(" ")} ${index}: ${stderr}`);
      assert.equal(scratch.read("notes.txt"), text);
      assert.equal((await run(root, ...argv, "notes.txt", "--force")).code, 0);
      assert.notEqual(scratch.read("notes.txt"), text);
    }
  }
  assert.equal((await run(root, "generate-md", "-o", "W.md")).code, 0);
  const first = scratch.read("W.md");
  assert.equal(first.split("\n")[0], mark);
  assert.equal((await run(root, "note", "More")).code, 0);
  assert.equal((await run(root, "generate-md", "-o", "W.md")).code, 0);
  assert.match(scratch.read("W.md"), /More/);
});

test("a project below such a folder of another one can be written in", async (scratch, run) => {
  const inner = scratch.path(".orchestrator/worktrees/one");
  git(scratch.root, "worktree", "add", "--quiet", "-b", "one", inner);
  assert.equal((await run(inner, "generate-md", "-o", "W.md", "--session", "t")).code, 0);
  const { code } = await run(inner, "generate-md", "-o", "../../new.md", "--session", "t");
  assert.equal(code, 2);
});

Deno.test("output: what Windows cannot write is refused with its reason, there only", () => {
  using scratch = new Scratch();
  const paths = OrchestratorPaths.locate({ cwd: scratch.root, flag: scratch.root });
  const cases: readonly (readonly [name: string, why: RegExp])[] = [
    ["NUL", /Cannot write "NUL": it is the name of a device on Windows/],
    ["com1.txt", /device/],
    ["folder/aux", /device/],
    ["stand:morgens", /does not allow :/],
    ["stand.", /dot or a space at the end/],
  ];
  scratch.write("folder/there", "");
  for (const [output, why] of cases) {
    const target = { cwd: scratch.root, output };
    assert.throws(() => outputTarget(paths, { ...target, windows: true }), why, output);
    assert.doesNotThrow(() => outputTarget(paths, { ...target, windows: false }), output);
  }
  for (const output of ["stand.md", "./stand", ".stand"]) {
    assert.doesNotThrow(() => outputTarget(paths, { cwd: scratch.root, output, windows: true }));
  }
});
