/**
 * What plain `status` says of proofs that no longer fit: what was last found, by which command, and what
 * can be seen without git. With real git, which `status` never starts.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Result, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

const workflow = (settings: string) =>
  `format: 2
name: Last
${settings}phases:
  - id: ONE
    name: One
    items:
      - { id: tests, name: Tests, step_type: gate, verification: { type: command, command: "true" } }
      - id: narrow
        name: Narrow
        inputs: [docs]
        verification: { type: command, command: "true" }
      - { id: plan, name: Plan, verification: { type: file_exists, path: plan.md } }
  - id: TWO
    name: Two
    items:
      - { id: last, name: Last }
`;
const FRESH = "settings: { proofs: fresh }\n";

class Project implements Disposable {
  readonly scratch = new Scratch({ ".gitignore": ".orchestrator/\n", "src/a.txt": "a\n" });
  env = scratchEnvironment(this.scratch, {
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Anna",
    GIT_AUTHOR_EMAIL: "anna@example.com",
    GIT_COMMITTER_NAME: "Anna",
    GIT_COMMITTER_EMAIL: "anna@example.com",
  });
  root = this.scratch.root;
  definition: string | undefined;

  /** With each item of the first phase complete. */
  async begin(settings = FRESH, isCommitted = true): Promise<void> {
    this.scratch.write("workflow.yaml", this.definition ?? workflow(settings));
    this.git("init", "-q", "-b", "main");
    if (isCommitted) this.commit();
    await this.done("start", "Try it");
    this.scratch.write("plan.md", "The plan\n");
    await this.done("complete", "plan", "tests", "narrow");
  }

  git(...args: string[]): void {
    const { status, stderr } = spawnSync("git", args, {
      cwd: this.root,
      env: this.env,
      encoding: "utf8",
    });
    assert.equal(status, 0, stderr);
  }

  commit(): void {
    this.git("add", "-A");
    this.git("commit", "-q", "-m", "Change");
  }

  run(...argv: string[]): Promise<Result> {
    return runInProcess(argv, { cwd: this.root, env: this.env });
  }

  async done(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...argv);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  /** What `status` says of proofs, where starting git would show. */
  async said(): Promise<readonly string[]> {
    const env = this.env;
    const bin = this.scratch.path(".git/bin");
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho x > "${bin}/started"\nexit 1\n`);
    chmodSync(join(bin, "git"), 0o755);
    this.env = { ...env, PATH: bin };
    const { data } = JSON.parse(await this.done("status", "--json"));
    this.env = env;
    assert.ok(!existsSync(join(bin, "started")), "status has started git");
    return (data.remarks ?? []).filter((text: string) =>
      /passed|compared|comparable|Stale/.test(text)
    );
  }

  /** The steps that `status` names, carried out one after the other until the end. */
  async followed(): Promise<readonly string[]> {
    const steps: string[] = [];
    while (steps.length < 8) {
      const { data } = JSON.parse(await this.done("status", "--json"));
      const argv: readonly string[] = data.next.argv;
      if (argv[0] === "start") break;
      steps.push(argv.join(" "));
      await this.run(...argv, ...(argv[0] === "approve" ? ["--yes"] : []));
    }
    return steps;
  }

  get session(): string {
    const [id = ""] = readdirSync(this.scratch.path(".orchestrator/sessions"));
    return this.scratch.path(`.orchestrator/sessions/${id}`);
  }

  get file(): string {
    return join(this.session, "compared.json");
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

const CHANGED = "tests: 1 file changed since it passed: src/a.txt";
const OTHER_COMMIT = (items: string) =>
  `Another commit is checked out than when these passed: ${items} ` +
  "(`orchestrator status --fresh` compares the files)";

const test = (name: string, body: (project: Project) => Promise<void>) =>
  Deno.test({
    name: `last comparison: ${name}`,
    ignore,
    fn: async () => {
      using project = new Project();
      await body(project);
    },
  });

test("an honest session says nothing, and keeps nothing", async (project) => {
  await project.begin();
  assert.deepEqual(await project.said(), []);
  await project.done("advance");
  assert.deepEqual(await project.said(), []);
  assert.ok(!existsSync(project.file));
});

test("what a refused advance and finish found is said, with names, until it is proved again", async (project) => {
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.deepEqual(await project.said(), [], "git alone could tell");
  assert.equal((await project.run("advance")).code, 7);
  assert.deepEqual(await project.said(), [`${CHANGED} (advance, just now)`]);
  const { data } = JSON.parse(await project.done("status", "--json"));
  assert.deepEqual(
    data.lastComparison.proofs.map((
      { item, verdict, files, command }: Record<string, unknown>,
    ) => ({
      item,
      verdict,
      files,
      command,
    })),
    [{ item: "tests", verdict: "stale", files: ["src/a.txt"], command: "advance" }],
  );
  await project.done("recheck");
  assert.deepEqual(await project.said(), []);
  await project.done("advance");
  await project.done("complete", "last");
  project.scratch.write("src/a.txt", "c\n");
  assert.equal((await project.run("finish")).code, 7);
  assert.deepEqual(await project.said(), [`${CHANGED} (finish, just now)`]);
});

test("an advance that is not refused names the files, too", async (project) => {
  await project.begin("");
  project.scratch.write("src/a.txt", "b\n");
  await project.done("complete", "tests");
  await project.done("advance");
  assert.deepEqual(await project.said(), [`${CHANGED} (advance, just now)`]);
});

test("a reopened item is not named any more", async (project) => {
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.equal((await project.run("advance")).code, 7);
  await project.done("reopen", "tests", "--reason", "It must run again");
  assert.deepEqual(await project.said(), []);
});

test("reading commands keep what they found outside the state directory", async (project) => {
  for (const command of [["status", "--fresh"], ["handoff"]]) {
    using own = new Project();
    await own.begin();
    own.scratch.write("src/a.txt", "b\n");
    await own.done(...command);
    assert.ok(!existsSync(own.file));
    assert.deepEqual(await own.said(), [`${CHANGED} (${command[0]}, just now)`]);
  }
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.equal((await project.run("advance")).code, 7);
  project.scratch.write("src/a.txt", "a\n");
  const before = readFileSync(project.file, "utf8");
  await project.done("status", "--fresh");
  assert.equal(readFileSync(project.file, "utf8"), before);
  assert.deepEqual(await project.said(), []);
});

test("another commit is said until the files were compared, however refs are kept", async (project) => {
  await project.begin();
  project.commit();
  const other = OTHER_COMMIT("tests, narrow");
  assert.deepEqual(await project.said(), [other]);
  project.git("pack-refs", "--all");
  assert.deepEqual(await project.said(), [other]);
  project.git("checkout", "-q", "--detach");
  assert.deepEqual(await project.said(), [other]);
  await project.done("status", "--fresh");
  assert.deepEqual(await project.said(), []);
  project.git("checkout", "-q", "main");
  assert.deepEqual(await project.said(), []);
  project.git("commit", "-q", "--allow-empty", "-m", "Another");
  assert.deepEqual(await project.said(), [other]);
  // Refs in a table cannot be read without git.
  mkdirSync(project.scratch.path(".git/reftable"));
  assert.deepEqual(await project.said(), []);
});

test("the first commit of a repository is another one than none", async (project) => {
  await project.begin(FRESH, false);
  assert.deepEqual(await project.said(), []);
  project.commit();
  assert.deepEqual(await project.said(), [OTHER_COMMIT("tests, narrow")]);
});

test("in a linked work tree its own commit counts", async (project) => {
  project.scratch.write("workflow.yaml", workflow(FRESH));
  project.git("init", "-q", "-b", "main");
  project.commit();
  const tree = join(project.scratch.top, "tree");
  project.git("worktree", "add", "-q", "-b", "other", tree);
  project.root = tree;
  await project.done("start", "Try it");
  writeFileSync(join(tree, "plan.md"), "The plan\n");
  await project.done("complete", "plan", "tests", "narrow");
  const said = async () => {
    const { data } = JSON.parse(await project.done("status", "--json"));
    return data.lastComparison?.commitChanged.map(({ item }: { readonly item: string }) => item);
  };
  assert.equal(await said(), undefined);
  project.commit();
  assert.deepEqual(await said(), ["tests", "narrow"]);
});

test("a named file that changed is said at once", async (project) => {
  await project.begin();
  project.scratch.write("plan.md", "No plan!\n");
  assert.deepEqual(await project.said(), ["plan: 1 file changed since it passed: plan.md"]);
  rmSync(project.scratch.path("plan.md"));
  assert.deepEqual(await project.said(), ["plan: 1 file changed since it passed: plan.md"]);
  project.scratch.write("plan.md", "The plan\n");
  assert.deepEqual(await project.said(), []);
});

test("what is kept is not decided on, and not trusted", async (project) => {
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.equal((await project.run("advance")).code, 7);
  const kept = readFileSync(project.file, "utf8");
  writeFileSync(project.file, kept.replaceAll('"stale"', '"fresh"'));
  assert.equal((await project.run("advance")).code, 7);
  assert.deepEqual(await project.said(), [`${CHANGED} (advance, just now)`]);
  const odd = [
    "",
    "{",
    "null",
    "[]",
    '{"format":1}',
    kept.replace('"format":1', '"format":2'),
    kept.replace(/"lineage":"[^"]*"/, '"lineage":"other"'),
    kept.replace(/"place":"[^"]*"/, '"place":"other"'),
    kept.replace('"files":["src/a.txt"]', '"files":"src/a.txt"'),
    kept.replaceAll(/"seq":\d+/g, '"seq":1'),
    kept.replaceAll(/"time":"[^"]*"/g, '"time":"then"'),
    "x".repeat(2 * 1024 * 1024),
  ];
  for (const text of odd) {
    writeFileSync(project.file, text);
    assert.deepEqual(await project.said(), [], text.slice(0, 80));
  }
  writeFileSync(project.file, kept.replace("src/a.txt", "src/\\u001b[2Ja.txt"));
  assert.ok(!(await project.done("status")).includes("\x1b"));
  rmSync(project.file);
  mkdirSync(project.file);
  assert.deepEqual(await project.said(), []);
  assert.equal((await project.run("advance")).code, 7);
});

/** With an approval of a file, which the command does not read. */
const GATED = workflow(FRESH).replace("Tests,", "Tests, inputs: [src],").replace(
  "      - { id: last",
  "      - { id: ok, name: Good, verification: { type: manual_gate, path: gate.md } }\n$&",
);

test("who follows the next step of status gets to the end, whatever became stale", async () => {
  const big = "x".repeat(1024 * 1024 + 1);
  const changes: readonly Readonly<Record<string, string>>[] = [
    { "src/a.txt": "b\n" },
    { "gate.md": "Another\n" },
    { "gate.md": big.replace("x", "y") },
    { "src/a.txt": "b\n", "gate.md": "Another\n", "plan.md": "Other\n" },
  ];
  for (const [index, change] of changes.entries()) {
    using project = new Project();
    project.definition = GATED;
    project.scratch.write("gate.md", index === 2 ? big : "As agreed\n");
    await project.begin();
    await project.done("advance");
    await project.done("approve", "ok", "--yes");
    await project.done("complete", "last");
    for (const [path, text] of Object.entries(change)) project.scratch.write(path, text);
    assert.equal((await project.run("finish")).code, 7);
    assert.deepEqual(await project.followed(), [
      ...("src/a.txt" in change ? ["recheck"] : []),
      ...("gate.md" in change ? ["approve ok"] : []),
      "finish",
    ], Object.keys(change).join());
  }
});

test("a file that is as it was approved again asks for nothing", async (project) => {
  project.definition = GATED;
  const big = "x".repeat(1024 * 1024 + 1);
  project.scratch.write("gate.md", big);
  await project.begin();
  await project.done("advance");
  await project.done("approve", "ok", "--yes");
  await project.done("complete", "last");
  project.scratch.write("gate.md", big.replace("x", "y"));
  assert.equal((await project.run("finish")).code, 7);
  project.scratch.write("gate.md", big);
  assert.deepEqual(await project.followed(), ["approve ok", "finish"]);
});

test("a copy of the project elsewhere does not say what was found here", async (project) => {
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.equal((await project.run("advance")).code, 7);
  const copy = join(project.scratch.top, "copy");
  cpSync(project.root, copy, { recursive: true });
  project.root = copy;
  const { data } = JSON.parse(await project.done("status", "--json"));
  assert.equal(data.lastComparison, undefined);
});

test("a secret in the name of a file is not kept", async (project) => {
  await project.begin();
  const token = `ghp_${"Ab1".repeat(12)}`;
  project.scratch.write(`src/${token}.txt`, "b\n");
  assert.equal((await project.run("advance")).code, 7);
  assert.ok(!readFileSync(project.file, "utf8").includes(token));
});

test("what a power cut leaves of it says nothing, and is written over", async (project) => {
  await project.begin();
  project.scratch.write("src/a.txt", "b\n");
  assert.equal((await project.run("advance")).code, 7);
  const whole = readFileSync(project.file);
  for (const left of [new Uint8Array(), new Uint8Array(whole.length), whole.subarray(0, 50)]) {
    writeFileSync(project.file, left);
    assert.deepEqual(await project.said(), []);
    assert.equal((await project.run("advance")).code, 7);
    assert.deepEqual(await project.said(), [`${CHANGED} (advance, just now)`]);
  }
});
