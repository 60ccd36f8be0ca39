/** What the tables of the format read of the source. */
import assert from "node:assert/strict";
import { lineTypes, listedNames } from "../../../scripts/format_tables.ts";

Deno.test("types of lines come with their fields, those of what they extend too, and a sentence", () => {
  const session = lineTypes("src/workflow/events.ts", "EventData");
  const note = session.find(({ name }) => name === "note_added");
  assert.deepEqual(note?.fields, ["text", "phase"]);
  assert.ok(session.find(({ name }) => name === "item_completed")?.fields.includes("evidence?"));
  const repository = lineTypes("src/session/repository_log/lines.ts", "RepositoryEventData");
  const removed = repository.find(({ name }) => name === "session_removed");
  assert.deepEqual(removed?.fields.slice(0, 2), ["seq", "hash"]);
  assert.ok(removed?.fields.includes("record"));
  for (const { name, fields, means } of [...session, ...repository]) {
    assert.ok(fields.length > 0, name);
    assert.match(means, /\.$/, name);
  }
});

Deno.test("names of a constant are read through what is around them; none is an error", () => {
  assert.deepEqual(listedNames("src/workflow/projection.ts", "PHASE_PAIRS"), [
    "withdrawn",
    "withdrawnReason",
  ]);
  assert.equal(listedNames("src/workflow/projection.ts", "STATE")[0], "session");
  assert.throws(() => listedNames("src/workflow/projection.ts", "RUN"), /Cannot find/);
});
