import assert from "node:assert/strict";
import { eventsFrom } from "../../../src/session/read_events.ts";
import { acceptJournal, findLost } from "../../../src/session/mend_journal.ts";
import { type LoadedSession, loadSession } from "../../../src/session/load.ts";
import { replay } from "../../../src/session/rebuild.ts";
import { encodeEvents, walkChain } from "../../../src/session/journal.ts";
import { decodeState, encodeState } from "../../../src/session/state_cache.ts";
import type { SessionManager } from "../../../src/session/session_manager.ts";
import { ORIGIN_HASH, type StorageBackend } from "../../../src/storage/backend.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import type { NewEvent } from "../../../src/workflow/events.ts";
import type { SessionState } from "../../../src/workflow/state.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { chained, journalText, oldLines, parsedLines } from "./raw_lines.ts";
import {
  A,
  act,
  B,
  complete,
  forged,
  type InFiles,
  inFiles,
  managed,
  note,
  refusal,
  start,
} from "./sessions.ts";

/** A session of three lines: started, a completed, a note. */
async function three({ manager }: Pick<InFiles, "manager">): Promise<void> {
  await start(manager);
  await act(manager, A, complete("a"));
  await act(manager, A, note("remember"));
}

/** The session loads although its state.json is no good, and a later change puts it right. */
async function rebuilds(files: InFiles, reason: string): Promise<void> {
  const { backend, manager, warnings } = files;
  const before = await readAll(files);
  const loaded = await loadSession(backend, A);
  assert.equal(loaded.rebuilt, reason);
  assert.equal(loaded.state.seq, 3);
  assert.equal(loaded.state.phases["PLAN"]?.items["a"]?.status, "completed");
  assert.deepEqual(await readAll(files), before, "reading changed something");
  await manager.load(A);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /state was read from the journal/);
  const next = managed(backend);
  await act(next.manager, A, note("healed"));
  assert.equal(next.warnings.length, 1);
  assert.match(next.warnings[0] ?? "", /was rebuilt from the journal/);
  const healed = await loadSession(backend, A);
  assert.equal(healed.rebuilt, null);
  assert.equal(healed.state.seq, 4);
  const read = await backend.readJournal(A, healed.head);
  assert.ok(read.unchanged, "the next reader needs no replay");
}

function memory() {
  const backend = new MemoryBackend();
  return { backend, ...managed(backend) };
}

/** Adds a note that makes a journal longer than so many bytes. */
async function grow(manager: SessionManager, bytes: number): Promise<void> {
  await manager.change(A, "note", () => ({
    value: { events: [{ type: "note_added", data: { text: "x".repeat(bytes), phase: null } }] },
  }));
}

async function readAll({ file }: InFiles): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for await (const entry of Deno.readDir(file("."))) {
    if (entry.isFile) content[entry.name] = await Deno.readTextFile(file(entry.name));
  }
  return content;
}

Deno.test("load: a state.json that fits is believed, without reading a long journal", () =>
  inFiles(async (files) => {
    await three(files);
    await grow(files.manager, 64 * 1024);
    let full = 0;
    const backend = interrupted(files.backend, "visitJournal", () => {
      full += 1;
      return Promise.resolve();
    });
    const loaded = await loadSession(backend, A);
    assert.equal(full, 0);
    assert.equal(loaded.rebuilt, null);
    assert.equal(loaded.head.seq, 4);
    const replayed = await loadSession(backend, A, { replay: true });
    assert.equal(full, 1);
    assert.deepEqual(replayed.state, loaded.state);
    assert.deepEqual(replayed.head, loaded.head);
  }));

Deno.test("load: a missing state.json", () =>
  inFiles(async (files) => {
    await three(files);
    await Deno.remove(files.file("state.json"));
    await rebuilds(files, "missing");
  }));

Deno.test("load: a damaged state.json", async () => {
  for (
    const damage of [
      () => "",
      (text: string) => text.slice(0, 50),
      (text: string) => text.replace('"completed"', '"skipped"'),
    ]
  ) {
    await inFiles(async (files) => {
      await three(files);
      files.edit("state.json", damage);
      await rebuilds(files, "damaged");
    });
  }
});

Deno.test("load: a state.json that is another session's", () =>
  inFiles(async (files) => {
    await three(files);
    await start(files.manager, B);
    await Deno.copyFile(files.file("../" + B + "/state.json"), files.file("state.json"));
    await rebuilds(files, "damaged");
  }));

Deno.test("load: a state.json behind the journal", () =>
  inFiles(async (files) => {
    await start(files.manager);
    await act(files.manager, A, complete("a"));
    const old = await Deno.readTextFile(files.file("state.json"));
    await act(files.manager, A, note("remember"));
    await Deno.writeTextFile(files.file("state.json"), old);
    await rebuilds(files, "behind");
  }));

Deno.test("load: a state.json with another state and a checksum made to fit", () =>
  inFiles(async (files) => {
    await three(files);
    files.edit("state.json", (text) =>
      forged(text, (content) => {
        const state = content["state"] as SessionState;
        content["state"] = { ...state, task: "Another" };
        content["mark"] = "1:1";
      }));
    await rebuilds(files, "different");
  }));

Deno.test("load: a copied session is the same, with its times or without", () =>
  inFiles(async (files) => {
    await three(files);
    for (const preserve of [true, false]) {
      const top = await Deno.makeTempDir({ prefix: "copy-" });
      try {
        const { success } = await new Deno.Command("cp", {
          args: [preserve ? "-a" : "-r", files.directory, `${top}/.orchestrator`],
        }).output();
        assert.ok(success);
        if (!preserve) {
          const journal = `${top}/.orchestrator/sessions/${A}/log.jsonl`;
          await Deno.utime(journal, new Date(1e12), new Date(1e12));
        }
        const copy = new FileBackend(`${top}/.orchestrator`);
        const loaded = await loadSession(copy, A);
        assert.equal(loaded.rebuilt, null);
        assert.equal(loaded.state.seq, 3);
        const head = { ...loaded.head, etag: loaded.head.etag };
        assert.ok((await copy.readJournal(A, head)).unchanged);
        const cached = decodeState(await Deno.readTextFile(files.file("state.json")), A);
        const read = await copy.readJournal(A, cached?.head);
        assert.equal(read.unchanged, preserve, "only a copy of the times proves anything");
        const { manager, warnings } = managed(copy);
        await act(manager, A, note("in the copy"));
        assert.deepEqual(warnings, []);
      } finally {
        await Deno.remove(top, { recursive: true });
      }
    }
  }));

Deno.test("load: a checkout that turned line feeds into CR LF harms nothing", () =>
  inFiles(async (files) => {
    await three(files);
    for (const name of ["log.jsonl", "state.json", "meta.json"]) {
      files.edit(name, (text) => text.replaceAll("\n", "\r\n"));
    }
    const loaded = await loadSession(files.backend, A);
    assert.equal(loaded.state.seq, 3);
    assert.equal(loaded.rebuilt, null);
    await act(files.manager, A, note("and on"));
    assert.deepEqual(files.warnings, []);
    const verification = await files.manager.verify(A);
    assert.equal(verification.bad, null);
    assert.equal(verification.lines, 4);
  }));

Deno.test("load: a torn line is ignored and set aside", () =>
  inFiles(async (files) => {
    await three(files);
    await Deno.writeTextFile(files.file("log.jsonl"), '{"v":1,"seq":4,"ti', { append: true });
    const loaded = await loadSession(files.backend, A);
    assert.equal(loaded.rebuilt, null);
    assert.equal(loaded.tornBytes, 18);
    assert.equal(loaded.state.seq, 3);
    await act(files.manager, A, note("four"));
    assert.equal(files.warnings.length, 1);
    assert.match(files.warnings.join(), /^18 B after line 3 .* moved to a file/);
    assert.equal((await files.manager.verify(A)).lines, 4);
    assert.equal((await files.manager.verify(A)).tornBytes, 0);
  }));

/** What may happen to a journal, and what is said of it. */
type Damages = Readonly<
  Record<string, { readonly change: (text: string) => string; readonly says: RegExp }>
>;

/** Journals that hold together, and are not what was acknowledged: only state.json knows. */
const LOSSES: Damages = {
  "another last line": {
    change: (text) => reencoded(text, "disregard"),
    says: /a different line 3 than the one that state.json was derived from/,
  },
  "another last line of the same length": {
    change: (text) => reencoded(text, "rememver"),
    says: /a different line 3 than the one that state.json was derived from/,
  },
  "a lost end": {
    change: (text) => text.split("\n").slice(0, 2).join("\n") + "\n",
    says: /ends at line 2, but state.json was derived from 3 lines/,
  },
  "a recomputed chain": {
    change: (text) => rechained(text, (event) => event["type"] !== "note_added"),
    says: /ends at line 2, but state.json was derived from 3 lines/,
  },
};

const DAMAGES: Damages = {
  "an edit of the same length in the middle": {
    change: (text) => text.replace('"toolVersion":"0.0.0"', '"toolVersion":"0.0.1"'),
    says: /line 2 .* does not follow line 1/,
  },
  "an edit of the last line": {
    change: (text) => text.replace("remember", "disregard"),
    says: /line 3 of its journal records a state that the lines up to it do not lead to/,
  },
  "an edit of the last line, and a recomputed chain": {
    change: (text) =>
      rechained(text, (event) => {
        if (event["type"] === "note_added") event["data"] = { text: "forget", phase: null };
        return true;
      }),
    says: /line 3 of its journal records a state that the lines up to it do not lead to/,
  },
  "a lost middle": {
    change: (text) => text.split("\n").filter((_, index) => index !== 1).join("\n"),
    says: /line 2 .* has seq 3 \(expected 2\)/,
  },
  "all lost": { change: () => "", says: /line 1 of its journal is missing/ },
  "another session's": {
    change: (text) => rechained(text.replaceAll(A, B), () => true),
    says: /starts another session/,
  },
  "one that begins with something else": {
    change: (text) => rechained(text, (event) => event["seq"] !== 1),
    says: /"item_completed", which does not start a session/,
  },
};

/** A journal with a chain that holds, made of the lines that `keep` keeps and may change. */
function rechained(text: string, keep: (event: Record<string, unknown>) => boolean): string {
  return journalText(chained(parsedLines(text).filter(keep)));
}

/** The journal of {@link three} with another note at its end: all that is recorded fits. */
function reencoded(text: string, note: string): string {
  const events = parsedLines(text).map(({ type, data }) =>
    (type === "note_added"
      ? { type, data: { text: note, phase: null } }
      : { type, data }) as NewEvent
  );
  const start = { state: null, head: { seq: 0, hash: ORIGIN_HASH, etag: "" } };
  const time = "2026-01-01T00:00:00.000Z";
  return journalText(encodeEvents(events, start, { actor: PERSON, time }).lines);
}

for (const [name, { change, says }] of Object.entries(DAMAGES)) {
  Deno.test(`load: a changed journal is not trusted: ${name}`, () =>
    inFiles(async (files) => {
      await three(files);
      files.edit("log.jsonl", change);
      const before = await readAll(files);
      for (
        const refused of [
          () => files.manager.load(A),
          () => act(files.manager, A, note("x")),
          () => act(files.manager, A, { kind: "advance" }, { replay: true }),
          () => files.manager.withRepositoryLock("remove", () => files.manager.remove(A)),
        ]
      ) {
        const error = await refusal("journal_corrupt", refused());
        assert.match(error.message, says);
        assert.equal(error.exitCode, 8);
      }
      assert.deepEqual(await readAll(files), before, "nothing was written");
      const { bad } = await files.manager.verify(A);
      assert.ok(bad, "verify names it too");
    }));
}

for (const [name, { change, says }] of Object.entries(LOSSES)) {
  Deno.test(`load: a journal without what was acknowledged can be read, not changed: ${name}`, () =>
    inFiles(async (files) => {
      const { manager } = files;
      await three(files);
      files.edit("log.jsonl", change);
      const before = await readAll(files);
      const { lost, state } = await manager.load(A);
      assert.equal(lost?.seq, 3);
      assert.match(files.warnings.join("\n"), /lacks events? 3/);
      assert.match(files.warnings.join("\n"), /`log accept --session aaaaaaaaaaaaa`/);
      for (
        const refused of [
          () => act(manager, A, note("x")),
          () => act(manager, A, { kind: "advance" }, { replay: true }),
          () => manager.withRepositoryLock("remove", () => manager.remove(A)),
        ]
      ) {
        const error = await refusal("journal_corrupt", refused());
        assert.match(error.message, says);
        assert.match(`${error.hint}`, /backup/);
        assert.equal(error.exitCode, 8);
      }
      assert.deepEqual(await readAll(files), before, "nothing was written");
      const verification = await manager.verify(A);
      assert.equal(verification.lost?.seq, 3);
      assert.ok(verification.bad);
      await acceptsJournal(files, state.seq, lost);
    }));
}

/** Goes on from the journal as it is: what was known stays on record. */
async function acceptsJournal(
  { manager, backend, warnings }: InFiles,
  found: number,
  known: LoadedSession["lost"],
): Promise<void> {
  assert.ok(known !== null);
  assert.deepEqual(await findLost(backend, A), { lost: known, lines: found });
  const behind = await backend.readText(`sessions/${A}/state.json`) ?? "";
  await acceptJournal(manager, A, known, "the disk was full");
  const [event] = await eventsFrom(manager.backend, A, found + 1);
  assert.ok(event?.type === "journal_accepted");
  assert.deepEqual(event.data.known, known);
  assert.equal(event.data.found.seq, found);
  assert.equal((await manager.verify(A)).bad, null);
  warnings.length = 0;
  await act(manager, A, note("on"));
  await manager.load(A);
  assert.deepEqual(warnings, []);
  const { state } = await loadSession(backend, A, { replay: true });
  assert.deepEqual(
    state.accepted?.recent.map(({ known, found, reason }) => ({ known, found, reason })),
    [{ known, found, reason: "the disk was full" }],
  );
  assert.equal((await findLost(backend, A)).lost, null);
  await refusal("state_moved", acceptJournal(manager, A, known, null));
  // A state.json that was derived from what is lost, as a killed process leaves it, asks for no more.
  await backend.writeBlob(`sessions/${A}/state.json`, behind);
  assert.equal((await loadSession(backend, A)).rebuilt, "behind");
  await act(manager, A, note("and on"));
}

Deno.test("load: an edit that keeps length and time is found by a replay", () =>
  inFiles(async (files) => {
    await three(files);
    const journal = files.file("log.jsonl");
    const { mtime } = await Deno.stat(journal);
    files.edit("log.jsonl", (text) => text.replace("Task of", "Disk of"));
    assert.ok(mtime);
    await Deno.utime(journal, mtime, mtime);
    await refusal("journal_corrupt", act(files.manager, A, { kind: "advance" }, { replay: true }));
    assert.equal((await files.manager.verify(A)).bad?.line, 1);
  }));

Deno.test("load: a forged state.json lets no one past a gate", () =>
  inFiles(async (files) => {
    const { manager, backend, warnings } = files;
    await start(manager);
    files.edit("state.json", (text) =>
      forged(text, (content) => {
        const state = structuredClone(content["state"]) as {
          phases: Record<string, { items: Record<string, { status: string }> }>;
        };
        for (const item of Object.values(state.phases["PLAN"]?.items ?? {})) {
          item.status = "completed";
        }
        content["state"] = state;
      }));
    assert.equal(
      (await loadSession(backend, A)).state.phases["PLAN"]?.items["a"]?.status,
      "pending",
    );
    for (const kind of ["advance", "finish"] as const) {
      const error = await refusal("phase_blocked", act(manager, A, { kind }, { replay: true }));
      assert.equal(error.exitCode, 7);
    }
    assert.match(warnings.join(), /did not match the journal/);
    assert.equal((await manager.verify(A)).rebuilt, "different");
    // The next change that replays puts it right.
    await act(manager, A, note("on"), { replay: true });
    assert.equal(
      (await loadSession(backend, A)).state.phases["PLAN"]?.items["a"]?.status,
      "pending",
    );
  }));

Deno.test("load: a state.json that lies about the last line is never appended behind", () =>
  inFiles(async (files) => {
    const { manager } = files;
    await three(files);
    const journal = await Deno.readTextFile(files.file("log.jsonl"));
    files.edit("state.json", (text) => forged(text, (content) => content["hash"] = "f".repeat(64)));
    await refusal("journal_corrupt", act(manager, A, note("x")));
    assert.equal(await Deno.readTextFile(files.file("log.jsonl")), journal);
    await Deno.remove(files.file("state.json"));
    await act(manager, A, note("x"));
    assert.equal((await manager.verify(A)).bad, null);
  }));

Deno.test("load: data that an event's type cannot have is damage, not a bug", () => {
  const time = "2026-01-01T00:00:00.000Z";
  const lines = [
    { type: "session_started", data: { session: A } },
    { type: "session_imported", data: { session: A } },
  ];
  for (const event of lines) {
    const { events } = walkChain(oldLines([event], { actor: PERSON, time }));
    assert.throws(() => replay(A, events), /has data that does not belong in "session_/);
  }
});

/** A backend on which something else happens before the nth call of a method. */
function interrupted(
  backend: StorageBackend,
  method: keyof StorageBackend,
  before: (call: number) => Promise<void>,
): StorageBackend {
  let calls = 0;
  return new Proxy(backend, {
    get(target, name) {
      const found = Reflect.get(target, name);
      if (typeof found !== "function") return found;
      if (name !== method) return found.bind(target);
      return async (...args: unknown[]) => {
        await before(++calls);
        return await found.apply(target, args);
      };
    },
  });
}

/** Sessions in memory: A with three lines. */
async function threeInMemory() {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await three({ manager });
  return { backend, manager };
}

for (const replay of [false, true]) {
  for (const method of ["lastLine", "visitJournal", "readText", "holder"] as const) {
    Deno.test(`race: changes just before each ${method}${replay ? ", replayed" : ""}`, async () => {
      const { backend, manager } = await threeInMemory();
      let changes = 0;
      const racing = interrupted(backend, method, async (call) => {
        if (call > 5) return;
        await act(manager, A, note(`${++changes}`));
      });
      const loaded = await loadSession(racing, A, { replay });
      assert.equal(loaded.rebuilt, null, "a writer at work is no damage");
      assert.ok(loaded.state.seq >= 3);
      if (method === "lastLine") assert.equal(changes > 0, !replay);
      if (method === "visitJournal") assert.ok(changes > 0);
    });
  }
}

Deno.test("race: a writer has appended and not yet replaced state.json", async () => {
  const { backend, manager } = await threeInMemory();
  const key = `sessions/${A}/state.json`;
  const behind = await backend.readText(key);
  await act(manager, A, note("four"));
  const ahead = await backend.readText(key);
  assert.ok(behind !== null && ahead !== null);
  await backend.writeBlob(key, behind);
  const request = { operation: "note", actor: "grace", timeoutMs: 0 };
  await backend.withLock({ session: A }, request, async () => {
    const loaded = await loadSession(backend, A);
    assert.equal(loaded.state.seq, 4);
    assert.equal(loaded.rebuilt, null, "a writer holds the lock");
  });
  assert.equal((await loadSession(backend, A)).rebuilt, "behind", "no writer holds the lock");
  // The writer replaces state.json and lets go just before the reader asks who is at work.
  const racing = interrupted(backend, "holder", () => backend.writeBlob(key, ahead));
  assert.equal((await loadSession(racing, A)).rebuilt, null);
});

Deno.test("the state of a change is the state of a replay, to the byte", () =>
  inFiles(async (files) => {
    await three(files);
    const text = await Deno.readTextFile(files.file("state.json"));
    const cached = decodeState(text, A);
    assert.ok(cached);
    const { state } = await loadSession(files.backend, A, { replay: true });
    assert.equal(JSON.stringify(state), JSON.stringify(cached.state));
    assert.equal(encodeState({ ...cached, state }), text);
  }));

Deno.test("a state ahead of a journal that its etag calls untouched is refused, not awaited", () =>
  inFiles(async (files) => {
    const { backend, manager } = files;
    await three(files);
    files.edit("state.json", (text) =>
      forged(text, (content) => {
        content["seq"] = 4;
        content["hash"] = "f".repeat(64);
        (content["state"] as Record<string, unknown>)["seq"] = 4;
      }));
    // Readers have no reason to doubt it; a replay finds that the journal has no such line.
    const { state, lost } = await loadSession(backend, A, { replay: true });
    assert.deepEqual([state.seq, lost?.seq], [3, 4]);
    await assert.rejects(act(manager, A, note("on a forged state")), { code: "journal_corrupt" });
  }));

Deno.test("load: a session that is replaced between the reads is read once more", async () => {
  for (const lineage of ["lineage-of-aaaaaaaaaaaaa", "another"]) {
    for (const notes of [0, 3]) {
      const { manager, backend } = memory();
      await start(manager);
      await act(manager, A, note("one"));
      await act(manager, A, note("two"));
      const elsewhere = memory();
      await start(elsewhere.manager, A, { lineage });
      for (let number = 0; number < notes; number++) {
        await act(elsewhere.manager, A, note(`other ${number}`));
      }
      const read = await elsewhere.backend.readJournal(A);
      const state = await elsewhere.backend.readText(`sessions/${A}/state.json`) ?? "";
      let replaced = false;
      const reading = interrupted(backend, "lastLine", async () => {
        if (replaced) return;
        replaced = true;
        const lines = read.unchanged ? [] : read.lines;
        await backend.replaceSession(A, { lines, blobs: { "state.json": state } });
      });
      const { state: loaded, rebuilt } = await loadSession(reading, A);
      assert.deepEqual([loaded.lineage, loaded.seq, rebuilt], [lineage, notes + 1, null]);
    }
  }
});
