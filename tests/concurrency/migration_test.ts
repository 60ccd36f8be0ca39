/**
 * Twenty processes migrate one repository at once while others read and change it: one migration
 * happens, and no process ever sees half of it.
 */
import assert from "node:assert/strict";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { type Scratch, scratchEnvironment } from "../harness/scratch.ts";
import {
  hashesOf,
  oldRepository,
  repositoryOf,
  WORKFLOW,
} from "../unit/migration/old_repository.ts";

interface OpenItem {
  readonly id: string;
  readonly status: string;
  readonly proof: { readonly verification: { readonly type: string }; readonly evidence: boolean };
}

const MOVERS = 20;
const READERS = 4;
const ITEMS = ["compute", "typeset", "constructor"];

for (const generation of [4, 8]) {
  Deno.test({
    name: `twenty migrations at once, with readers and writers: generation ${generation}`,
    ignore: !executableAvailable,
    fn: () => crowd(generation),
  });
}

async function crowd(generation: number): Promise<void> {
  using scratch = oldRepository(repositoryOf(generation));
  const originals = hashesOf(scratch);
  const program = await executable();
  const run = (...argv: string[]) =>
    runProcess(program, [...argv, "--json", "--lock-timeout", "60"], {
      cwd: scratch.root,
      env: scratchEnvironment(scratch, { ORCHESTRATOR_ACTOR: "anna" }),
    });
  const first = JSON.parse((await run("status")).stdout).data;
  let moving = true;
  const seen: string[] = [];
  const reader = async () => {
    while (moving) {
      const status = await run("status");
      assert.equal(status.code, 0, status.stderr);
      const { data } = JSON.parse(status.stdout);
      assert.equal(data.session, first.session);
      assert.equal(data.task, first.task);
      assert.equal(data.progress.total, first.progress.total);
      const shown = await run("session", "show", WORKFLOW);
      assert.equal(shown.code, 0, shown.stderr);
      const list = await run("session", "list");
      assert.equal(list.code, 0, list.stderr);
      const ids: string[] = JSON.parse(list.stdout).data.sessions.map((row: { session: string }) =>
        row.session
      );
      assert.equal(new Set(ids).size, ids.length, "no session is listed twice");
      assert.ok(ids.includes(first.session));
      seen.push(ids.join());
    }
  };
  const writer = async (text: string) => {
    const { code, stderr } = await run("note", text);
    assert.equal(code, 0, stderr);
  };
  const readers = Array.from({ length: READERS }, reader);
  const open = first.items.find((item: OpenItem) =>
    item.status === "pending" && item.proof.verification.type === "none" && !item.proof.evidence
  );
  const complete = async () => {
    const { code, stderr } = await run("complete", open.id);
    assert.equal(code, 0, stderr);
  };
  const writers = [...ITEMS.map(writer), complete()];
  const movers = await Promise.all(
    Array.from({ length: MOVERS }, () => run("migrate", "--yes")),
  );
  await Promise.all(writers);
  moving = false;
  await Promise.all(readers);
  for (const { code, stderr } of movers) assert.equal(code, 0, stderr);
  const migrated = movers.map(({ stdout }) => JSON.parse(stdout).data)
    .filter((data) => data.migrated);
  assert.equal(migrated.length, 1, "one migration happens");
  const last = JSON.parse((await run("status")).stdout).data;
  assert.equal(last.session, first.session);
  assert.equal(last.notes.count, ITEMS.length);
  const completed = last.items.find((item: OpenItem) => item.id === open.id);
  assert.equal(completed.status, "completed");
  const verified = await run("log", "verify", "--all");
  assert.equal(verified.code, 0, verified.stderr);
  assertAllMoved(scratch, originals, migrated[0].files);
  assert.ok(seen.length > 0);
}

function assertAllMoved(
  scratch: Scratch,
  originals: ReadonlyMap<string, string>,
  files: readonly { readonly from: string; readonly to: string }[],
): void {
  const now = hashesOf(scratch);
  assert.ok(files.length > 10);
  for (const { from, to } of files) {
    assert.equal(now.get(to), originals.get(from), from);
    assert.equal(now.has(from), false);
  }
}
