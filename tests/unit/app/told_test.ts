/** `notify` again: by the next change and by `inbox`, from what this clone remembers. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDue } from "../../../src/app/notify.ts";
import { isWindows } from "../../../src/platform/runtime.ts";
import { git } from "../../harness/git_server.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { ONLY_WAITS } from "../../harness/waits.ts";

const BEGIN = Date.parse("2026-11-27T10:00:00.000Z");

/** A project whose person is told by a command that counts. */
class Watched implements Disposable {
  readonly scratch = new Scratch({ "workflow.yaml": ONLY_WAITS });
  readonly told = join(this.scratch.top, "told");
  readonly memory = join(this.scratch.root, ".git/orchestrator/told");
  readonly #env = scratchEnvironment(this.scratch, {
    ORCHESTRATOR_NOTIFY: `cat >> "${this.told}"; echo >> "${this.told}"`,
  });

  constructor(withGit = true) {
    if (withGit) git(this.scratch.root, "init", "--quiet");
  }

  /** Runs a command so many minutes after the beginning. */
  async at(minutes: number, ...argv: readonly string[]): Promise<void> {
    const { code, stderr } = await runInProcess(argv, {
      cwd: this.scratch.root,
      env: this.#env,
      now: new Date(BEGIN + minutes * 60_000),
    });
    assert.equal(code, 0, stderr);
  }

  /** What a person was told so far: events and tasks. */
  get events(): readonly string[] {
    if (!existsSync(this.told)) return [];
    return readFileSync(this.told, "utf8").trim().split("\n").map((line) => {
      const { event, task } = JSON.parse(line);
      return `${event} ${task}`;
    });
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test({
  name: "the next change and inbox tell again, each time that the minutes have passed",
  ignore: isWindows,
  fn: async () => {
    using project = new Watched();
    await project.at(0, "start", "A");
    await project.at(1, "complete", "think");
    const first = ["waiting A"];
    await project.at(20, "note", "too early");
    await project.at(30, "inbox");
    assert.deepEqual(project.events, first);
    await project.at(32, "note", "late enough");
    const second = [...first, "still_waiting A"];
    assert.deepEqual(project.events, second);
    await project.at(33, "note", "told just now");
    await project.at(61, "inbox");
    assert.deepEqual(project.events, second);
    await project.at(63, "inbox");
    assert.deepEqual(project.events, [...second, "still_waiting A"]);
    await project.at(64, "approve", "ok", "--yes");
    await project.at(200, "note", "nothing waits");
    await project.at(201, "inbox");
    assert.deepEqual(project.events, [...second, "still_waiting A"]);
  },
});

Deno.test({
  name: "a change of one session tells again of another that waits",
  ignore: isWindows,
  fn: async () => {
    using project = new Watched();
    await project.at(0, "start", "A");
    await project.at(1, "complete", "think");
    await project.at(2, "start", "B");
    await project.at(40, "note", "in B");
    assert.deepEqual(project.events, ["waiting A", "still_waiting A"]);
  },
});

Deno.test({
  name: "a damaged memory is none; without git only wait tells again",
  ignore: isWindows,
  fn: async () => {
    using project = new Watched();
    await project.at(0, "start", "A");
    await project.at(1, "complete", "think");
    for (const [index, text] of ["", "{", "[1]", '{"x":"y"}', "\0"].entries()) {
      writeFileSync(project.memory, text);
      await project.at(40 * (index + 1), "inbox");
      assert.equal(project.events.length, index + 2, JSON.stringify(text));
    }
    using bare = new Watched(false);
    await bare.at(0, "start", "A");
    await bare.at(1, "complete", "think");
    await bare.at(99, "note", "late");
    await bare.at(199, "inbox");
    assert.deepEqual(bare.events, ["waiting A"]);
  },
});

Deno.test("it is time again by the later of two: when it began to wait, and when a person was told", () => {
  const since = new Date(BEGIN).toISOString();
  const time = (minutes: number) => new Date(BEGIN + minutes * 60_000);
  const due = (told: number | null, now: number, minutes = 30) =>
    isDue({ since }, {
      told: told === null ? undefined : time(told),
      now: time(now),
      minutes,
    });
  assert.deepEqual([due(null, 29), due(null, 30), due(10, 39), due(10, 40)], [
    false,
    true,
    false,
    true,
  ]);
  assert.equal(due(-60, 20), false, "told of something before");
  assert.equal(due(500, 40), true, "a clock that was wrong then");
  assert.equal(due(null, 500, 0), false);
});
