/** Every check of the state on a branch fires; what is pushed is healthy. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { testScenarios } from "./scenario.ts";
import { STATE } from "./scenarios_state.ts";
import { World } from "./world.ts";

testScenarios(STATE);

const CHECKED = ["state.place", "state.pushed", "state.server", "state.lost"];

Deno.test("a state that was pushed is healthy, and looking at it writes nothing", async () => {
  using world = new World();
  const server = join(world.scratch.top, "server.git");
  mkdirSync(server);
  await world.git("init", "-q");
  await world.git("init", "-q", "--bare", server);
  await world.git("remote", "add", "origin", server);
  world.env["ORCHESTRATOR_WEB_MODE"] = "1";
  await world.init();
  await world.start();
  await world.done("state", "push");
  const before = readTree(world.scratch.top);
  for (const id of CHECKED) assert.equal((await world.lookAt(id)).level, "ok", id);
  assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), []);
});

Deno.test("with --offline the server is not asked", async () => {
  using world = new World();
  await world.git("init", "-q");
  await world.git("remote", "add", "origin", "https://nowhere.invalid/x.git");
  world.env["ORCHESTRATOR_WEB_MODE"] = "1";
  await world.init();
  await world.start();
  world.offline = true;
  const report = await world.lookAt("state.server");
  assert.deepEqual([report.level, report.seen], ["skipped", "skipped (--offline)"]);
});
