/**
 * A state directory whose meta.json is gone or damaged, with a real git: who the repository is comes from
 * what else says so, and is never another one.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

function test(name: string, fn: (tree: Worktrees) => Promise<void>): void {
  Deno.test({
    name: `lost identity: ${name}`,
    ignore: noGit,
    fn: async () => {
      using tree = new Worktrees();
      await fn(tree);
    },
  });
}

const META = ".orchestrator/meta.json";

interface Meta {
  readonly id: string;
  readonly mode: string;
  readonly [field: string]: unknown;
}

function metaOf(tree: Worktrees): Meta {
  return JSON.parse(tree.scratch.read(META));
}

/** What may happen to the file. */
const DAMAGES: Readonly<Record<string, (path: string) => void>> = {
  missing: (path) => rmSync(path),
  empty: (path) => writeFileSync(path, ""),
  blank: (path) => writeFileSync(path, " \n"),
  zeros: (path) => writeFileSync(path, new Uint8Array(300)),
  "cut off at its half": (path) => {
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.slice(0, text.length / 2));
  },
  "cut off behind a few bytes": (path) =>
    writeFileSync(path, readFileSync(path, "utf8").slice(0, 9)),
  "not ours": (path) => writeFileSync(path, `{"name":"something else"}\n`),
  "without a mode": (path) =>
    writeFileSync(path, readFileSync(path, "utf8").replace(/"mode".*\n/, "")),
};

/** Commands that only read, and work without the file as with it. */
const READING: readonly (readonly string[])[] = [
  ["status"],
  ["status", "--fresh"],
  ["log"],
  ["log", "verify"],
  ["handoff"],
  ["session", "list"],
  ["session", "show"],
  ["checkpoint", "list"],
  ["env"],
  ["inbox"],
  ["validate"],
  ["config", "show"],
  ["secrets", "list"],
  ["feedback", "tool", "list"],
  ["state", "status"],
  ["snapshot", "export", "--dry-run"],
  ["note", "not written", "--dry-run"],
];

for (const mode of ["normal", "portable"]) {
  test(`in ${mode} mode reading works without the file, and the first change restores it`, async (tree) => {
    await tree.must(tree.main, ["init", `--${mode}`]);
    const id = await tree.start(tree.main, "Work");
    const before = metaOf(tree);
    const codes = new Map<string, number>();
    for (const argv of READING) {
      codes.set(argv.join(" "), (await tree.run(tree.main, argv)).code);
    }
    for (const [damage, make] of Object.entries(DAMAGES)) {
      make(tree.scratch.path(META));
      const left = tree.scratch.exists(META) ? tree.scratch.read(META) : null;
      const all = ["missing", "empty"].includes(damage);
      for (const argv of all ? READING : READING.slice(0, 1)) {
        const { code, stderr } = await tree.run(tree.main, argv);
        const told = `${damage}: ${argv.join(" ")}: ${stderr}`;
        assert.equal(code, codes.get(argv.join(" ")), told);
        const said = stderr.split("meta.json").length - 1;
        if (argv.at(-1) !== "--dry-run") assert.equal(said, 1, told);
        assert.equal(tree.scratch.exists(META) ? tree.scratch.read(META) : null, left, told);
      }
      assert.equal((await tree.must(tree.main, ["status"])).session, id);
      const { code, stderr } = await tree.run(tree.main, ["note", damage]);
      assert.equal(code, 0, stderr);
      assert.match(
        stderr,
        new RegExp(`restored with the repository's ID ${before.id} and ${mode}`),
      );
      const { id: now, mode: is } = metaOf(tree);
      assert.deepEqual([now, is], [before.id, mode], damage);
      assert.equal((await tree.run(tree.main, ["status"])).stderr, "", damage);
    }
    assert.equal((await tree.must(tree.main, ["log", "verify"])).valid ?? true, true);
  });
}

test("a damaged file is kept among the backups", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "Work");
  tree.scratch.write(META, `{"format":1,"notes":"by hand"`);
  await tree.must(tree.main, ["note", "on"]);
  const [kept] = readdirSync(tree.scratch.path(".orchestrator/backups"));
  assert.match(kept ?? "", /^meta\.damaged-/);
  assert.equal(tree.scratch.read(`.orchestrator/backups/${kept}`), `{"format":1,"notes":"by hand"`);
});

test("what is committed brings back every field, on a machine that wrote nothing", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "Work");
  tree.scratch.write(META, JSON.stringify({ ...metaOf(tree), future: { a: 1 } }));
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "State");
  const clone = tree.beside("clone");
  tree.git(tree.scratch.top, "clone", "--quiet", tree.main, clone);
  const before = readFileSync(join(clone, META), "utf8");
  writeFileSync(join(clone, META), "");
  rmSync(join(clone, ".orchestrator/log"), { recursive: true });
  await tree.must(clone, ["config", "set", "color", "never"]);
  assert.deepEqual(JSON.parse(readFileSync(join(clone, META), "utf8")), JSON.parse(before));
});

test("another branch, a state branch and an earlier commit know it, too", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "Work");
  const { id } = metaOf(tree);
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "State");
  tree.git(tree.main, "branch", "kept");
  tree.git(tree.main, "rm", "--quiet", "-r", META, ".orchestrator/log");
  tree.git(tree.main, "commit", "--quiet", "--message", "Lost");
  const told = async () => (await tree.run(tree.main, ["status"])).stderr;
  assert.match(await told(), new RegExp(`${id} .*known from branch kept`));
  tree.git(tree.main, "branch", "--quiet", "-D", "kept");
  assert.match(await told(), new RegExp(`${id} .*known from commit `));
  await tree.must(tree.main, ["init"]);
  assert.equal(metaOf(tree).id, id);
  assert.equal(metaOf(tree).mode, "portable");
});

test("a state branch knows it where nothing is committed", async (tree) => {
  await tree.must(tree.main, ["init", "--normal"]);
  await tree.start(tree.main, "Work");
  const { id } = metaOf(tree);
  tree.git(tree.scratch.top, "init", "--quiet", "--bare", tree.beside("server.git"));
  tree.git(tree.main, "remote", "add", "origin", tree.beside("server.git"));
  await tree.must(tree.main, ["state", "push"]);
  rmSync(tree.scratch.path(META));
  rmSync(tree.scratch.path(".orchestrator/log"), { recursive: true });
  rmSync(tree.scratch.path(".orchestrator/writer.json"));
  const { stderr } = await tree.run(tree.main, ["status"]);
  assert.match(stderr, new RegExp(`${id} .*known from branch orchestrator-state-${id}`));
  await tree.must(tree.main, ["complete", "one"]);
  assert.deepEqual([metaOf(tree).id, metaOf(tree).mode], [id, "normal"]);
});

test("two sources that disagree are a refusal, which a person settles", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  const session = await tree.start(tree.main, "Work");
  const { id } = metaOf(tree);
  const other = "zyxwvutsrqponmlkjihgfedcba";
  tree.scratch.write(META, JSON.stringify({ ...metaOf(tree), id: other }));
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "State");
  tree.scratch.write(META, "");
  assert.equal((await tree.must(tree.main, ["status"])).session, session);
  for (const argv of [["note", "x"], ["start", "More"], ["init"], ["init", "--normal"]]) {
    const error = await tree.mustFail(tree.main, argv);
    assert.equal(error.code, "state_corrupt", argv.join(" "));
    assert.match(error.message, new RegExp(`${id} .*, ${other} `));
    assert.equal(tree.scratch.read(META), "");
  }
  const wrong = ["init", "--identity", "abcdefghijklmnopqrstuvwxyz"];
  assert.equal((await tree.mustFail(tree.main, wrong)).code, "invalid_argument");
  assert.equal(
    (await tree.mustFail(tree.main, ["init", "--identity", "new"])).code,
    "invalid_argument",
  );
  await tree.must(tree.main, ["init", "--identity", other]);
  assert.deepEqual([metaOf(tree).id, metaOf(tree).mode], [other, "portable"]);
});

test("sessions never get another identity without a word", async (tree) => {
  await tree.must(tree.main, ["init", "--normal"]);
  const session = await tree.start(tree.main, "Work");
  rmSync(tree.scratch.path(META));
  rmSync(tree.scratch.path(".orchestrator/log"), { recursive: true });
  assert.equal((await tree.must(tree.main, ["status"])).session, session);
  for (
    const argv of [["note", "x"], ["start", "More"], ["init"], ["config", "set", "color", "never"]]
  ) {
    const error = await tree.mustFail(tree.main, argv);
    assert.equal(error.code, "state_corrupt", argv.join(" "));
    assert.match(error.hint ?? "", /--identity new/);
    assert.ok(!tree.scratch.exists(META));
  }
  await tree.must(tree.main, ["init", "--identity", "new"]);
  assert.equal((await tree.must(tree.main, ["status"])).session, session);
});

test("a linked worktree keeps its own state in portable mode", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "Work");
  tree.git(tree.main, "add", "--all");
  tree.git(tree.main, "commit", "--quiet", "--message", "State");
  const wt = tree.add("feature");
  const own = await tree.start(wt, "In the worktree");
  writeFileSync(tree.scratch.path(META), "");
  assert.equal((await tree.must(wt, ["status"])).session, own);
  writeFileSync(join(wt, META), "");
  assert.equal((await tree.must(wt, ["status"])).session, own);
  rmSync(tree.scratch.path(META));
  rmSync(join(wt, META));
  await tree.must(wt, ["note", "on"]);
  assert.equal((await tree.must(wt, ["status"])).session, own);
  assert.ok(!tree.scratch.exists(META));
});

test("doctor names it and restores it", async (tree) => {
  await tree.must(tree.main, ["init", "--portable"]);
  await tree.start(tree.main, "Work");
  const { id } = metaOf(tree);
  tree.scratch.write(META, "");
  const { stdout } = await tree.run(tree.main, ["doctor", "--check", "project.meta"]);
  assert.match(stdout, new RegExp(`meta.json is empty; the ID ${id} and portable mode`));
  const rest = await tree.run(tree.main, ["doctor", "--check", "project.ignored", "--verbose"]);
  assert.match(rest.stdout, /git ignores everything it should/);
  const fixed = await tree.run(tree.main, ["doctor", "--fix", "--check", "project.meta"]);
  assert.equal(fixed.code, 0, fixed.stdout);
  assert.equal(metaOf(tree).id, id);
});
