/** There and back for every generation and every defect. */
import assert from "node:assert/strict";
import {
  answer,
  assertFoundAgain,
  assertSameTree,
  copiedRepository,
  FEEDBACK,
  hashesOf,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
  WORKFLOW,
} from "./old_repository.ts";
import { oldProjects } from "../../harness/old_projects.ts";
import type { Scratch } from "../../harness/scratch.ts";

/** Looks, moves over, moves over again, goes back; gives the answer of the first move. */
async function thereAndBack(
  scratch: Scratch,
  // deno-lint-ignore no-explicit-any -- the answer of migrate
  look: (data: any) => Promise<void> | void = () => {},
): Promise<void> {
  const before = treeOf(scratch);
  const hashes = hashesOf(scratch);
  const { data: planned } = await answer(scratch, "migrate", "--dry-run");
  assertSameTree(before, treeOf(scratch));

  const { data } = await answer(scratch, "migrate", "--yes");
  assert.equal(data.migrated, true);
  for (const part of ["moves", "sessions", "feedback", "stays", "total", "settings", "current"]) {
    assert.deepEqual(data[part], planned[part], `${part} of the dry run and of the real one`);
  }
  assert.deepEqual(
    data.files.map(({ from, to, bytes }: Record<string, unknown>) => ({ from, to, bytes })),
    planned.files,
  );
  await assertFoundAgain(scratch, hashes, data);
  const { data: verified } = await answer(scratch, "log", "verify", "--all");
  assert.ok(verified !== undefined);
  await look(data);

  const moved = treeOf(scratch);
  const { data: again } = await answer(scratch, "migrate", "--yes");
  assert.equal(again.migrated, false);
  assertSameTree(moved, treeOf(scratch));

  await answer(scratch, "migrate", "--rollback", "--yes");
  assertSameTree(before, treeOf(scratch));
}

for (const generation of [0, 1, 2, 3, 4, 5, 6, 7, 8]) {
  Deno.test(`there and back: generation ${generation}`, async () => {
    using scratch = oldRepository(repositoryOf(generation));
    await thereAndBack(scratch, async (data) => {
      const sessions: readonly { session: string; workflowId: string; name: string | null }[] =
        data.sessions;
      const session = sessions.find((one) => one.workflowId === WORKFLOW);
      assert.ok(session);
      assert.equal(data.current, session.session);
      const status = await answer(scratch, "status");
      assert.equal(status.data.session, session.session);
      assert.deepEqual(status.warnings, []);
      const { data: checkpoints } = await answer(scratch, "checkpoint", "list");
      assert.deepEqual(
        checkpoints.checkpoints.map(({ checkpoint }: { checkpoint: string }) => checkpoint),
        ["cp_20260105_090000_0a1b2c"],
      );
      const process = await answer(scratch, "feedback", "process", "list");
      assert.deepEqual(process.data.entries, [
        FEEDBACK.combined,
        FEEDBACK.captured,
        FEEDBACK.process,
      ]);
      const tool = await answer(scratch, "feedback", "tool", "list");
      assert.deepEqual(tool.data.entries, [FEEDBACK.tool]);
      assert.match(scratch.read("workflow.yaml"), /build_command: make/);
      assert.match(scratch.read("workflow.yaml"), /# keep/);
      assert.deepEqual(
        data.stays.filter((stay: { why: string }) => /unknown to the old tool/.test(stay.why)).map((
          stay: { path: string },
        ) => stay.path),
        [".workflow_custom.txt"],
      );
      if (generation < 5) {
        const finished = sessions.find((one) => one.workflowId === "wf_0000aaaa");
        assert.ok(finished);
        const shown = await answer(scratch, "session", "show", "wf_0000aaaa");
        assert.equal(shown.data.status, "completed");
        const log = JSON.stringify(await answer(scratch, "log", "--session", finished.session));
        assert.match(log, /two metres deep/);
        assert.match(log, /the hole is wanted/);
      } else {
        assert.equal(session.name, "0a1b2c3d");
        const byOldId = await answer(scratch, "session", "show", "0a1b2c3d");
        assert.equal(byOldId.data.session, session.session);
        assert.equal(scratch.read(".orchestrator/.gitignore"), "*.pid\n*.log\n*\n");
        assert.ok(scratch.exists(".orchestrator/worktrees/x/.git"));
      }
    });
  });
}

for (const { kind, name, root } of oldProjects) {
  Deno.test(`there and back with real data: ${kind}/${name}`, async () => {
    using scratch = copiedRepository(root);
    await thereAndBack(scratch, async (data) => {
      const status = await answer(scratch, "status");
      assert.equal(status.data.session, data.current);
      assert.equal(status.data.status, "active");
    });
  });
}

Deno.test("a state that is cut off is taken from its newest checkpoint", async () => {
  using scratch = oldRepository({
    ...repositoryOf(4),
    ".workflow_state.json": '{"workflow_id": "wf_7i',
  });
  await thereAndBack(scratch, async (data) => {
    const status = await answer(scratch, "status");
    assert.equal(status.data.status, "active");
    assert.equal(status.data.session, data.current);
    const shown = await answer(scratch, "session", "show", WORKFLOW);
    assert.equal(shown.data.session, data.current);
  });
});

Deno.test("a rollback is refused when a session moved on, and keeps it when told so", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const hashes = hashesOf(scratch);
  const { data } = await answer(scratch, "migrate", "--yes");
  await answer(scratch, "note", "work goes on");
  const moved = treeOf(scratch);
  const refused = await orchestrator(scratch, ["migrate", "--rollback", "--yes"]);
  assert.equal(refused.code, 5);
  assert.match(refused.stderr, new RegExp(data.current));
  assertSameTree(moved, treeOf(scratch));

  await answer(scratch, "migrate", "--rollback", "--yes", "--keep-new");
  const after = hashesOf(scratch);
  for (const [path, hash] of hashes) {
    assert.equal(after.get(path), hash, path);
  }
  const status = await answer(scratch, "status");
  assert.equal(status.data.session, data.current);
  assert.equal(status.data.notes.count, 1);
});

Deno.test("a rollback is refused when something new lies where an original belongs", async () => {
  using scratch = oldRepository(repositoryOf(4));
  await answer(scratch, "migrate", "--yes");
  scratch.write(".workflow_log.jsonl", "new\n");
  const moved = treeOf(scratch);
  const refused = await orchestrator(scratch, ["migrate", "--rollback", "--yes"]);
  assert.equal(refused.code, 5);
  assertSameTree(moved, treeOf(scratch));
});

Deno.test("without a migration there is nothing to roll back, and nothing is written", async () => {
  using scratch = oldRepository({ "README.md": "mine" });
  const before = treeOf(scratch);
  const refused = await orchestrator(scratch, ["migrate", "--rollback", "--yes"]);
  assert.equal(refused.code, 4);
  const nothing = await answer(scratch, "migrate", "--yes");
  assert.equal(nothing.data.migrated, false);
  assertSameTree(before, treeOf(scratch));
});

Deno.test("without a terminal migrate needs --yes, and writes nothing", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const before = treeOf(scratch);
  const refused = await orchestrator(scratch, ["migrate"]);
  assert.equal(refused.code, 2);
  const no = await orchestrator(scratch, ["migrate"], { terminal: 80, answers: [false] });
  assert.equal(no.code, 7);
  assert.match(no.stderr, /Would move/);
  assertSameTree(before, treeOf(scratch));
});

/** The repository's journal only grows: it tells of the migration, and that it was rolled back. */
function isOfJournal(path: string): boolean {
  return path.startsWith(".orchestrator/log/") || path === ".orchestrator/writer.json";
}

async function recorded(scratch: Scratch): Promise<readonly string[]> {
  const { data } = await answer(scratch, "log", "--repository");
  return data.events.map(({ type }: { type: string }) => type);
}

Deno.test("old files that come after a migration move over in a second one", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const before = treeOf(scratch);
  await answer(scratch, "migrate", "--yes");
  scratch.write(".workflow_log.jsonl", "late\n");
  const between = hashesOf(scratch);
  const { data } = await answer(scratch, "migrate", "--yes");
  assert.deepEqual(data.files.map((file: { to: string }) => file.to), [
    ".orchestrator/archive/.workflow_log.jsonl~2",
  ]);
  assert.equal(scratch.read(".orchestrator/archive/.workflow_log.jsonl~2"), "late\n");
  // Each of the two can be gone back on.
  await answer(scratch, "migrate", "--rollback", "--yes");
  const same = (hashes: ReadonlyMap<string, string>) =>
    [...hashes].filter(([path]) => path !== ".orchestrator/lock" && !isOfJournal(path));
  assert.deepEqual(same(hashesOf(scratch)), same(between));
  assert.deepEqual(await recorded(scratch), ["opened", "migrated", "migrated", "rolled_back"]);
  Deno.removeSync(scratch.path(".workflow_log.jsonl"));
  await answer(scratch, "migrate", "--rollback", "--yes");
  assertSameTree(before, treeOf(scratch));
});

Deno.test("--force-from-old replaces a session, which goes to the backup and comes back", async () => {
  using scratch = oldRepository(repositoryOf(4));
  await answer(scratch, "note", "in the new layout");
  const state = JSON.parse(scratch.read(".workflow_state.json"));
  Deno.chmodSync(scratch.path(".workflow_state.json"), 0o644);
  scratch.write(".workflow_state.json", JSON.stringify({ ...state, task_description: "Changed" }));
  const before = hashesOf(scratch);

  const dry = await answer(scratch, "migrate", "--dry-run");
  assert.equal(dry.data.conflicts.length, 1);
  assert.equal(dry.data.conflicts[0].resolution, "new");
  assert.ok(dry.warnings.some((text: string) => /changed after it was imported/.test(text)));
  const told = await answer(scratch, "status");
  assert.ok(told.warnings.some((text: string) => /changed after it was imported/.test(text)));

  const { data } = await answer(scratch, "migrate", "--yes", "--force-from-old");
  const status = await answer(scratch, "status");
  assert.equal(status.data.task, "Changed");
  assert.equal(status.data.notes.count, 0);
  assert.ok(scratch.exists(`${data.backup}/sessions/${data.current}/log.jsonl`));

  await answer(scratch, "migrate", "--rollback", "--yes");
  const back = await answer(scratch, "status");
  assert.equal(back.data.notes.count, 1);
  const after = hashesOf(scratch);
  for (const [path, hash] of before) {
    if (!path.endsWith("/lock") && !isOfJournal(path)) assert.equal(after.get(path), hash, path);
  }
  assert.deepEqual(await recorded(scratch), [
    "opened",
    "sessions_imported",
    "migrated",
    "rolled_back",
    "sessions_restored",
  ]);
});
