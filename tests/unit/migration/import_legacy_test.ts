/** `import-legacy`: reads an old state from anywhere, and writes nothing there. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { Scratch } from "../../harness/scratch.ts";
import {
  answer,
  assertSameTree,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
  WORKFLOW,
} from "./old_repository.ts";

for (const generation of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`import-legacy reads a repository of generation ${generation}`, async () => {
    using old = oldRepository(repositoryOf(generation));
    using here = new Scratch({ "README.md": "mine" });
    const before = treeOf(old);
    const { data } = await answer(here, "import-legacy", old.root, "--name", "brought");
    assert.equal(data.imported, true);
    assert.equal(data.workflowId, WORKFLOW);
    assert.equal(data.generation, `G${generation}`);
    const status = await answer(here, "status", "--session", "brought");
    assert.equal(status.data.session, data.session);
    const { data: checkpoints } = await answer(here, "checkpoint", "list");
    assert.equal(checkpoints.checkpoints.length, 1);
    await answer(here, "note", "work goes on here");

    const again = await answer(here, "import-legacy", old.root);
    assert.equal(again.data.imported, false);
    assert.equal(again.data.session, data.session);
    assert.equal((await answer(here, "session", "list")).data.total, 1);
    await answer(here, "log", "verify", "--all");
    assertSameTree(before, treeOf(old));
  });
}

Deno.test("import-legacy reads a state file, a checkpoint and a session's folder", async () => {
  using scattered = oldRepository(repositoryOf(4));
  using folders = oldRepository(repositoryOf(8));
  using here = new Scratch();
  const from = async (path: string) => (await answer(here, "import-legacy", path)).data;
  const one = await from(scattered.path(".workflow_state.json"));
  assert.equal(one.generation, "G4");
  const two = await from(folders.path(".orchestrator/sessions/0a1b2c3d"));
  const three = await from(
    scattered.path(".workflow_checkpoints/cp_20260105_090000_0a1b2c.json"),
  );
  // One workflow, three states of it: three sessions.
  assert.equal(new Set([one.session, two.session, three.session]).size, 3);
  assert.equal((await answer(here, "session", "list")).data.total, 3);
});

Deno.test("import-legacy tells the generation of a lone session's folder", async () => {
  using old = oldRepository(repositoryOf(5));
  using here = new Scratch();
  const folder = old.path(".orchestrator/sessions/0a1b2c3d");
  const { data } = await answer(here, "import-legacy", folder);
  assert.equal(data.generation, "G5");
  const whole = await answer(here, "import-legacy", old.root);
  assert.equal(whole.data.imported, false);
});

Deno.test("import-legacy names a workflow where several are", async () => {
  using old = oldRepository(repositoryOf(4));
  using here = new Scratch();
  const { data } = await answer(here, "import-legacy", old.root, "--workflow", "wf_0000aaaa");
  assert.equal(data.status, "completed");
  const unknown = await orchestrator(here, ["import-legacy", old.root, "--workflow", "wf_none"]);
  assert.equal(unknown.code, 4);
});

Deno.test("import-legacy refuses what is no state, and makes nothing", async () => {
  using here = new Scratch({ "notes.json": '{"a": 1}', "cut.json": '{"workflow_id": "wf_' });
  for (
    const [path, code] of [["notes.json", 8], ["cut.json", 8], ["nowhere", 4], [".", 4]] as const
  ) {
    const { code: ended, stderr } = await orchestrator(here, ["import-legacy", path]);
    assert.equal(ended, code, stderr);
  }
  assert.equal(here.exists(".orchestrator"), false);
});

Deno.test({
  name: "import-legacy reads what may not be written",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using old = oldRepository(repositoryOf(4));
    using here = new Scratch();
    chmodSync(old.root, 0o555);
    const { data } = await answer(here, "import-legacy", old.root);
    assert.equal(data.imported, true);
    chmodSync(old.root, 0o755);
  },
});
