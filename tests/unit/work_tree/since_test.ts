/**
 * What people have changed since a proof, without what commands changed themselves.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { MomentComparison, type TreeDifference } from "../../../src/work_tree/compare.ts";
import { changedSince, type Run } from "../../../src/work_tree/since.ts";
import { takeWorkTree } from "../../../src/work_tree/take.ts";
import { writtenBetween } from "../../../src/work_tree/written.ts";
import type { WorkTree } from "../../../src/workflow/work_tree.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const ignore = Deno.build.os === "windows" || spawnSync("git", ["--version"]).error !== undefined;

/** A project with a proof at its beginning; what happens since is recorded as it would be. */
class Story implements Disposable {
  readonly #scratch = new Scratch({ "src/a.txt": "one\n", "src/b.txt": "one\n" });
  readonly #env: Record<string, string> = {
    ...scratchEnvironment(this.#scratch),
    GIT_CONFIG_GLOBAL: join(this.#scratch.home, ".gitconfig"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "Ada",
    GIT_AUTHOR_EMAIL: "ada@example.org",
    GIT_COMMITTER_NAME: "Ada",
    GIT_COMMITTER_EMAIL: "ada@example.org",
  };
  readonly #runs: Run[] = [];
  #proof: WorkTree | null = null;

  get #place() {
    return { root: this.#scratch.root, env: this.#env, without: [], timeoutMs: 60_000 };
  }

  git(...argv: readonly string[]): void {
    const { status, stderr } = spawnSync("git", argv, {
      cwd: this.#scratch.root,
      env: this.#env,
    });
    assert.equal(status, 0, String(stderr));
  }

  commit(): void {
    this.git("add", "-A");
    this.git("commit", "-q", "-m", "State");
  }

  write(path: string, text: string): void {
    this.#scratch.write(path, text);
  }

  remove(path: string): void {
    rmSync(this.#scratch.path(path), { recursive: true });
  }

  async prove(): Promise<void> {
    this.#proof = await this.#take();
    this.#runs.length = 0;
  }

  /** What a command does while it runs. */
  async command(act: () => void): Promise<void> {
    const before = await this.#take();
    act();
    const after = await this.#take();
    const wrote = await writtenBetween(this.#place, before, after);
    if (wrote !== undefined) this.#runs.push({ after, wrote });
  }

  async changed(): Promise<TreeDifference> {
    assert.ok(this.#proof !== null);
    return await changedSince(new MomentComparison(this.#place), {
      proof: this.#proof,
      runs: this.#runs,
      now: await this.#take(),
    });
  }

  async #take(): Promise<WorkTree> {
    const answer = await takeWorkTree(this.#place);
    assert.ok("value" in answer, JSON.stringify(answer));
    return answer.value;
  }

  [Symbol.dispose](): void {
    this.#scratch[Symbol.dispose]();
  }
}

function test(name: string, body: (story: Story) => Promise<void>): void {
  Deno.test({
    name: `since a proof: ${name}`,
    ignore,
    async fn() {
      using story = new Story();
      story.git("init", "-q", "-b", "main");
      story.commit();
      await story.prove();
      await body(story);
    },
  });
}

const NOTHING = { paths: [], complete: true };

test("what a command changes does not count, a change of it afterwards does", async (story) => {
  await story.command(() => story.write("report.txt", "1\n"));
  assert.deepEqual(await story.changed(), NOTHING);
  await story.command(() => story.write("report.txt", "2\n"));
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("report.txt", "by hand\n");
  assert.deepEqual(await story.changed(), { paths: ["report.txt"], complete: true });
  // A command that writes it once more cannot hide that it was changed before.
  await story.command(() => story.write("report.txt", "3\n"));
  assert.deepEqual((await story.changed()).paths, ["report.txt"]);
  await story.prove();
  assert.deepEqual(await story.changed(), NOTHING);
});

test("a change that a command formats still counts", async (story) => {
  story.write("src/a.txt", "changed\n");
  await story.command(() => story.write("src/a.txt", "CHANGED\n"));
  await story.command(() => story.write("src/b.txt", "ONE\n"));
  assert.deepEqual(await story.changed(), { paths: ["src/a.txt"], complete: true });
});

test("a change that is undone does not count", async (story) => {
  await story.command(() => story.write("report.txt", "1\n"));
  story.write("src/a.txt", "changed\n");
  await story.command(() => story.write("report.txt", "2\n"));
  story.write("src/a.txt", "one\n");
  assert.deepEqual(await story.changed(), NOTHING);
});

test("a file that a command removes, or puts back as it was committed", async (story) => {
  await story.command(() => story.remove("src/a.txt"));
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("src/b.txt", "changed\n");
  await story.command(() => story.git("checkout", "-q", "--", "src/b.txt"));
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("src/a.txt", "one\n");
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("src/a.txt", "two\n");
  assert.deepEqual((await story.changed()).paths, ["src/a.txt"]);
});

test("commits between, by people and by commands", async (story) => {
  await story.command(() => story.write("report.txt", "1\n"));
  story.commit();
  assert.deepEqual(await story.changed(), NOTHING);
  await story.command(() => {
    story.write("report.txt", "2\n");
    story.commit();
  });
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("src/a.txt", "changed\n");
  story.write("src/new.txt", "new\n");
  await story.command(() => {
    story.write("report.txt", "3\n");
    story.commit();
  });
  assert.ok((await story.changed()).paths.includes("src/a.txt"));
  story.remove("src/new.txt");
  story.write("src/a.txt", "one\n");
  await story.prove();
  story.write("src/a.txt", "changed\n");
  await story.command(() => story.commit());
  assert.deepEqual(await story.changed(), { paths: ["src/a.txt"], complete: true });
});

test("of more files than are named: all that cannot be told apart counts", async (story) => {
  const build = (text: string) => {
    for (let n = 0; n < 600; n += 1) story.write(`dist/${n}`, `${text}\n`);
  };
  await story.command(() => build("1"));
  await story.command(() => build("2"));
  assert.deepEqual(await story.changed(), NOTHING);
  story.write("src/a.txt", "changed\n");
  const changed = await story.changed();
  assert.equal(changed.complete, false);
  await story.command(() => build("3"));
  assert.equal((await story.changed()).complete, false);
});

test("up to a hundred files are known by name", async (story) => {
  await story.command(() => {
    for (let n = 0; n < 100; n += 1) story.write(`dist/${n}`, "1\n");
  });
  story.write("src/a.txt", "changed\n");
  assert.deepEqual(await story.changed(), { paths: ["src/a.txt"], complete: true });
  await story.command(() => {
    for (let n = 0; n < 101; n += 1) story.write(`dist/${n}`, "2\n");
  });
  assert.ok((await story.changed()).paths.includes("src/a.txt"));
});
