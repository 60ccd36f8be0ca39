/** What is listed as an emulator's failure is watched, too. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startInProcess } from "../harness/running.ts";
import { FLOW, type Step } from "./flow.ts";
import type { KnownFailure } from "./known_failures.ts";
import { play } from "./run_flow.ts";
import { World } from "./world.ts";

Deno.test("a step that fails is a problem unless it is listed, and a listed one that passes is one", async () => {
  const top = mkdtempSync(join(tmpdir(), "orchestrator-system-"));
  try {
    const world = new World({
      top,
      target: "none",
      minute: "",
      windows: false,
      path: (path) => path,
      start: (argv, surroundings) => startInProcess(argv, surroundings),
    });
    const steps: readonly Step[] = [
      { does: "passes", run: ({ run }) => run(["--version"]) },
      { does: "fails", run: ({ run }) => run(["--version"], { exit: 1 }) },
      { does: "passes again", run: ({ run }) => run(["--version"], { says: /orchestrator/ }) },
      { does: "says something else", run: ({ run }) => run(["--version"], { says: /nothing/ }) },
    ];
    const listed = (...names: readonly string[]): readonly KnownFailure[] =>
      names.map((step) => ({ system: "none", step, why: "of the emulator" }));
    const told = async (...names: readonly string[]) =>
      (await play(steps, world, listed(...names))).map((problem) => problem.replace(/:[^]*/, ""));
    assert.deepEqual(await told(), ["fails", "says something else"]);
    assert.deepEqual(await told("fails", "says something else"), []);
    assert.deepEqual(await told("fails", "passes again"), ["passes again", "says something else"]);
    assert.deepEqual(await told("fails", "says something else", "gone"), ["gone"]);
  } finally {
    rmSync(top, { recursive: true });
  }
});

Deno.test("each step of the flow has a name of its own", () => {
  assert.equal(new Set(FLOW.map(({ does }) => does)).size, FLOW.length);
  assert.ok(FLOW.length >= 50, `only ${FLOW.length} steps`);
});
