import assert from "node:assert/strict";
import {
  decodeState,
  encodeState,
  readCache,
  STATE_FORMAT,
} from "../../../src/session/state_cache.ts";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { phase, Session, workflow } from "../workflow/session_builder.ts";
import { A, forged, inFiles, managed, refusal, start } from "./sessions.ts";

function encoded(unknown: Readonly<Record<string, unknown>> = {}): string {
  const { state } = new Session(workflow([phase("A", ["a"]), phase("2", ["1", "ä"])]));
  const head = { seq: 1, hash: sha256Hex("line"), etag: "12:34" };
  return encodeState({ state, head, unknown });
}

Deno.test("what is encoded is decoded", () => {
  const cached = decodeState(encoded(), "s1");
  const { state } = new Session(workflow([phase("A", ["a"]), phase("2", ["1", "ä"])]));
  assert.deepEqual(cached, {
    state,
    head: { seq: 1, hash: sha256Hex("line"), etag: "12:34" },
    unknown: {},
  });
});

Deno.test("the text is one line with its checksum first", () => {
  const text = encoded();
  const [, checksum, rest = ""] = /^\{"checksum":"([0-9a-f]{64})",(.*\n)$/s.exec(text) ?? [];
  assert.equal(sha256Hex(rest), checksum);
  assert.equal(text.indexOf("\n"), text.length - 1);
});

Deno.test("every state has the newest format: one that programs of format 1 refuse", () => {
  // They would append to a fresh state without a look at the journal, whose lines they do not know.
  assert.equal(JSON.parse(encoded()).format, STATE_FORMAT);
  assert.equal(STATE_FORMAT, 2);
});

Deno.test("unknown fields survive a round trip, also odd ones", () => {
  const unknown = { later: { deep: [1] }, "7": "number", mine: null };
  const cached = decodeState(encoded(unknown), "s1");
  assert.ok(cached);
  assert.deepEqual(cached.unknown, unknown);
  const again = decodeState(encodeState(cached), "s1");
  assert.deepEqual(again, cached);
});

Deno.test("a changed byte anywhere is damage", () => {
  const text = encoded({ later: 1 });
  const format = text.indexOf('"format":') + '"format":'.length;
  for (let at = 0; at < text.length - 1; at += 7) {
    // Another format is another matter.
    if (at === format) continue;
    const byte = text.charAt(at);
    const other = byte === "1" ? "2" : byte === "a" ? "b" : "1";
    const changed = text.slice(0, at) + other + text.slice(at + 1);
    assert.equal(decodeState(changed, "s1"), null, `at ${at}: ${byte} became ${other}`);
  }
});

Deno.test("what is no state.json is damage", () => {
  const text = encoded();
  for (
    const bad of ["", "\0".repeat(100), "null", "[]", "{}", '"x"', text.slice(0, 100), `x${text}`]
  ) {
    assert.equal(decodeState(bad, "s1"), null, JSON.stringify(bad.slice(0, 20)));
  }
});

Deno.test("fields that do not fit each other are damage, whatever the checksum says", () => {
  const changes: readonly ((content: Record<string, unknown>) => void)[] = [
    (content) => content["format"] = 0,
    (content) => delete content["format"],
    (content) => content["seq"] = 2,
    (content) => content["seq"] = 0,
    (content) => content["seq"] = "1",
    (content) => delete content["hash"],
    (content) => content["mark"] = 5,
    (content) => content["state"] = null,
    (content) => content["lineage"] = "another",
  ];
  assert.notEqual(decodeState(forged(encoded(), () => {}), "s1"), null, "forging works");
  for (const change of changes) {
    assert.equal(decodeState(forged(encoded(), change), "s1"), null, `${change}`);
  }
  assert.equal(decodeState(encoded(), "s2"), null, "it is another session's");
});

Deno.test("what earlier programs described of a state is neither read nor kept", () => {
  const described = forged(encoded(), (content) => content["progress"] = { status: "completed" });
  const cached = decodeState(described, "s1");
  assert.ok(cached);
  assert.ok(!("progress" in cached));
  assert.deepEqual(cached.unknown, {});
  assert.ok(!encodeState(cached).includes('"progress"'));
});

Deno.test("a newer format is refused, whatever else it has", () => {
  for (
    const text of [
      forged(encoded(), (content) => content["format"] = STATE_FORMAT + 1),
      '{"format":99}',
    ]
  ) {
    assert.throws(() => decodeState(text, "s1"), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      assert.equal(error.code, "format_too_new");
      return true;
    });
  }
});

Deno.test("readCache: missing, and what cannot be read", async () => {
  const backend = new MemoryBackend();
  assert.deepEqual(await readCache(backend, A), { entry: null, present: false });
  await inFiles(async ({ backend, manager, file }) => {
    await start(manager);
    assert.notEqual((await readCache(backend, A)).entry, null);
    await Deno.remove(file("state.json"));
    await Deno.mkdir(file("state.json"));
    assert.deepEqual(await readCache(backend, A), { entry: null, present: true });
  });
});

Deno.test("a newer state.json stops every use of the session, and nothing is written", async () => {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager);
  const key = `sessions/${A}/state.json`;
  await backend.writeBlob(key, '{"format":3}');
  await refusal("format_too_new", manager.load(A));
  await refusal("format_too_new", manager.change(A, "note", () => ({ value: { events: [] } })));
  assert.equal(await backend.readText(key), '{"format":3}');
});
