import assert from "node:assert/strict";
import { join } from "node:path";
import { runInProcess } from "../../harness/running.ts";
import { ProgressLine } from "../../../src/cli/output/progress_line.ts";
import { makeProject } from "../../../scripts/bench_projects.ts";
import { scratchEnvironment } from "../../harness/scratch.ts";
import { World } from "./world.ts";

/** A project with more state than is done in an instant. */
async function large(): Promise<World> {
  const world = new World();
  const note = () => "word ".repeat(2e5);
  await makeProject(world.scratch.root, { sessions: 1, events: 36, note });
  return world;
}

const CLEARED = "\r\x1b[K";

Deno.test("a large snapshot says how far it is, on a terminal only, and leaves no trace of it", async () => {
  using here = await large();
  using there = new World();
  const file = join(here.scratch.top, "state.tar.gz");
  const commands: readonly (readonly [World, readonly string[], readonly RegExp[]])[] = [
    [here, ["export", "-o", file], [/\rReading 32 MiB/, /\rWriting \d+ % of 3\d\.\d MiB/]],
    [here, ["inspect", file], [/\rReading \d+ % of 3\d\.\d MiB/]],
    [there, ["import", file], [
      /\rReading \d+ % of 3\d\.\d MiB/,
      /\rChecking 100 % of 3\d\.\d MiB/,
      /\rImporting 100 % of 3\d\.\d MiB/,
    ]],
  ];
  for (const [world, words, expected] of commands) {
    const played = async (terminal: number | undefined, ...more: readonly string[]) => {
      const { scratch } = world;
      const result = await runInProcess(["snapshot", ...words, ...more], {
        cwd: scratch.root,
        env: scratchEnvironment(scratch),
        ...(terminal === undefined ? {} : { terminal }),
      });
      assert.equal(result.code, 0, result.stderr);
      return result.stderr;
    };
    const seen = await played(80);
    for (const text of expected) assert.match(seen, text);
    assert.ok(seen.endsWith(CLEARED));
    assert.ok(!seen.includes("\n"), "one line, rewritten");
    const again = words[0] === "export" ? ["--force"] : [];
    assert.equal(await played(undefined, ...again), "");
    assert.equal(await played(80, "--quiet", ...again), "");
    assert.equal(await played(80, "--json", ...again), "");
  }
});

Deno.test("a small one says nothing of it", () => {
  const written: string[] = [];
  const line = new ProgressLine((text) => void written.push(text));
  line.show("read", 1e6, null);
  line.show("write", 1e6, 2e6);
  line.clear();
  assert.deepEqual(written, []);
});
