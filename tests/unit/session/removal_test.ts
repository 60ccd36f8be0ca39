import assert from "node:assert/strict";
import fc from "fast-check";
import { sha256Hex } from "../../../src/platform/hash.ts";
import {
  broughtBackLine,
  covers,
  mergeRecords,
  type Removal,
  type RemovalDetails,
  removalLine,
  type SessionCopy,
  standingRemovals,
} from "../../../src/session/removal.ts";
import {
  addRecords,
  copyOf,
  readRecords,
  recordedSessions,
  removeSession,
} from "../../../src/session/removed_sessions.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { A, abandon, act, managed, note, start } from "./sessions.ts";

const DETAILS: RemovalDetails = {
  session: A,
  name: null,
  task: "Add login",
  status: "completed",
  why: null,
  time: "2026-01-01T00:00:00.000Z",
  actor: PERSON,
};

const HOW = { how: "snapshot import", time: "2026-01-02T00:00:00.000Z", actor: PERSON };

function removalOf(copy: SessionCopy): Removal {
  const [removal] = standingRemovals(`${removalLine(DETAILS, copy)}\n`);
  assert.ok(removal);
  return removal;
}

const copy = (lines: readonly string[], feedback: readonly string[] = [], lineage = "l") => ({
  lineage,
  lines,
  feedback,
});

const texts = fc.array(fc.string(), { minLength: 1, maxLength: 12 });

Deno.test("a removal covers a copy from before a text was redacted in the removed one, and the reverse", () => {
  const lines = ["one", "two"].map((text, index) => JSON.stringify({ v: 2, seq: index + 1, text }));
  const stub = JSON.stringify({
    v: 3,
    seq: 1,
    text: "gone",
    original: sha256Hex(lines[0] ?? ""),
  });
  const redacted = [stub, ...lines.slice(1)];
  assert.ok(covers(removalOf(copy(redacted)), copy(lines)));
  assert.ok(covers(removalOf(copy(redacted)), copy(lines.slice(0, 1))));
  assert.ok(covers(removalOf(copy(lines)), copy(redacted)));
  assert.ok(covers(removalOf(copy(lines)), copy([stub])));
  assert.ok(!covers(removalOf(copy(redacted)), copy([JSON.stringify({ v: 2, other: true })])));
});

Deno.test("a removal covers its own copy and each beginning of it", () => {
  fc.assert(fc.property(texts, fc.array(fc.string()), (lines, feedback) => {
    const removal = removalOf(copy(lines, feedback));
    for (let length = 1; length <= lines.length; length++) {
      assert.ok(covers(removal, copy(lines.slice(0, length), feedback)));
    }
    assert.ok(covers(removal, copy(lines)));
  }));
});

Deno.test("a removal covers nothing that it did not see", () => {
  fc.assert(fc.property(texts, texts, fc.nat(), (lines, more, at) => {
    const removal = removalOf(copy(lines, ["seen"]));
    assert.equal(covers(removal, copy([...lines, ...more])), false, "it went on");
    assert.equal(covers(removal, copy(lines, [], "other")), false, "another history");
    assert.equal(covers(removal, copy(lines, ["seen", "unseen"])), false, "feedback");
    assert.equal(covers(removal, copy([])), false, "nothing is no copy");
    const length = at % lines.length + 1;
    const other = [...lines.slice(0, length - 1), `${lines[length - 1]}!`];
    assert.equal(covers(removal, copy(other)), false, "another way");
  }));
});

Deno.test("of a very long journal the last lines are told apart, the others never covered", () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  const line = removalLine(DETAILS, copy(lines));
  assert.ok(line.length < 128 * 1024, `${line.length} bytes`);
  const removal = removalOf(copy(lines));
  for (const length of [20_000, 19_999, 15_000, 11_809]) {
    assert.ok(covers(removal, copy(lines.slice(0, length))), String(length));
  }
  for (const length of [11_808, 1000, 1]) {
    assert.equal(covers(removal, copy(lines.slice(0, length))), false, String(length));
  }
});

Deno.test("a removal stands until a line names it as brought back", () => {
  const first = removalLine(DETAILS, copy(["one"]));
  const second = removalLine({ ...DETAILS, time: "2026-01-03T00:00:00.000Z" }, copy(["one"]));
  const seqs = (...lines: string[]) =>
    standingRemovals(lines.map((line) => `${line}\n`).join("")).map(({ time }) =>
      time.slice(8, 10)
    );
  assert.deepEqual(seqs(first), ["01"]);
  assert.deepEqual(seqs(first, broughtBackLine(first, HOW)), []);
  assert.deepEqual(seqs(broughtBackLine(first, HOW), first), [], "in any order");
  assert.deepEqual(seqs(first, broughtBackLine(first, HOW), second), ["03"]);
  assert.deepEqual(seqs(first, broughtBackLine(second, HOW)), ["01"]);
  assert.deepEqual(seqs(first, `{"v":2,"record":"x"}`), [], "a newer program's line stops it");
  assert.deepEqual(seqs(first, "no json", "[]", `{"v":1,"record":"y"}`, "\r"), ["01"]);
  assert.deepEqual(standingRemovals(first), [], "a line without its end was cut off");
  assert.deepEqual(standingRemovals(`${first}\r\n`).length, 1, "a checkout's line ends");
});

Deno.test("records merge as a set: order, copies and who merges do not matter", () => {
  const lines = [
    removalLine(DETAILS, copy(["one"])),
    broughtBackLine(removalLine(DETAILS, copy(["one"])), HOW),
    "not json",
    `{"v":9,"time":"2027","later":true}`,
  ];
  const all = mergeRecords(lines.map((line) => `${line}\n`).join(""));
  assert.deepEqual(all.split("\n").slice(0, -1).sort(), [...lines].sort());
  const subset = fc.uniqueArray(fc.constantFrom(...lines));
  const text = (part: readonly string[]) => part.map((line) => `${line}\n`).join("");
  fc.assert(fc.property(subset, subset, subset, (a, b, c) => {
    const [x, y, z] = [text(a), text(b), text(c)];
    assert.equal(mergeRecords(x, y, z), mergeRecords(z, mergeRecords(y, x)));
    assert.equal(mergeRecords(x, x), mergeRecords(x));
    for (const line of [...a, ...b]) assert.ok(mergeRecords(x, y).includes(`${line}\n`));
  }));
});

Deno.test("removing an ended session records it first, and once", async () => {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager);
  await act(manager, A, note("remember"));
  await act(manager, A, abandon);
  await backend.writeBlob("meta.json", '{"format":1,"id":"x","kept":true}');
  const before = await copyOf(backend, A);
  assert.ok(before);
  const said = { why: "made twice", time: DETAILS.time, actor: PERSON };
  // Killed behind the record: the session is still there.
  const kept = { lines: before.lines, blobs: {} };
  await manager.withRepositoryLock("test", () => removeSession(backend, A, said));
  assert.equal(await backend.hasSession(A), false);
  assert.deepEqual(await recordedSessions(backend), [A]);
  assert.deepEqual(JSON.parse(await backend.readText("meta.json") ?? ""), {
    format: 2,
    id: "x",
    kept: true,
  });
  await manager.withRepositoryLock("test", () => backend.createSession(A, kept));
  await manager.withRepositoryLock("test", () => removeSession(backend, A, said));
  const [record, ...more] = (await readRecords(backend, A)).trimEnd().split("\n");
  assert.equal(more.length, 0);
  const removal = JSON.parse(record ?? "");
  assert.deepEqual([removal.seq, removal.hash, removal.why, removal.status], [
    ...[3, sha256Hex(before.lines.at(-1) ?? ""), "made twice", "abandoned"],
  ]);
  await manager.withRepositoryLock("test", () => manager.bringBack(A, "snapshot import"));
  assert.deepEqual(standingRemovals(await readRecords(backend, A)), []);
  const brought = await readRecords(backend, A);
  await manager.withRepositoryLock("test", () => manager.bringBack(A, "snapshot import"));
  assert.equal(await readRecords(backend, A), brought, "what does not stand is not brought back");
  assert.equal(await addRecords(backend, A, brought), false);
});

Deno.test("a session that is made again is brought back", async () => {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager);
  await act(manager, A, abandon);
  await manager.withRepositoryLock("test", () => manager.remove(A));
  assert.equal(standingRemovals(await readRecords(backend, A)).length, 1);
  await start(manager);
  assert.deepEqual(standingRemovals(await readRecords(backend, A)), []);
});
