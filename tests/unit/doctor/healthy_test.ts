/** What is healthy gives no finding above info, whatever it is. */
import assert from "node:assert/strict";
import { chmodSync, cpSync } from "node:fs";
import { type Level, SEVERITY } from "../../../src/doctor/check.ts";
import { CHECKS } from "../../../src/doctor/checks/mod.ts";
import { oldProjects } from "../../harness/old_projects.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { fixture } from "../legacy/old_project.ts";
import { World } from "./world.ts";

/** Looks closely and not so closely; changes nothing. */
async function assertHealthy(world: World, except: readonly string[] = []): Promise<void> {
  for (const deep of [false, true]) {
    world.deep = deep;
    const before = readTree(world.scratch.top);
    const reports = await world.look(CHECKS);
    assert.equal(reports.length, CHECKS.length);
    const bad = reports.filter(({ level, id }) =>
      SEVERITY[level] > SEVERITY.info && !except.includes(id)
    );
    assert.deepEqual(bad.map(({ id, level, seen }) => `${id}: ${level}: ${seen}`), []);
    assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), []);
  }
}

Deno.test("an empty folder is healthy", async () => {
  using world = new World();
  await assertHealthy(world);
});

Deno.test("a new project in git, as init makes it, is healthy", async () => {
  using world = new World();
  await world.git("init", "-q");
  await world.done("init");
  await assertHealthy(world);
  await world.start();
  await assertHealthy(world);
});

Deno.test("a portable project that is committed is healthy", async () => {
  using world = new World();
  await world.git("init", "-q");
  await world.init("--portable");
  await world.start();
  await world.git("add", "-A");
  await world.git("commit", "-qm", "Begin");
  await assertHealthy(world);
});

Deno.test("a portable project whose line ends a checkout changed is healthy", async () => {
  using world = new World();
  await world.init("--portable");
  await world.start();
  for (const path of [world.ofSession("workflow.yaml"), world.ofSession("log.jsonl")]) {
    world.edit(path, (text) => text.replaceAll("\n", "\r\n"));
  }
  await assertHealthy(world);
});

Deno.test("a project with a finished, an ended and an active session is healthy", async () => {
  using world = new World();
  await world.init();
  await world.start("First");
  await world.done("complete", "plan");
  await world.done("advance");
  await world.done("complete", "done");
  await world.done("finish");
  await assertHealthy(world);
  await world.start("Second");
  await world.done("session", "end", world.session, "--reason", "no longer wanted");
  await world.start("Third");
  await world.done("note", "Going on");
  await world.done("checkpoint", "create");
  await assertHealthy(world);
});

Deno.test("a project with configuration, secrets and agents is healthy", async () => {
  using world = new World();
  await world.git("init", "-q");
  await world.init();
  world.env["CLAUDECODE"] = "1";
  world.env["CLAUDE_CODE_SESSION_ID"] = "0f2b7a60";
  await world.start();
  world.secret("API_KEY", "kj3Hd83nSkw0");
  world.write(world.state("config.yaml"), "secrets:\n  required: [API_KEY]\n", 0o644);
  await assertHealthy(world);
});

Deno.test("an ephemeral machine is no fault where the state is kept elsewhere", async () => {
  using world = new World();
  await world.init();
  await world.start();
  await world.run("init", "--portable");
  Object.assign(world.env, { GITHUB_ACTIONS: "true", CI: "true", CODESPACES: "true" });
  await assertHealthy(world);
});

for (const name of ["g0", "g1", "g2", "g3", "g4", "g5", "g6"]) {
  Deno.test(`an old workflow is healthy, read and taken over: ${name}`, async () => {
    using world = new World();
    world.scratch.write(".workflow_state.json", fixture(`states/${name}.json`));
    await assertHealthy(world);
    await world.run("note", "Going on");
    await assertHealthy(world);
  });
}

/** What is wrong with those that were made damaged, and at which level it must be said. */
const DAMAGED: Readonly<Record<string, Readonly<Record<string, Level>>>> = {
  "empty-state": { "layout.old-damaged": "error" },
  "truncated-state": { "layout.old-damaged": "error" },
  "symlinked-state": { "layout.old-damaged": "error" },
  "v3-dangling-current": { "layout.old-findings": "warning" },
  "v3-missing-current": { "layout.old-findings": "warning" },
  "v3-tampered-checksum": { "layout.old-checksum": "warning" },
};

for (const { name, root } of oldProjects) {
  Deno.test({
    name: `a repository of the old tool: ${name}`,
    fn: async () => {
      using world = new World();
      cpSync(root, world.root, { recursive: true, verbatimSymlinks: true });
      chmodSync(world.root, 0o755);
      const damage = DAMAGED[name] ?? {};
      await assertHealthy(world, Object.keys(damage));
      for (const [id, level] of Object.entries(damage)) {
        assert.equal((await world.lookAt(id)).level, level, id);
      }
    },
  });
}
