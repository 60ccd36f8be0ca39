/** Where the project's definition can be, with a real git: which one counts, and who says so. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

const STATE_FILE = ".orchestrator/workflow.yaml";
const FOREIGN = "name: CI\non:\n  push:\njobs:\n  build:\n    runs-on: linux\n";

function workflow(name: string): string {
  return `name: ${name}\nphases:\n  - id: DO\n    name: Do\n    items:\n      - { id: one, name: One }\n`;
}

function test(name: string, fn: (tree: Worktrees) => Promise<void>): void {
  Deno.test({
    name: `workflow places: ${name}`,
    ignore: noGit,
    fn: async () => {
      using tree = new Worktrees();
      tree.git(tree.main, "rm", "--quiet", "workflow.yaml");
      tree.git(tree.main, "commit", "--quiet", "--message", "Without a workflow");
      await fn(tree);
    },
  });
}

async function started(tree: Worktrees, where = tree.main) {
  const { code, stderr } = await tree.run(where, ["start", "Work"]);
  assert.equal(code, 0, stderr);
  const { workflow: name, definitionOrigin } = await tree.must(where, ["status"]);
  return { name: name?.name ?? name, origin: definitionOrigin, stderr };
}

/** All sets of places, with the one that counts. */
for (const mode of ["--portable", "--normal"]) {
  const portable = mode === "--portable";
  const order = [...portable ? [STATE_FILE] : [], "orchestrator.yaml", "workflow.yaml"];
  for (let set = 1; set < 2 ** order.length; set++) {
    const there = order.filter((_, index) => (set >> index & 1) === 1);
    test(`${mode} with ${there.join(", ")}`, async (tree) => {
      for (const name of there) tree.scratch.write(name, workflow(`Of ${name}`));
      await tree.must(tree.main, ["init", mode]);
      const [first = "", ...others] = there;
      for (const name of order) {
        assert.equal(existsSync(join(tree.main, name)), there.includes(name), name);
      }
      const validated = await tree.run(tree.main, ["validate"]);
      assert.match(validated.stdout, new RegExp(`${first} is valid: Of ${first}`));
      const { stdout: doctor } = await tree.run(tree.main, [
        "doctor",
        "--verbose",
        "--check",
        "workflow.present",
      ]);
      const { stderr: start } = await started(tree);
      for (const said of [validated.stderr, doctor, start]) {
        const words = said.replace(/\s+/g, " ");
        if (others.length === 0) assert.doesNotMatch(words, /not count/);
        else {
          const names = others.map((name) => `"${name}"`).join(", ");
          const what = `The workflow is "${first}"; ${names} ${
            others.length === 1 ? "does" : "do"
          } not count`;
          assert.ok(words.includes(what), `${what}: ${said}`);
        }
      }
      const [session] = await sessionWorkflows(tree);
      assert.equal(session, workflow(`Of ${first}`));
    });
  }
}

/** The frozen definitions of all sessions. */
async function sessionWorkflows(tree: Worktrees, where = tree.main): Promise<readonly string[]> {
  const { sessions } = await tree.must(where, ["session", "list"]);
  return sessions.map(({ session: id }: { session: string }) =>
    readFileSync(join(where, ".orchestrator/sessions", id, "workflow.yaml"), "utf8")
  );
}

test("in normal mode it is named, with what to do, and does not count", async (tree) => {
  tree.scratch.write(STATE_FILE, workflow("Mine"));
  const what = `"${STATE_FILE}" does not count: git ignores it outside of portable mode`;
  const todo = 'Move it to "workflow.yaml", or run `orchestrator init --portable`';
  const init = await tree.run(tree.main, ["init"]);
  assert.ok(init.stderr.includes(`${what}. ${todo}`), init.stderr);
  assert.equal(existsSync(join(tree.main, "workflow.yaml")), false, "no second one");
  const validated = await tree.run(tree.main, ["validate"]);
  assert.notEqual(validated.code, 0);
  assert.ok(validated.stderr.includes(what) && validated.stderr.includes(todo), validated.stderr);
  const doctor = await tree.run(tree.main, ["doctor", "--check", "workflow.present"]);
  assert.ok(doctor.stdout.replace(/\s+/g, " ").includes(what), doctor.stdout);
  const { stderr } = await started(tree);
  assert.ok(stderr.includes(`${what}. ${todo}`), stderr);
  assert.notDeepEqual(await sessionWorkflows(tree), [workflow("Mine")]);
  // What was said to do is enough.
  renameSync(join(tree.main, STATE_FILE), join(tree.main, "workflow.yaml"));
  const again = await tree.run(tree.main, ["validate"]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(again.stderr, "");
});

test("beside a foreign workflow.yaml the way out is another name", async (tree) => {
  tree.scratch.write("workflow.yaml", FOREIGN);
  tree.scratch.write(STATE_FILE, workflow("Mine"));
  const { stderr } = await tree.run(tree.main, ["init"]);
  assert.ok(stderr.includes('Move it to "orchestrator.yaml"'), stderr);
  await tree.must(tree.main, ["init", "--portable"]);
  const validated = await tree.run(tree.main, ["validate"]);
  assert.ok(validated.stdout.includes(`${STATE_FILE} is valid`), validated.stderr);
  assert.equal(validated.stderr, "");
  assert.equal(readFileSync(join(tree.main, "workflow.yaml"), "utf8"), FOREIGN);
  assert.equal(existsSync(join(tree.main, "orchestrator.yaml")), false);
});

test("it is committed, and the origin of a session is the committed one", async (tree) => {
  tree.scratch.write(STATE_FILE, workflow("Ours"));
  await tree.must(tree.main, ["init", "--portable"]);
  const before = await started(tree);
  assert.equal(before.origin.usual, STATE_FILE);
  tree.git(tree.main, "add", "--all");
  assert.ok(tree.git(tree.main, "ls-files").split("\n").includes(STATE_FILE));
  tree.git(tree.main, "commit", "--quiet", "--message", "Ours");
  const after = await started(tree);
  assert.equal(after.origin.usual, STATE_FILE);
  assert.equal(after.origin.head, "same");
  assert.equal(after.origin.committed, true);
  tree.scratch.write(STATE_FILE, workflow("Easier"));
  const { code, stdout } = await tree.run(tree.main, ["start", "Again"]);
  assert.equal(code, 0);
  assert.ok(
    stdout.replace(/\s+/g, " ").includes(`Not the project's ${STATE_FILE} (it differs`),
    stdout,
  );
});

test("one that is put before the committed workflow.yaml shows", async (tree) => {
  tree.git(tree.main, "revert", "--no-edit", "HEAD");
  await tree.must(tree.main, ["init", "--portable"]);
  tree.scratch.write(STATE_FILE, workflow("Easier"));
  const { stdout } = await tree.run(tree.main, ["start", "Work"]);
  const sentence = `Not the project's workflow.yaml (${STATE_FILE}, not committed`;
  assert.ok(stdout.replace(/\s+/g, " ").includes(sentence), stdout);
  // A commit on a branch does not hide it.
  tree.git(tree.main, "switch", "--quiet", "--create", "easier");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "Easier");
  const again = await tree.run(tree.main, ["start", "Again"]);
  assert.ok(
    again.stdout.replace(/\s+/g, " ").includes(`Not the project's workflow.yaml (${STATE_FILE}`),
    again.stdout,
  );
});

test("a linked worktree has its own branch's in portable mode", async (tree) => {
  tree.scratch.write(STATE_FILE, workflow("Ours"));
  await tree.must(tree.main, ["init", "--portable"]);
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "Ours");
  const linked = tree.add("linked");
  tree.write(join(linked, STATE_FILE), workflow("Theirs"));
  const { stdout } = await tree.run(linked, ["validate"]);
  assert.ok(stdout.includes("Theirs"), stdout);
});

test("in a worktree that shares a state it does not count", async (tree) => {
  tree.git(tree.main, "revert", "--no-edit", "HEAD");
  await tree.must(tree.main, ["init"]);
  const linked = tree.add("linked");
  tree.write(join(linked, STATE_FILE), workflow("Theirs"));
  tree.scratch.write(STATE_FILE, workflow("Main's"));
  const { stdout, stderr } = await tree.run(linked, ["validate"]);
  assert.ok(stdout.includes("workflow.yaml is valid: Short"), stdout);
  assert.ok(stderr.includes('Add what you need of it to "workflow.yaml"'), stderr);
});

test("doctor, snapshots and deinit know it", async (tree) => {
  tree.scratch.write(STATE_FILE, workflow("Ours"));
  await tree.must(tree.main, ["init", "--portable"]);
  await started(tree);
  const { stdout } = await tree.run(tree.main, ["doctor", "--verbose"]);
  assert.doesNotMatch(stdout, /unknown[^\n]*workflow\.yaml/);
  const { leftOut } = await tree.must(tree.main, [
    "snapshot",
    "export",
    "--output",
    join(tree.scratch.top, "s.tar.gz"),
  ]);
  assert.deepEqual(
    leftOut.filter(({ what }: { what: string }) => what === "workflow.yaml").map((
      { why }: { why: string },
    ) => why),
    ["with the project"],
  );
  const { code, stderr } = await tree.run(tree.main, ["deinit", "--yes"]);
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(tree.main, STATE_FILE), "utf8"), workflow("Ours"));
  assert.equal(existsSync(join(tree.main, ".orchestrator/meta.json")), false);
});

test("migrate puts the old settings into it, and a rollback takes them out", async (tree) => {
  const text = `${workflow("Ours")}settings:\n  test_command: make test\n`;
  tree.scratch.write(STATE_FILE, text);
  tree.scratch.write("orchestrator.yaml", workflow("Other"));
  await tree.must(tree.main, ["init", "--portable"]);
  tree.scratch.write(".orchestrator.yaml", "test_command: make all\n");
  const plan = await tree.must(tree.main, ["migrate", "--dry-run"]);
  assert.equal(plan.settingsFile, STATE_FILE);
  await tree.must(tree.main, ["migrate", "--yes"]);
  assert.match(readFileSync(join(tree.main, STATE_FILE), "utf8"), /make all/);
  assert.equal(readFileSync(join(tree.main, "orchestrator.yaml"), "utf8"), workflow("Other"));
  await tree.must(tree.main, ["migrate", "--rollback", "--yes"]);
  assert.equal(readFileSync(join(tree.main, STATE_FILE), "utf8"), text);
});
