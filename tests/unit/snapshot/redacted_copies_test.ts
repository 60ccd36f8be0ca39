/**
 * Comparing and joining copies of a journal of which some lack texts.
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { redactJournal } from "../../../src/session/redact.ts";
import { joinedLines, relate } from "../../../src/snapshot/relation.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { A, act, managed, note, start } from "../session/sessions.ts";

const HOW = { actor: PERSON, time: "2026-01-02T00:00:00.000Z", clean: (text: string) => text };

/** A journal with two notes, without the first text, and without both. */
async function copies() {
  const backend = new MemoryBackend();
  const { manager } = managed(backend);
  await start(manager);
  await act(manager, A, note("the first"));
  await act(manager, A, note("the second"));
  const read = await backend.readJournal(A);
  assert.ok(!read.unchanged);
  const whole = read.lines;
  const redacted = (lines: readonly string[], seq: number) => {
    const made = redactJournal(A, lines, { seq, field: "text", reason: "It was secret" }, HOW);
    assert.ok(made);
    return made.lines;
  };
  const once = redacted(whole, 2);
  return { whole, once, twice: redacted(once, 3), other: redacted(whole, 3) };
}

Deno.test("a redacted copy continues the copy from before", async () => {
  const { whole, once, twice, other } = await copies();
  assert.deepEqual(relate(once, whole), { relation: "newer", common: 3 });
  assert.deepEqual(relate(whole, once), { relation: "older", common: 3 });
  assert.deepEqual(relate(twice, once), { relation: "newer", common: 4 });
  assert.deepEqual(relate(twice, whole), { relation: "newer", common: 3 });
  assert.deepEqual(relate(twice, twice), { relation: "same", common: 5 });
  // Both were redacted on their own: two ways, with the same lines before.
  assert.deepEqual(relate(other, once), { relation: "diverged", common: 3 });
});

Deno.test("joined copies have no text that either of them lacks", async () => {
  const { whole, once, twice } = await copies();
  assert.deepEqual(joinedLines(once, whole), once);
  assert.deepEqual(joinedLines(whole, twice), twice);
  // An older copy came back below the event.
  const undone = [...whole, ...twice.slice(3)];
  assert.deepEqual(joinedLines(undone, twice), twice);
  assert.deepEqual(joinedLines(twice, undone), twice);
  assert.deepEqual(joinedLines(undone, once), [...once.slice(0, 3), ...twice.slice(3)]);
});

Deno.test("a line that is not the other one without a text was forged, and is named", async () => {
  const { whole, once, twice } = await copies();
  const stub = String(once[1]);
  for (
    const forged of [
      stub.replace('"phase":"PLAN"', '"phase":"BUILD"'),
      stub.replace(/sha256:[0-9a-f]{64}/, `sha256:${sha256Hex("another text")}`),
      stub.replace(/"prev":"[0-9a-f]{64}"/, `"prev":"${"0".repeat(64)}"`),
      stub.replace('"name":"ada"', '"name":"eve"'),
    ]
  ) {
    assert.notEqual(forged, stub);
    const copy = once.with(1, forged);
    assert.deepEqual(relate(copy, whole), { relation: "diverged", common: 1, forged: 2 }, forged);
    assert.deepEqual(relate(whole, copy), { relation: "diverged", common: 1, forged: 2 }, forged);
    assert.equal(relate(copy, twice).forged, 2, forged);
  }
});
