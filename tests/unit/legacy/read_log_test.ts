import assert from "node:assert/strict";
import { type LegacyLogEntry, LoggedWorkflows, LogReader } from "../../../src/legacy/read_log.ts";
import { LineSplitter } from "../../../src/platform/line_splitter.ts";

/** Reads a log in pieces of a few bytes. */
function readLog(text: string, limit = 1000) {
  const entries: LegacyLogEntry[] = [];
  const reader = new LogReader((entry) => entries.push(entry));
  const lines = new LineSplitter((line, ended) => reader.next(line, ended), limit);
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 5) lines.push(bytes.subarray(at, at + 5));
  lines.end();
  return { entries, bad: reader.bad };
}

const event = (fields: Record<string, unknown>) => JSON.stringify(fields) + "\n";

Deno.test("LogReader keeps every line that is an object, known type or not", () => {
  const text = event({
    timestamp: "2026-01-05T08:00:00Z",
    event_type: "workflow_started",
    workflow_id: "wf_1",
    phase_id: null,
    item_id: null,
    message: "Started workflow: Print: the tables",
    details: { project: "almanac" },
    actor: "system",
  }) + "\n\r\n" + event({ event_type: "tide_turned", workflow_id: "wf_1", height: 1.5 }) + "{}\n";
  const { entries, bad } = readLog(text);
  assert.deepEqual(bad, []);
  assert.deepEqual(entries.map((entry) => [entry.line, entry.eventType, entry.workflowId]), [
    [1, "workflow_started", "wf_1"],
    [4, "tide_turned", "wf_1"],
    [5, "", null],
  ]);
  assert.deepEqual(entries[0]?.details, { project: "almanac" });
  assert.deepEqual(entries[1]?.raw, {
    event_type: "tide_turned",
    workflow_id: "wf_1",
    height: 1.5,
  });
  assert.equal(entries[1]?.actor, "system");
});

Deno.test("LogReader reports what is no event, and a torn last line as torn", () => {
  const good = event({ event_type: "error", workflow_id: "wf_1", details: { x: NaN } });
  const text = `${good}oops\n[1]\n${good}{"event_type": "item_comp`;
  const { entries, bad } = readLog(text);
  assert.deepEqual(entries.map((entry) => entry.line), [1, 4]);
  assert.deepEqual(bad, [
    { line: 2, reason: 'unexpected character "o" (column 1)', torn: false },
    { line: 3, reason: "not an object", torn: false },
    { line: 5, reason: "incomplete: the text ends inside a string (column 26)", torn: true },
  ]);
});

Deno.test("LogReader: a last line without a line break counts when it is whole", () => {
  const { entries, bad } = readLog('\uFEFF{"event_type": "error"}');
  assert.equal(entries.length, 1);
  assert.deepEqual(bad, []);
  assert.deepEqual(readLog(""), { entries: [], bad: [] });
});

Deno.test("LogReader: a line cut off in the middle of a log is bad and not torn", () => {
  const { bad } = readLog('{"a": \n{}\n');
  assert.deepEqual(bad.map((line) => [line.line, line.torn]), [[1, false]]);
});

Deno.test("LoggedWorkflows tells each workflow's task, end and time span", () => {
  const at = (workflow_id: string | null, timestamp: string, event_type: string, message = "") =>
    event({ workflow_id, timestamp, event_type, message });
  const workflows = new LoggedWorkflows();
  const { entries } = readLog(
    at("wf_1", "T1", "workflow_started", "Started workflow: One") +
      at("wf_2", "T2", "workflow_started", "Two, in other words") +
      at("wf_1", "T3", "workflow_abandoned") +
      at(null, "T4", "conflict_resolved") +
      at("wf_3", "T5", "phase_started") +
      at("wf_2", "T6", "workflow_completed") +
      at("wf_2", "T7", "error"),
  );
  for (const entry of entries) workflows.take(entry);
  assert.deepEqual(workflows.all, [
    { workflowId: "wf_1", task: "One", status: "abandoned", first: "T1", last: "T3", events: 2 },
    {
      workflowId: "wf_2",
      task: "Two, in other words",
      status: "completed",
      first: "T2",
      last: "T7",
      events: 3,
    },
    { workflowId: "wf_3", task: null, status: "active", first: "T5", last: "T5", events: 1 },
  ]);
});

Deno.test("LogReader: lines that are too long, and very many that are no events", () => {
  const good = event({ event_type: "error" });
  const long = readLog(`${good}${event({ text: "x".repeat(1000) })}${good}`);
  assert.deepEqual(long.entries.map((entry) => entry.line), [1, 3]);
  assert.deepEqual(long.bad, [{ line: 2, reason: "it is too long", torn: false }]);
  const { bad } = readLog("x\n".repeat(1000) + good);
  assert.equal(bad.length, 50);
  assert.match(bad.at(-1)?.reason ?? "", /; 950 more lines after it are not events$/);
});
