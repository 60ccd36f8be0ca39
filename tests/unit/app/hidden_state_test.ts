/** Ignore rules that hide what portable mode commits, with a real git: the rule is named by who meets it. */
import assert from "node:assert/strict";
import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

/** Where a rule can be; each gives what names it. */
const RULES: Readonly<Record<string, (tree: Worktrees) => RegExp>> = {
  "of the project": (tree) => {
    tree.scratch.write(".gitignore", "# ours\n*.jsonl\n");
    return /log\.jsonl \(\.gitignore:2: \*\.jsonl\)/;
  },
  "of a folder": (tree) => {
    tree.scratch.write(".gitignore", "/dist/\nsessions/\n");
    return /log\.jsonl \(\.gitignore:2: sessions\/\)/;
  },
  "of the journals' folder": (tree) => {
    tree.scratch.write(".gitignore", "log/\n");
    return /log\/x\.jsonl \(\.gitignore:1: log\/\)/;
  },
  "of the clone": (tree) => {
    appendFileSync(join(tree.main, ".git/info/exclude"), "\n.orchestrator/\n");
    return /meta\.json \(\.git\/info\/exclude:\d+: \.orchestrator\/\)/;
  },
  "of the person": (tree) => {
    writeFileSync(join(tree.scratch.home, "mine"), "*.json\n");
    tree.git(tree.main, "config", "core.excludesFile", join(tree.scratch.home, "mine"));
    return /meta\.json \(.*mine:1: \*\.json\)/;
  },
};

for (const [where, make] of Object.entries(RULES)) {
  Deno.test({
    name: `hidden state: a rule ${where} is named by init --portable, finish and doctor`,
    ignore: noGit,
    fn: async () => {
      using tree = new Worktrees();
      const named = make(tree);
      const { code, stderr } = await tree.run(tree.main, ["init", "--portable"]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, named);
      await tree.start(tree.main, "Work");
      tree.scratch.write("proof.txt", "x");
      for (const item of ["one", "two", "proof", "here"]) {
        await tree.must(tree.main, ["complete", item]);
      }
      const finished = await tree.run(tree.main, ["finish"]);
      assert.equal(finished.code, 0, finished.stderr);
      assert.match(finished.stderr, named);
      const { stdout } = await tree.run(tree.main, ["doctor", "--check", "project.ignored"]);
      assert.match(stdout, named);
    },
  });
}

Deno.test({
  name: "hidden state: nothing is said without such a rule, nor in normal mode",
  ignore: noGit,
  fn: async () => {
    using tree = new Worktrees();
    assert.equal((await tree.run(tree.main, ["init", "--portable"])).stderr, "");
    rmSync(tree.scratch.path(".orchestrator"), { recursive: true });
    tree.scratch.write(".gitignore", "*.json\n");
    assert.equal((await tree.run(tree.main, ["init", "--normal"])).stderr, "");
  },
});
