import assert from "node:assert/strict";
import { eventsFrom } from "../../../src/session/read_events.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { addFeedbackLine, readFeedback } from "../../../src/session/feedback.ts";
import { loadSession } from "../../../src/session/load.ts";
import { newLineage, newSessionId } from "../../../src/session/session_id.ts";
import { decodeState } from "../../../src/session/state_cache.ts";
import { summarise } from "../../../src/session/summary.ts";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import { SESSION_ID } from "../../../src/storage/keys.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import type { NewEvent } from "../../../src/workflow/events.ts";
import { PERSON } from "../workflow/session_builder.ts";
import {
  A,
  abandon,
  act,
  B,
  complete,
  forged,
  inFiles,
  managed,
  note,
  refusal,
  start,
} from "./sessions.ts";

const STATE = `sessions/${A}/state.json`;
const META = `sessions/${A}/meta.json`;

function inMemory(options?: Parameters<typeof managed>[1]) {
  const backend = new MemoryBackend();
  return { backend, ...managed(backend, options) };
}

/** A backend one of whose methods fails for some arguments. */
function failing(
  backend: StorageBackend,
  method: keyof StorageBackend,
  when: (...args: never[]) => boolean = () => true,
): StorageBackend {
  return new Proxy(backend, {
    get(target, name) {
      const found = Reflect.get(target, name);
      if (typeof found !== "function") return found;
      if (name !== method) return found.bind(target);
      return (...args: never[]) =>
        when(...args)
          ? Promise.reject(new OrchestratorError("no_space", "Cannot write: no space is left"))
          : found.apply(target, args);
    },
  });
}

Deno.test("ids: 65 random bits as 13 base32 digits, lineages 100", () => {
  const ids = new Set(Array.from({ length: 200 }, newSessionId));
  assert.equal(ids.size, 200);
  for (const id of ids) assert.match(id, SESSION_ID);
  assert.match(newLineage(), /^[a-z2-7]{20}$/);
});

Deno.test("create: a session appears with all its files, its state among them", async () => {
  const { backend, manager, warnings } = inMemory();
  await start(manager, A, { name: "login" });
  assert.deepEqual(await manager.listSessions(), [A]);
  assert.deepEqual(await backend.listBlobs(`sessions/${A}/`), [
    META,
    STATE,
    `sessions/${A}/workflow.yaml`,
  ]);
  const { state, head, rebuilt } = await manager.load(A);
  assert.equal(rebuilt, null);
  assert.equal(state.name, "login");
  assert.ok((await backend.readJournal(A, head)).unchanged, "reading it needs no replay");
  assert.deepEqual(await manager.meta(A), {
    id: A,
    name: "login",
    task: `Task of ${A}`,
    created: "2026-01-01T00:00:00.000Z",
    actor: PERSON,
    branch: "main",
    parent: null,
  });
  assert.deepEqual(warnings, []);
});

Deno.test("create: in files, the etag holds once the folder has its name", () =>
  inFiles(async ({ backend, manager }) => {
    await start(manager);
    const { head } = await manager.load(A);
    assert.ok((await backend.readJournal(A, head)).unchanged);
  }));

Deno.test("create: first events that begin no session make none", async () => {
  const { backend, manager } = inMemory();
  const wrong: NewEvent[][] = [
    [],
    [{ type: "note_added", data: { text: "x", phase: null } }],
  ];
  for (const events of wrong) {
    await refusal(
      "journal_corrupt",
      manager.createSession({
        id: A,
        events,
        meta: { name: null, task: "", branch: null, parent: null },
        workflow: "",
      }),
    );
  }
  assert.deepEqual(await backend.sessions(), []);
});

Deno.test("change: the events are in the journal, stamped, and in state.json", async () => {
  let now = Date.UTC(2026, 0, 1);
  const { backend, manager } = inMemory({ now: () => new Date(now) });
  await start(manager);
  now += 1000;
  const change = await act(manager, A, complete("a"));
  assert.equal(change.already, null);
  assert.deepEqual(
    change.events.map(({ seq, type, time, actor }) => [seq, type, time, actor]),
    [[2, "item_completed", "2026-01-01T00:00:01.000Z", PERSON]],
  );
  assert.deepEqual(await eventsFrom(manager.backend, A, 2), change.events);
  const cached = decodeState(await backend.readText(STATE) ?? "", A);
  assert.deepEqual(cached?.state, JSON.parse(JSON.stringify(change.state)));
});

Deno.test("change: a refusal changes nothing", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  const before = [await backend.readJournal(A), await backend.readText(STATE)];
  await refusal("phase_blocked", act(manager, A, { kind: "advance" }));
  await refusal("item_unknown", act(manager, A, complete("nothing")));
  assert.deepEqual([await backend.readJournal(A), await backend.readText(STATE)], before);
});

Deno.test("change: what is done already writes nothing", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  await act(manager, A, complete("a"));
  const before = [await backend.readJournal(A), await backend.readText(STATE)];
  const change = await act(manager, A, complete("a"));
  assert.match(change.already ?? "", /already/);
  assert.deepEqual(change.events, []);
  assert.equal(change.state.seq, 2);
  assert.deepEqual([await backend.readJournal(A), await backend.readText(STATE)], before);
});

Deno.test("change: what is done already still puts a state.json right", async () => {
  const { backend, manager, warnings } = inMemory();
  await start(manager);
  await act(manager, A, complete("a"));
  await backend.removeBlob(STATE);
  await act(manager, A, complete("a"));
  assert.equal((await loadSession(backend, A)).rebuilt, null);
  assert.match(warnings.join(), /was rebuilt from the journal/);
});

Deno.test("change: a refusal on a state read from the journal does not claim to have rebuilt it", async () => {
  const { backend, manager, warnings } = inMemory();
  await start(manager);
  await backend.removeBlob(STATE);
  await refusal("phase_blocked", act(manager, A, { kind: "advance" }));
  assert.equal(await backend.readText(STATE), null);
  assert.match(warnings.join(), /its state was read from the journal/);
});

Deno.test("change: a clock that goes backwards is no matter", async () => {
  let now = Date.UTC(2026, 5, 1);
  const { backend, manager, warnings } = inMemory({ now: () => new Date(now) });
  await start(manager);
  now = Date.UTC(2020, 0, 1);
  await act(manager, A, note("from the past"));
  now = Date.UTC(2026, 5, 2);
  await act(manager, A, complete("a"));
  assert.equal((await manager.verify(A)).bad, null);
  assert.equal((await loadSession(backend, A)).rebuilt, null);
  assert.deepEqual(warnings, []);
});

Deno.test("change: a state.json that cannot be written is a warning, the change stands", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  const { manager: hampered, warnings } = managed(failing(backend, "writeBlob"));
  const change = await act(hampered, A, complete("a"));
  assert.equal(change.events.length, 1);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /is in the journal, but state.json is outdated: .*no space/);
  const next = await loadSession(backend, A);
  assert.equal(next.rebuilt, "behind");
  assert.equal(next.state.phases["PLAN"]?.items["a"]?.status, "completed");
  await act(manager, A, complete("b"));
  assert.equal((await loadSession(backend, A)).rebuilt, null);
  assert.equal((await manager.verify(A)).lines, 3);
});

Deno.test("change: an append that fails changes nothing, and the next one works", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  const before = [await backend.readJournal(A), await backend.readText(STATE)];
  await refusal("no_space", act(managed(failing(backend, "append")).manager, A, complete("a")));
  assert.deepEqual([await backend.readJournal(A), await backend.readText(STATE)], before);
  assert.deepEqual(await backend.holder({ session: A }), { state: "free" });
  await act(manager, A, complete("a"));
});

Deno.test("change: a state that cannot be derived never gets into the journal", async () => {
  const { manager } = inMemory();
  await start(manager);
  const broken = { type: "item_completed", data: null } as unknown as NewEvent;
  await assert.rejects(
    manager.change(A, "break", () => ({ value: { events: [broken] } })),
    TypeError,
  );
  assert.equal((await manager.verify(A)).lines, 1);
  await act(manager, A, complete("a"));
});

Deno.test("change: a state.json of another journal of the same etag is not appended behind", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  await act(manager, A, note("two"));
  const text = await backend.readText(STATE) ?? "";
  // As if the journal were shorter by a line, with an etag that says it is untouched.
  const lie = forged(text, (content) => {
    const state = content["state"] as { seq: number };
    content["seq"] = 1;
    content["state"] = { ...state, seq: 1 };
  });
  await backend.writeBlob(STATE, lie);
  await refusal("journal_corrupt", act(manager, A, note("three")));
  const read = await backend.readJournal(A);
  assert.equal(!read.unchanged && read.lines.length, 2);
  await backend.removeBlob(STATE);
  await act(manager, A, note("three"));
  assert.equal((await manager.verify(A)).bad, null);
});

Deno.test("change: many at once are one after the other", () =>
  inFiles(async ({ backend, manager }) => {
    await start(manager);
    const others = [manager, managed(backend).manager, managed(backend).manager];
    await Promise.all(
      Array.from(
        { length: 15 },
        (_, index) => act(others[index % 3] ?? manager, A, note(`${index}`)),
      ),
    );
    const events = await eventsFrom(manager.backend, A, 2);
    const texts = events.map((event) => event.type === "note_added" ? Number(event.data.text) : -1);
    assert.deepEqual(texts.sort((a, b) => a - b), Array.from({ length: 15 }, (_, index) => index));
    const { bad, rebuilt, lines } = await manager.verify(A);
    assert.deepEqual({ bad, rebuilt, lines }, { bad: null, rebuilt: null, lines: 16 });
  }));

Deno.test("change: unknown fields of state.json and meta.json are carried along", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  await backend.writeBlob(
    STATE,
    forged(await backend.readText(STATE) ?? "", (content) => content["later"] = { more: 1 }),
  );
  const meta = JSON.parse(await backend.readText(META) ?? "");
  await backend.writeBlob(META, JSON.stringify({ ...meta, later: [2] }));
  await act(manager, A, { kind: "rename", name: "login" });
  assert.deepEqual((await loadSession(backend, A)).unknown, { later: { more: 1 } });
  const renamed = JSON.parse(await backend.readText(META) ?? "");
  assert.deepEqual(renamed, { ...meta, later: [2], name: "login" });
});

Deno.test("rename: a name that did not get into meta.json gets there with the next change", async () => {
  for (const next of [note("x"), { kind: "rename", name: "login" } as const]) {
    const { backend, manager } = inMemory();
    await start(manager);
    const hampered = managed(failing(backend, "writeBlob")).manager;
    await act(hampered, A, { kind: "rename", name: "login" });
    assert.equal((await manager.meta(A))?.name, null);
    await act(manager, A, next);
    assert.equal((await manager.meta(A))?.name, "login");
    assert.equal((await manager.load(A)).state.name, "login");
  }
});

Deno.test("meta: a missing one is created again, a damaged one is left alone", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  await backend.removeBlob(META);
  assert.equal(await manager.meta(A), null);
  await act(manager, A, { kind: "rename", name: "login" });
  assert.equal((await manager.meta(A))?.name, "login");
  assert.equal((await manager.meta(A))?.task, `Task of ${A}`);
  for (const damage of ["", "{", "5", '"x"', "null"]) {
    await backend.writeBlob(META, damage);
    assert.equal(await manager.meta(A), null, damage);
    await act(manager, A, { kind: "rename", name: `n${damage.length}` });
    assert.equal(await backend.readText(META), damage);
  }
});

Deno.test("verify: says what is there, and never throws for what is bad", () =>
  inFiles(async ({ manager, edit, file }) => {
    await start(manager);
    await act(manager, A, note("two"));
    const fine = {
      session: A,
      lines: 2,
      bad: null,
      lost: null,
      tornBytes: 0,
      lineEnds: "line feeds",
      rebuilt: null,
      unknown: null,
      beforeAudits: 0,
      history: null,
      decided: 2,
      newer: 0,
      contradictions: [],
      // The sessions of these tests have another file than the one of their definition.
      remarks: [{
        line: 1,
        remark: "cannot be compared with workflow.yaml in the session's folder: " +
          "that file is not the one whose hash it records",
      }],
    };
    assert.deepEqual(await manager.verify(A), fine);
    await Deno.writeTextFile(file("log.jsonl"), "{torn", { append: true });
    assert.deepEqual(await manager.verify(A), { ...fine, tornBytes: 5 });
    const state = await Deno.readTextFile(file("state.json"));
    await Deno.remove(file("state.json"));
    assert.equal((await manager.verify(A)).rebuilt, "missing");
    await Deno.writeTextFile(file("state.json"), '{"format":9}');
    const newer = await manager.verify(A);
    assert.equal(newer.bad?.tooNew, true);
    assert.match(newer.bad.reason, /format 9/);
    await Deno.writeTextFile(file("state.json"), state);
    edit("log.jsonl", (text) => text.replace("Task of", "Disk of"));
    assert.deepEqual((await manager.verify(A)).bad, {
      line: 1,
      reason: "records a state that the lines up to it do not lead to",
      tooNew: false,
    });
    await refusal("session_unknown", manager.verify(B));
  }));

Deno.test("events: from a seq on; a line that is none is named", () =>
  inFiles(async ({ manager, edit }) => {
    await start(manager);
    await act(manager, A, note("two"));
    await act(manager, A, note("three"));
    assert.deepEqual((await eventsFrom(manager.backend, A)).map(({ seq }) => seq), [1, 2, 3]);
    assert.deepEqual((await eventsFrom(manager.backend, A, 3)).map(({ seq }) => seq), [3]);
    assert.deepEqual(await eventsFrom(manager.backend, A, 4), []);
    edit("log.jsonl", (text) => text.replace('"note_added"', "note_added"));
    const error = await refusal("journal_corrupt", eventsFrom(manager.backend, A, 2));
    assert.match(error.message, /line 2/);
    await refusal("session_unknown", eventsFrom(manager.backend, B));
  }));

Deno.test("remove: an ended session that no process holds", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  await start(manager, B);
  await act(manager, A, abandon);
  await manager.withRepositoryLock("remove", () => manager.remove(A));
  assert.deepEqual(await manager.listSessions(), [B]);
  assert.deepEqual(await backend.listBlobs(`sessions/${A}/`), []);
  await refusal("session_unknown", manager.withRepositoryLock("remove", () => manager.remove(A)));
});

Deno.test("remove: refuses an active session, also when state.json says it has ended", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  const remove = () => manager.withRepositoryLock("remove", () => manager.remove(A));
  await refusal("session_active", remove());
  await backend.writeBlob(
    STATE,
    forged(await backend.readText(STATE) ?? "", (content) => {
      content["state"] = { ...content["state"] as object, status: "abandoned" };
    }),
  );
  const error = await refusal("session_active", remove());
  assert.equal(error.exitCode, 7);
  assert.deepEqual(await manager.listSessions(), [A]);
});

Deno.test("remove: refuses a session that a process holds, at once", () =>
  inFiles(async ({ backend, manager }) => {
    await start(manager);
    await act(manager, A, abandon);
    const request = { operation: "complete", actor: "grace", timeoutMs: 0 };
    await backend.withLock({ session: A }, request, async () => {
      const started = performance.now();
      const error = await refusal(
        "lock_held",
        manager.withRepositoryLock("remove", () => manager.remove(A)),
      );
      assert.match(error.message, /complete.* by grace/);
      assert.ok(performance.now() - started < 1000);
      assert.deepEqual(await manager.listSessions(), [A]);
    });
    await manager.withRepositoryLock("remove", () => manager.remove(A));
  }));

Deno.test("remove: who waits to change it is told that it is gone", () =>
  inFiles(async ({ backend, manager, directory }) => {
    await start(manager);
    await act(manager, A, abandon);
    const request = { operation: "test", actor: "grace", timeoutMs: 0 };
    let waiting: Promise<unknown> | undefined;
    await backend.withLock({ session: A }, request, async () => {
      waiting = refusal("session_unknown", act(managed(backend).manager, A, note("late")));
      await backend.removeSession(A);
    });
    await waiting;
    const left = [...Deno.readDirSync(`${directory}/sessions`)];
    assert.deepEqual(left, []);
  }));

Deno.test("feedback: one line each, oldest first, what is no object left out", async () => {
  const { backend, manager } = inMemory();
  await start(manager);
  assert.deepEqual(await readFeedback(manager, A, "tool"), []);
  const entry = { time: "2026-01-01T00:00:00.000Z", actor: PERSON, text: "good\nand bad" };
  await addFeedbackLine(manager, A, "tool", entry);
  const key = `sessions/${A}/feedback/tool.jsonl`;
  for (const line of ["{", "[1]", "null", '{"old":"form"}']) await backend.appendLine(key, line);
  assert.deepEqual(await readFeedback(manager, A, "tool"), [entry, { old: "form" }]);
  assert.deepEqual(await readFeedback(manager, A, "process"), []);
  await refusal("session_unknown", addFeedbackLine(manager, B, "tool", entry));
});

Deno.test("summaries: newest first, one that cannot be read with its problem", () =>
  inFiles(async ({ backend, manager, edit }) => {
    const at = (month: number) =>
      managed(backend, { now: () => new Date(Date.UTC(2026, month, 1)) });
    await start(at(1).manager, A, { name: "old" });
    await start(at(2).manager, B, { name: "new" });
    await act(manager, B, complete("a"));
    const request = { operation: "advance", actor: "grace", timeoutMs: 0 };
    await backend.withLock({ session: B }, request, async () => {
      const [first, second] = await summarise(manager);
      assert.deepEqual(
        [first?.id, first?.name, first?.status, first?.phase, first?.done, first?.total],
        [B, "new", "active", "PLAN", 1, 3],
      );
      assert.equal(first?.heldBy?.operation, "advance");
      assert.equal(second?.heldBy, null);
    });
    edit("log.jsonl", () => "garbage\n");
    const [, broken] = await summarise(manager);
    assert.equal(broken?.status, "unreadable");
    assert.equal(broken.name, "old");
    assert.match(broken.problem ?? "", /line 1/);
  }));
