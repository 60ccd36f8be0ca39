/** A state directory that cannot be used as a whole is one cause, and one finding. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, symlinkSync } from "node:fs";
import { CHECKS } from "../../../src/doctor/checks/mod.ts";
import { examine } from "../../../src/doctor/doctor.ts";
import { World } from "./world.ts";

const ignore = Deno.build.os === "windows";

/** What is there instead of a directory, and what is said of it. */
const KINDS: Readonly<Record<string, readonly [make: (world: World) => unknown, seen: RegExp]>> = {
  "a link that git tracks": [async (world) => {
    symlinkSync("elsewhere", world.state());
    await world.git("add", "-f", ".orchestrator");
  }, /^\.orchestrator is a link to elsewhere that git tracks: it is not used$/],
  "a link that git tracks, to nothing": [async (world) => {
    symlinkSync("nowhere", world.state());
    await world.git("add", "-f", ".orchestrator");
  }, /that git tracks: it is not used$/],
  "a link to nothing": [
    (world) => symlinkSync("nowhere", world.state()),
    /^\.orchestrator is a link to nowhere, which is not a directory: it is not used$/,
  ],
  "a link to a file": [
    (world) => symlinkSync("workflow.yaml", world.state()),
    /link to workflow\.yaml, which is not a directory/,
  ],
  "a link to itself": [
    (world) => symlinkSync(".orchestrator", world.state()),
    /^\.orchestrator cannot be read \(ELOOP\)$|which is not a directory/,
  ],
  "a file": [
    (world) => world.write(world.state(), "hello"),
    /^\.orchestrator is not a directory: it is not used$/,
  ],
};

for (const [kind, [make, seen]] of Object.entries(KINDS)) {
  for (const content of ["a session", "nothing"]) {
    Deno.test({
      name: `the state directory is ${kind}, with ${content} elsewhere: doctor finds one cause`,
      ignore,
      fn: async () => {
        using world = new World();
        await world.git("init", "-q");
        await world.init();
        if (content === "a session") {
          await world.start();
          renameSync(world.state(), world.scratch.path("elsewhere"));
        } else {
          renameSync(world.state(), world.scratch.path("unused"));
          mkdirSync(world.scratch.path("elsewhere"));
        }
        await make(world);
        const reports = await examine(CHECKS, world.examination(), {
          fix: false,
          dryRun: false,
          again: () => world.examination(),
        });
        const bad = reports.filter(({ level }) => level === "warning" || level === "error");
        assert.deepEqual(bad.map(({ id, level }) => [id, level]), [
          ["project.initialised", "error"],
        ], bad.map(({ id, seen }) => `${id}: ${seen}`).join("\n"));
        assert.match(bad[0]?.seen ?? "", seen);
      },
    });
  }
}
