/** What takes the state away without a word, and how much of a session is elsewhere. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

const OWN = { ORCHESTRATOR_STATE_HOME: "worktree" };

class Clone extends Worktrees {
  async says(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const { code, stdout, stderr } = await this.run(cwd, argv, env);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  /** What `doctor` says of each session. */
  async copies(cwd = this.main, env: Readonly<Record<string, string>> = {}) {
    const { findings } = await this.must(cwd, ["doctor", "--check", "state.copies"], env);
    return findings[0] as { readonly level: string; readonly list: readonly string[] };
  }

  server(): void {
    const path = this.beside("server.git");
    this.git(this.main, "init", "--quiet", "--bare", path);
    this.git(this.main, "remote", "add", "origin", path);
  }
}

Deno.test({
  name: "protection: an ignored folder is said by start, env and doctor, with what keeps a copy",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const text = await clone.says(clone.main, ["start", "Login"]);
    assert.match(text, /only here, and `git clean -fdx` deletes it/);
    assert.match(text, /orchestrator snapshot export -o/);
    const { protection } = await clone.must(clone.main, ["start", "Json"]);
    assert.deepEqual(protection, { takenBy: ["git clean"], elsewhere: 0, where: null });
    const { persistence } = await clone.must(clone.main, ["env"]);
    assert.deepEqual(persistence.takenBy, ["git clean"]);
    assert.equal(persistence.stateDirectory, join(clone.main, ".orchestrator"));
    assert.match(
      persistence.advice,
      /permanent: .*which `git clean -fdx` deletes$/,
    );
    const { level, list } = await clone.copies();
    assert.equal(level, "info");
    assert.equal(list.filter((text) => /: only here$/.test(text)).length, 2);
    clone.server();
    assert.match(await clone.says(clone.main, ["start", "Push"]), /orchestrator state push$/m);
  },
});

Deno.test({
  name: "protection: doctor tells what is safe elsewhere, and up to which event",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    clone.server();
    const id = await clone.start(clone.main, "Login");
    await clone.must(clone.main, ["state", "push"]);
    assert.equal((await clone.copies()).level, "ok");
    await clone.must(clone.main, ["note", "later"]);
    const { level, list } = await clone.copies();
    assert.equal(level, "info");
    assert.match(
      list.join(),
      new RegExp(`^${id}: safe elsewhere up to event 1 of 2 \\(on branch `),
    );
  },
});

Deno.test({
  name: "protection: committed portable state is safe elsewhere, and git takes nothing away",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    await clone.must(clone.main, ["init", "--portable"]);
    assert.doesNotMatch(await clone.says(clone.main, ["start", "Portable"]), /only here/);
    assert.match((await clone.copies()).list.join(), /: only here$/);
    clone.git(clone.main, "add", "--all");
    clone.git(clone.main, "commit", "--quiet", "--message", "state");
    assert.equal((await clone.copies()).level, "ok");
    await clone.must(clone.main, ["note", "later"]);
    assert.match(
      (await clone.copies()).list.join(),
      /up to event 1 of 2 \(committed with the work\)/,
    );
    assert.match(
      (await clone.must(clone.main, ["env"])).persistence.advice,
      /committed with the work/,
    );
  },
});

Deno.test({
  name:
    "protection: a worktree with a state of its own says what takes it, one with a shared state does not",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const tree = clone.add("tree");
    assert.match(
      await clone.says(tree, ["start", "Own"], OWN),
      /only here, and git deletes it with this worktree/,
    );
    const own = (await clone.must(tree, ["env"], OWN)).persistence;
    assert.deepEqual(own.takenBy, ["git worktree remove", "git clean"]);
    assert.match(
      own.advice,
      /this worktree's \.orchestrator\/, which git deletes with the worktree/,
    );
    assert.equal((await clone.copies(tree, OWN)).level, "warning");
    rmSync(join(tree, ".orchestrator"), { recursive: true });
    const shared = (await clone.must(tree, ["env"])).persistence;
    assert.deepEqual(shared.takenBy, ["git clean"]);
    assert.ok(shared.advice.includes(`in "${join(clone.main, ".orchestrator")}"`), shared.advice);
  },
});

Deno.test({
  name:
    "protection: a machine that may vanish is said once, and without git nothing takes the state",
  async fn() {
    using clone = new Clone();
    const { stdout, stderr } = await clone.run(clone.main, ["start", "Login"], {
      CODESPACES: "true",
    });
    assert.match(stderr, /This disk may vanish/);
    assert.doesNotMatch(stdout, /only here/);
    rmSync(join(clone.main, ".git"), { recursive: true });
    assert.doesNotMatch(await clone.says(clone.main, ["start", "No git"]), /only here/);
    assert.deepEqual((await clone.must(clone.main, ["env"])).persistence.takenBy, []);
  },
});
