import assert from "node:assert/strict";
import { sha256Hex } from "../../../src/platform/hash.ts";
import {
  chainError,
  encodeEvents,
  JOURNAL_FORMAT,
  parseEvent,
  type Position,
  walkChain,
} from "../../../src/session/journal.ts";
import { type JournalHead, ORIGIN_HASH } from "../../../src/storage/backend.ts";
import type { NewEvent } from "../../../src/workflow/events.ts";
import { RULES } from "../../../src/workflow/rules.ts";
import { AGENT, PERSON } from "../workflow/session_builder.ts";

const ORIGIN: JournalHead = { seq: 0, hash: ORIGIN_HASH, etag: "" };
/** A session's beginning, which the events of these tests follow. */
const START: Position = { state: null, head: ORIGIN };
const STAMP = { actor: PERSON, time: "2026-01-31T09:30:00.000Z" };

function notes(...texts: string[]): NewEvent[] {
  return texts.map((text) => ({ type: "note_added", data: { text, phase: null } }));
}

/** A chain of three lines. */
function chain(): string[] {
  return [...encodeEvents(notes("one", "two", "three"), START, STAMP).lines];
}

/** The line as an object, changed, as a line again. */
function rewritten(line: string | undefined, fields: object): string {
  return JSON.stringify({ ...JSON.parse(line ?? ""), ...fields });
}

Deno.test("encodeEvents: a line per event, each with the hash of the one before", () => {
  const encoded = encodeEvents(notes("one", "two"), START, STAMP);
  assert.equal(encoded.lines.length, 2);
  const [first, second] = encoded.lines.map((line) => JSON.parse(line));
  assert.deepEqual(first, {
    v: 2,
    seq: 1,
    time: STAMP.time,
    type: "note_added",
    actor: PERSON,
    data: { text: "one", phase: null },
    rules: RULES,
    state: encoded.events[0]?.state,
    prev: "0".repeat(64),
  });
  assert.match(encoded.events[0]?.state ?? "", /^1:[0-9a-f]{64}$/);
  assert.equal(second.seq, 2);
  assert.equal(second.prev, sha256Hex(encoded.lines[0] ?? ""));
  assert.deepEqual(encoded.head, { seq: 2, hash: sha256Hex(encoded.lines[1] ?? ""), etag: "" });
  assert.deepEqual(encoded.events.map((event) => event.seq), [1, 2]);
  assert.deepEqual(walkChain(encoded.lines), {
    events: encoded.events,
    head: encoded.head,
    bad: null,
  });
});

Deno.test("encodeEvents: goes on behind a head", () => {
  const first = encodeEvents(notes("one"), START, STAMP);
  const second = encodeEvents(notes("two"), first, { ...STAMP, actor: AGENT });
  const walk = walkChain([...first.lines, ...second.lines]);
  assert.equal(walk.bad, null);
  assert.deepEqual(walk.events.map(({ seq, actor }) => [seq, actor]), [[1, PERSON], [2, AGENT]]);
  assert.deepEqual(walk.head, second.head);
});

Deno.test("encodeEvents: a line is one line, whatever the text", () => {
  const text = 'a\nb\r\n\u2028\u2029\0\ud800 "q" \\ 🌊';
  const { lines } = encodeEvents(notes(text), START, STAMP);
  assert.equal(lines.length, 1);
  assert.ok(!/[\r\n]/.test(lines[0] ?? ""));
  const [event] = walkChain(lines).events;
  assert.ok(event?.type === "note_added");
  assert.equal(event.data.text, text);
});

Deno.test("walkChain: nothing is a chain of nothing", () => {
  assert.deepEqual(walkChain([]), { events: [], head: ORIGIN, bad: null });
});

Deno.test("walkChain: a clock that goes backwards breaks nothing", () => {
  const first = encodeEvents(notes("one"), START, { ...STAMP, time: "2026-02-01T00:00:00.000Z" });
  const second = encodeEvents(notes("two"), first, {
    ...STAMP,
    time: "2020-01-01T00:00:00.000Z",
  });
  const walk = walkChain([...first.lines, ...second.lines]);
  assert.equal(walk.bad, null);
  assert.deepEqual(walk.events.map(({ time }) => time.slice(0, 4)), ["2026", "2020"]);
});

Deno.test("walkChain: fields that a newer program added are no harm", () => {
  const [line = ""] = encodeEvents(notes("one"), START, STAMP).lines;
  const walk = walkChain([rewritten(line, { later: { more: true } })]);
  assert.equal(walk.bad, null);
  assert.equal(walk.events.length, 1);
});

Deno.test("walkChain: an event type it does not know is an event", () => {
  const [line = ""] = encodeEvents(notes("one"), START, STAMP).lines;
  const walk = walkChain([rewritten(line, { type: "moon_landed" })]);
  assert.equal(walk.bad, null);
  assert.equal(walk.events[0]?.type, "moon_landed");
});

const DAMAGES: Readonly<
  Record<string, { change: (lines: string[]) => void; line: number; says: RegExp }>
> = {
  "a changed line shows at the next one": {
    change: (lines) => lines[0] = rewritten(lines[0], { time: "2026-01-31T09:30:00.001Z" }),
    line: 2,
    says: /does not follow line 1/,
  },
  "a changed prev": {
    change: (lines) => lines[1] = rewritten(lines[1], { prev: "f".repeat(64) }),
    line: 2,
    says: /does not follow line 1/,
  },
  "a first line that continues something": {
    change: (lines) => lines[0] = rewritten(lines[0], { prev: "f".repeat(64) }),
    line: 1,
    says: /is not the start of a journal/,
  },
  "a wrong seq": {
    change: (lines) => lines[1] = rewritten(lines[1], { seq: 5 }),
    line: 2,
    says: /has seq 5 \(expected 2\)/,
  },
  "a missing line": {
    change: (lines) => lines.splice(1, 1),
    line: 2,
    says: /has seq 3 \(expected 2\)/,
  },
  "a doubled line": {
    change: (lines) => lines.splice(1, 0, lines[0] ?? ""),
    line: 2,
    says: /has seq 1 \(expected 2\)/,
  },
  "swapped lines": {
    change: (lines) => lines.reverse(),
    line: 1,
    says: /has seq 3 \(expected 1\)/,
  },
  "no JSON": { change: (lines) => lines[2] = "{", line: 3, says: /is not JSON/ },
  "an empty line": { change: (lines) => lines.splice(1, 0, ""), line: 2, says: /is not JSON/ },
  "a merge's conflict marker": {
    change: (lines) => lines.splice(1, 0, "<<<<<<< HEAD"),
    line: 2,
    says: /is not JSON/,
  },
  "JSON that is no event": { change: (lines) => lines[1] = "[1]", line: 2, says: /not an event/ },
  "null": { change: (lines) => lines[1] = "null", line: 2, says: /not an event/ },
  "an event without data": {
    change: (lines) => lines[1] = rewritten(lines[1], { data: undefined }),
    line: 2,
    says: /not an event/,
  },
  "an event of no format": {
    change: (lines) => lines[1] = rewritten(lines[1], { v: undefined }),
    line: 2,
    says: /not an event/,
  },
};

for (const [name, { change, line, says }] of Object.entries(DAMAGES)) {
  Deno.test(`walkChain: names the first bad line: ${name}`, () => {
    const lines = chain();
    change(lines);
    const walk = walkChain(lines);
    assert.ok(walk.bad);
    assert.equal(walk.bad.line, line);
    assert.match(walk.bad.reason, says);
    assert.equal(walk.bad.tooNew, false);
    assert.equal(walk.events.length, line - 1, "the events before it are given");
    assert.equal(walk.head.seq, line - 1);
    const error = chainError("abc", walk.bad);
    assert.equal(error.code, "journal_corrupt");
    assert.equal(error.exitCode, 8);
    assert.match(error.message, new RegExp(`"abc": line ${line} of its journal`));
    assert.deepEqual(error.details?.["line"], line);
  });
}

Deno.test("walkChain: a newer format is told as such, also when nothing else is understood", () => {
  for (
    const newer of [rewritten(chain()[1], { v: JOURNAL_FORMAT + 1 }), '{"v":99,"different":true}']
  ) {
    const lines = chain();
    lines[1] = newer;
    const { bad } = walkChain(lines);
    assert.ok(bad);
    assert.equal(bad.tooNew, true);
    const error = chainError("abc", bad);
    assert.equal(error.code, "format_too_new");
    assert.equal(error.exitCode, 8);
    assert.match(`${error.hint}`, /newer version of orchestrator/);
  }
});

Deno.test("parseEvent: one line, without its neighbours", () => {
  const lines = chain();
  const event = parseEvent(lines[2] ?? "");
  assert.equal(event?.seq, 3);
  assert.equal(parseEvent("{"), null);
  assert.equal(parseEvent("{}"), null);
  assert.equal(parseEvent("null"), null);
  assert.equal(parseEvent(rewritten(lines[2], { v: JOURNAL_FORMAT + 1 })), null);
});
