/** The session that one way of a session goes on as, whatever happened on it. */
import assert from "node:assert/strict";
import { visitHistoryFile } from "../../../src/session/history.ts";
import { collectSession } from "../../../src/snapshot/collect.ts";
import { checkFromFiles, type Incoming } from "../../../src/snapshot/incoming.ts";
import { createIncoming } from "../../../src/snapshot/put_session.ts";
import { branchSession } from "../../../src/state_branch/diverged.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { historyLength, type NewEvent } from "../../../src/workflow/events.ts";
import type { SessionState } from "../../../src/workflow/state.ts";
import { A, managed, start } from "../session/sessions.ts";

/** A session with notes behind its start. */
async function withNotes(count: number, text: string): Promise<Incoming> {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager, A);
  const events = Array.from({ length: count }, (_, number): NewEvent => ({
    type: "note_added",
    data: { text: `${number} ${text}`, phase: null },
  }));
  await manager.change(A, "note", () => ({ value: { events } }));
  const { files } = await collectSession(backend, A);
  return checkFromFiles(
    A,
    await Promise.all(files.map(async (file) => [file.name, await file.read()] as const)),
  );
}

function historyOf({ events }: Incoming): unknown {
  const [first] = events;
  assert.ok(first?.type === "session_imported");
  return first.data.history;
}

Deno.test("a branch session keeps what happened on its way in its first event", async () => {
  const here = await withNotes(3, "short");
  const branch = branchSession(here, 1);
  assert.deepEqual(historyOf(branch), here.lines.slice(1).map((line) => JSON.parse(line)));
  assert.deepEqual(branchSession(here, 1).lines, branch.lines, "every process makes the same one");
});

Deno.test("a branch session keeps what fits in no line as a file", async () => {
  const here = await withNotes(1000, "long ".repeat(950));
  const branch = branchSession(here, 1);
  assert.deepEqual(branchSession(here, 1).lines, branch.lines, "every process makes the same one");
  const history = historyOf(branch);
  assert.equal(historyLength(history), 1000);
  assert.deepEqual(branch.state.history, history);
  const backend = new MemoryBackend();
  await createIncoming(backend, branch);
  assert.ok(branch.state.history);
  const values: unknown[] = [];
  await visitHistoryFile(
    backend,
    branch.id,
    branch.state.history,
    (value) => values.push(JSON.parse(value ?? "")),
  );
  assert.deepEqual(values, here.lines.slice(1).map((line) => JSON.parse(line)));
  assert.equal((await managed(backend).manager.verify(branch.id)).history, null);
});

Deno.test("a branch session says where its definition came from, as the session does", async () => {
  const here = await withNotes(1, "short");
  const state: SessionState = {
    ...here.state,
    overriddenSettings: ["test_command"],
    definitionOrigin: {
      path: "easy.yaml",
      chosen: "argument",
      blob: "b",
      usual: "workflow.yaml",
      committed: false,
      head: "differs",
      main: null,
      folder: "differs",
      sha256: "a".repeat(64),
    },
    namesakes: { count: 1, recent: [{ session: "s", same: "task", status: "abandoned" }] },
  };
  const { state: branch } = branchSession({ ...here, state }, 1);
  assert.deepEqual(branch.overriddenSettings, state.overriddenSettings);
  assert.deepEqual(branch.definitionOrigin, state.definitionOrigin);
  assert.deepEqual(branch.namesakes, state.namesakes);
  const without = branchSession(here, 1).state;
  assert.deepEqual([without.overriddenSettings, without.definitionOrigin], [[], undefined]);
});
