/** Limits of a journal's lines: what is refused before it is parsed, and the one line that may be long. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { visitHistory } from "../../../src/session/history.ts";
import { encodeEvents, walkChain } from "../../../src/session/journal.ts";
import { isNestedDeeper } from "../../../src/session/json_limits.ts";
import { readLongLine } from "../../../src/session/long_line.ts";
import { DEPTH_LIMIT, LINE_LIMIT } from "../../../src/state_layout/limits.ts";
import { ORIGIN_HASH } from "../../../src/storage/backend.ts";
import { asJournalLine } from "../../../src/storage/pieces.ts";
import { historyLength, type NewEvent } from "../../../src/workflow/events.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { oldLines } from "./raw_lines.ts";
import { A, act, inFiles, note, refusal, start } from "./sessions.ts";

const START = { state: null, head: { seq: 0, hash: ORIGIN_HASH, etag: "" } };
const STAMP = { actor: PERSON, time: "2026-01-31T09:30:00.000Z" };

/** A line in pieces of a given size. */
function longLine(text: string, size = 7) {
  const bytes = new TextEncoder().encode(text);
  return {
    *pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

/** JSON as deep as that. */
function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

Deno.test("isNestedDeeper: counts what is open at once, not what stands in texts", () => {
  assert.equal(isNestedDeeper(nested(100), 100), false);
  assert.equal(isNestedDeeper(nested(101), 100), true);
  assert.equal(isNestedDeeper("[".repeat(101), 100), true);
  assert.equal(isNestedDeeper(JSON.stringify(Array(500).fill({ a: [] })), 100), false);
  assert.equal(isNestedDeeper(JSON.stringify({ a: "[".repeat(1000) }), 100), false);
  assert.equal(
    isNestedDeeper(JSON.stringify({ a: '"\\'.repeat(50) + "{".repeat(500) }), 10),
    false,
  );
  fc.assert(fc.property(fc.json({ maxDepth: 12 }), fc.nat(14), (text, depth) => {
    assert.equal(isNestedDeeper(text, depth), depthOf(JSON.parse(text)) > depth);
  }));
});

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** The line that 0.1.0 wrote for an import. */
function oldImport(history: readonly unknown[], more: object = {}): string {
  return JSON.stringify({
    v: 1,
    seq: 1,
    time: STAMP.time,
    type: "session_imported",
    actor: PERSON,
    data: {
      session: A,
      source: { history: ["not this one"] },
      history,
      toolVersion: "0.1.0",
      ...more,
    },
    prev: ORIGIN_HASH,
  });
}

Deno.test("readLongLine: everything but the history, which is counted and shown", () => {
  fc.assert(fc.property(
    fc.array(fc.jsonValue({ maxDepth: 5 })),
    fc.integer({ min: 1, max: 40 }),
    (history, size) => {
      const text = oldImport(history);
      const shown: unknown[] = [];
      const read = readLongLine(
        longLine(text, size),
        (json) => shown.push(JSON.parse(json ?? "0")),
      );
      assert.ok("text" in read);
      assert.equal(read.hash, sha256Hex(text));
      assert.equal(read.history, history.length);
      assert.deepEqual(shown, JSON.parse(JSON.stringify(history)));
      assert.deepEqual(JSON.parse(read.text), JSON.parse(oldImport([])));
    },
  ));
});

Deno.test("readLongLine: white space between values, and history under another name", () => {
  const spaced = JSON.stringify(JSON.parse(oldImport([1, { a: [2, "],"] }, []])), null, 3);
  const read = readLongLine(longLine(spaced));
  assert.ok("text" in read);
  assert.equal(read.history, 3);
  const other = oldImport([]).replace('"history":[],"tool', '"other":{"history":[1,2]},"tool');
  const kept = readLongLine(longLine(other));
  assert.ok("text" in kept);
  assert.equal(kept.text, other);
});

Deno.test("readLongLine: long elsewhere, or nested too deeply, it is not read", () => {
  const filler = "x".repeat(LINE_LIMIT);
  const elsewhere = readLongLine(longLine(oldImport([], { filler }), 65_536));
  assert.match("reason" in elsewhere ? elsewhere.reason : "", /longer than/);
  const deep = readLongLine(longLine(oldImport([0]).replace("[0]", `[${nested(98)}]`)));
  assert.match("reason" in deep ? deep.reason : "", /nested deeper than 100/);
  let pieces = 0;
  const endless = {
    *pieces() {
      for (;;) {
        pieces += 1;
        yield new Uint8Array(1024 * 1024).fill(0x20);
      }
    },
  };
  const refused = readLongLine(endless);
  assert.ok("reason" in refused && pieces < 10);
});

Deno.test("readLongLine: a value of the history may be too long to be held", () => {
  const text = oldImport(["a", "x".repeat(LINE_LIMIT), "b"]);
  const shown: (string | null)[] = [];
  const read = readLongLine(longLine(text, 65_536), (json) => shown.push(json));
  assert.ok("text" in read);
  assert.deepEqual(shown, ['"a"', null, '"b"']);
});

Deno.test("a chain may begin with a long import of 0.1.0, and has no other long line", () => {
  const history = [{ message: "x".repeat(LINE_LIMIT) }, { message: "two" }];
  const first = oldImport(history);
  const lines = oldLines([{ type: "note_added", data: { text: "n", phase: null } }], STAMP, {
    seq: 1,
    hash: sha256Hex(first),
  });
  const walk = walkChain([first, ...lines].map(asJournalLine));
  assert.equal(walk.bad, null);
  const [imported] = walk.events;
  assert.ok(imported?.type === "session_imported");
  assert.equal(historyLength(imported.data.history), 2);
  const values: (string | null)[] = [];
  visitHistory(imported.data.history, asJournalLine(first), (value) => values.push(value));
  assert.deepEqual(values, [null, JSON.stringify(history[1])]);

  const started = oldImport([]).replace("session_imported", "session_started");
  const long = started.replace('"history":[]', `"history":["${"x".repeat(LINE_LIMIT)}"]`);
  assert.match(`${walkChain([asJournalLine(long)]).bad?.reason}`, /longer than the limit/);
  const second = walkChain([started, oldImport(history)].map(asJournalLine));
  assert.deepEqual([second.bad?.line, second.bad?.reason], [2, "is longer than the limit"]);
});

Deno.test("walkChain: a line that is nested too deeply is not parsed", () => {
  const line = oldImport([]).replace("[]", nested(200_000));
  const { bad } = walkChain([line]);
  assert.equal(bad?.reason, `is nested deeper than ${DEPTH_LIMIT} levels`);
});

Deno.test("encodeEvents: refuses what no reader would take", () => {
  const note = (text: string): NewEvent => ({ type: "note_added", data: { text, phase: null } });
  const withEvidence = (depth: number): NewEvent => ({
    type: "note_added",
    data: { text: "x", phase: null, evidence: JSON.parse(nested(depth)) } as never,
  });
  const encode = (event: NewEvent) => encodeEvents([event], START, STAMP);
  assert.throws(() => encode(note("x".repeat(LINE_LIMIT))), { code: "too_long" });
  // The event and its data are two levels.
  assert.throws(() => encode(withEvidence(DEPTH_LIMIT - 1)), { code: "too_long" });
  for (const event of [note("ü".repeat(LINE_LIMIT / 2 - 500)), withEvidence(DEPTH_LIMIT - 2)]) {
    const { lines } = encode(event);
    assert.equal(walkChain(lines.map(asJournalLine)).bad, null);
  }
});

Deno.test("a change that is too long for a line changes nothing, and is no damage", () =>
  inFiles(async ({ manager, file }) => {
    await start(manager);
    const before = readFileSync(file("log.jsonl"));
    await refusal(
      "too_long",
      act(manager, A, note("x")).then(() =>
        manager.change(A, "note", () => ({
          value: {
            events: [{ type: "note_added", data: { text: "x".repeat(LINE_LIMIT), phase: null } }],
          },
        }))
      ),
    );
    const after = readFileSync(file("log.jsonl"), "utf8");
    assert.ok(after.startsWith(before.toString()));
    assert.equal(after.split("\n").length, 3);
  }));

Deno.test("a journal whose lines are too long or too deep is refused, not read into memory", () =>
  inFiles(async ({ manager, file }) => {
    await start(manager);
    await act(manager, A, note("two"));
    const whole = readFileSync(file("log.jsonl"), "utf8");
    for (const line of [`"${"x".repeat(LINE_LIMIT + 1)}"`, `{"a":${nested(5000)}}`]) {
      writeFileSync(file("log.jsonl"), `${whole}${line}\n`);
      const error = await refusal("journal_corrupt", manager.load(A));
      assert.match(error.message, /line 3 of its journal is (longer|nested)/);
      assert.equal((await manager.verify(A)).lines, 2);
    }
  }));
