import assert from "node:assert/strict";
import type { SessionEvent } from "../../../src/workflow/events.ts";
import { evolve } from "../../../src/workflow/evolve.ts";
import { RECENT_LIMIT, type StateSeed } from "../../../src/workflow/state.ts";
import { describe } from "../../../src/workflow/progress.ts";
import {
  AGENT,
  CHECKED,
  frozen,
  item,
  LONG_REASON,
  outcomeOf,
  PERSON,
  phase,
  Session,
  skip,
  timeOf,
  workflow,
} from "./session_builder.ts";

const DEFINITION = workflow([
  phase("A", [item("a", { verification: CHECKED.command }), "b"]),
  phase("B", ["c"]),
]);

Deno.test("a started session is in its first phase with everything pending", () => {
  const { state } = new Session(DEFINITION, AGENT, ["tests_dir"]);
  const pending = { status: "pending", touched: 0, failures: 0 };
  assert.deepEqual(state, {
    audited: 1,
    session: "s1",
    lineage: "l1",
    seq: 1,
    name: null,
    task: "Add login",
    project: null,
    constraints: [],
    definition: DEFINITION,
    overriddenSettings: ["tests_dir"],
    status: "active",
    phase: "A",
    phases: {
      A: { status: "active", startedAt: timeOf(1), items: { a: pending, b: pending } },
      B: { status: "pending", items: { c: pending } },
    },
    createdAt: timeOf(1),
    createdBy: AGENT,
    updatedAt: timeOf(1),
    notes: { count: 0, recent: [] },
    checkpoints: { count: 0, recent: [] },
    bypasses: [],
  });
});

Deno.test("an event says when, by whom and how an item came to stand where it stands", () => {
  const session = new Session(DEFINITION);
  const failed = outcomeOf(CHECKED.command, false);
  session.do({ kind: "complete", item: "a", outcome: failed }, AGENT);
  assert.deepEqual(session.item("A", "a"), {
    status: "failed",
    touched: 2,
    failures: 1,
    at: timeOf(2),
    by: AGENT,
    verification: failed,
  });
  const passed = outcomeOf(CHECKED.command);
  session.do({ kind: "complete", item: "a", outcome: passed, notes: "fixed", evidence: ["log"] });
  assert.deepEqual(session.item("A", "a"), {
    status: "completed",
    touched: 3,
    failures: 1,
    at: timeOf(3),
    by: PERSON,
    notes: "fixed",
    evidence: ["log"],
    verification: passed,
  });
});

Deno.test("the failure that a skip passes by stays visible", () => {
  const failed = outcomeOf(CHECKED.command, false);
  const session = new Session(DEFINITION).complete("a", failed).do(skip("a", "server is down"));
  assert.deepEqual(session.item("A", "a"), {
    status: "skipped",
    touched: 3,
    failures: 1,
    at: timeOf(3),
    by: PERSON,
    skipReason: "server is down",
    verification: failed,
  });
});

Deno.test("what an event does not concern is shared, not copied", () => {
  const session = new Session(DEFINITION);
  const before = session.state;
  session.complete("b");
  const after = session.state;
  assert.notEqual(after, before);
  assert.equal(after.phases.B, before.phases.B);
  assert.equal(after.phases.A?.items.a, before.phases.A?.items.a);
  assert.equal(after.definition, before.definition);
  assert.equal(after.notes, before.notes);
});

Deno.test("an event of an unknown type only moves seq and time", () => {
  const { state } = new Session(DEFINITION);
  const future = {
    seq: 2,
    time: timeOf(9),
    actor: PERSON,
    type: "item_teleported",
    data: { phase: "A", item: "a" },
  } as unknown as SessionEvent;
  assert.deepEqual(evolve(state, frozen(future)), { ...state, seq: 2, updatedAt: timeOf(9) });
});

Deno.test("an event that names what the definition has not only moves seq and time", () => {
  const session = new Session(DEFINITION);
  const { state } = session;
  const none = { type: "none", passed: true } as const;
  const approval = { how: "flag", detection: "none" } as const;
  session
    .append({ type: "item_completed", data: { phase: "A", item: "toString", verification: none } })
    .append({
      type: "item_completed",
      data: { phase: "constructor", item: "a", verification: none },
    })
    .append({ type: "item_skipped", data: { phase: "A", item: "z", reason: "", forced: true } })
    .append({ type: "item_approved", data: { phase: "Z", item: "a", approval } })
    .append({ type: "phase_approved", data: { phase: "Z", approval } })
    .append({ type: "phase_advanced", data: { from: "A", to: "Z" } })
    .append({ type: "phase_advanced", data: { from: "Z", to: "B" } });
  assert.deepEqual(session.state, { ...state, seq: 8, updatedAt: timeOf(8) });
});

Deno.test("a second beginning changes nothing", () => {
  const session = new Session(DEFINITION);
  const { state } = session;
  const [start] = session.journal;
  assert.ok(start?.type === "session_started");
  session.append({
    type: "session_started",
    data: { ...start.data, session: "s2", task: "Other" },
  });
  assert.deepEqual(session.state, { ...state, seq: 2, updatedAt: timeOf(2) });
});

Deno.test("a journal that begins with anything else makes an empty state without a session", () => {
  const state = evolve(null, {
    seq: 1,
    time: timeOf(1),
    actor: PERSON,
    type: "note_added",
    data: { text: "x", phase: null },
  });
  assert.deepEqual([state.session, state.phase, state.seq], ["", null, 1]);
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
  assert.deepEqual(describe(state).next.argv, ["log", "verify"]);
});

Deno.test("growing lists keep their count and the newest few", () => {
  const session = new Session(DEFINITION);
  const many = RECENT_LIMIT + 5;
  for (let index = 1; index <= many; index++) {
    session.do({ kind: "note", text: `note ${index}` });
    session.do({
      kind: "create_checkpoint",
      checkpoint: `cp${index}`,
      decisions: [],
      files: [],
    });
  }
  const { notes, checkpoints } = session.state;
  assert.deepEqual([notes.count, notes.recent.length], [many, RECENT_LIMIT]);
  assert.deepEqual([notes.recent[0]?.text, notes.recent.at(-1)?.text], ["note 6", `note ${many}`]);
  assert.deepEqual([checkpoints.count, checkpoints.recent.length], [many, RECENT_LIMIT]);
});

Deno.test("a restore from an ended state reopens it without the marks of its end", () => {
  const session = new Session(DEFINITION);
  const { status, phase: at, phases } = session.state;
  session.do({ kind: "abandon", reason: "changed our minds" }).append({
    type: "checkpoint_restored",
    data: { checkpoint: "cp", checkpointSeq: 1, snapshot: { status, phase: at, phases } },
  });
  const { state } = session;
  assert.deepEqual([state.status, state.phase], ["active", "A"]);
  for (const field of ["endedAt", "endedBy", "endNotes", "abandonReason"]) {
    assert.ok(!(field in state), field);
  }
});

function seed(fields: Partial<StateSeed> = {}): StateSeed {
  return {
    status: "active",
    phase: "A",
    phases: {
      A: {
        status: "active",
        startedAt: timeOf(-50),
        items: {
          a: {
            status: "skipped",
            touched: 77,
            failures: 2,
            at: timeOf(-40),
            forced: true,
            skipReason: LONG_REASON,
            legacy: { files_modified: null },
          },
        },
      },
    },
    name: null,
    task: "Old task",
    project: "web",
    constraints: ["No new dependencies"],
    definition: DEFINITION,
    createdAt: timeOf(-60),
    updatedAt: timeOf(-30),
    notes: [],
    ...fields,
  };
}

function imported(from: StateSeed, source: Readonly<Record<string, unknown>> = {}) {
  return evolve(
    null,
    frozen({
      seq: 1,
      time: timeOf(1),
      actor: PERSON,
      type: "session_imported",
      data: {
        session: "s1",
        lineage: "l1",
        seed: from,
        source,
        history: [],
        toolVersion: "0.0.0",
      },
    }),
  );
}

Deno.test("an imported session has the seed's facts, and every item of its definition", () => {
  const state = imported(seed({ legacy: { workflow_id: "wf_1" } }), { generation: "G4" });
  assert.deepEqual(
    [state.createdAt, state.updatedAt, state.imported, state.legacy, state.createdBy],
    [timeOf(-60), timeOf(-30), "G4", { workflow_id: "wf_1" }, PERSON],
  );
  const { a, b } = state.phases.A?.items ?? {};
  assert.deepEqual([a?.status, a?.failures, a?.touched], ["skipped", 2, 1]);
  assert.deepEqual(b, { status: "pending", touched: 1, failures: 0 });
  assert.equal(state.phases.B?.items.c?.status, "pending");
  assert.deepEqual(state.bypasses.map(({ item, time, by }) => [item, time, by]), [
    ["a", timeOf(-40), PERSON],
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
  assert.ok(!("imported" in imported(seed())));
});

Deno.test("an imported session goes on; what the old tool kept of an item stays with it", () => {
  const done = evolve(imported(seed()), {
    seq: 2,
    time: timeOf(2),
    actor: PERSON,
    type: "item_completed",
    data: { phase: "A", item: "a", verification: { type: "none", passed: true } },
  });
  assert.deepEqual(done.phases.A?.items.a?.legacy, { files_modified: null });
});

Deno.test("an imported session's notes are counted and the newest kept", () => {
  const notes = Array.from({ length: 30 }, (_, index) => ({
    seq: 0,
    time: timeOf(-index),
    by: PERSON,
    text: `n${index}`,
    phase: null,
  }));
  const state = imported(seed({ notes }));
  assert.deepEqual([state.notes.count, state.notes.recent.length], [30, RECENT_LIMIT]);
  assert.equal(state.notes.recent.at(-1)?.text, "n29");
});

Deno.test("the first event that names its rules is known, whatever an imported state says", () => {
  const session = new Session(DEFINITION);
  const [first] = session.journal;
  assert.ok(first?.type === "session_started");
  const { rules, ...old } = first;
  assert.equal(rules, 1);
  const started = evolve(null, old);
  assert.ok(!("audited" in started));
  const noted = { type: "note_added", data: { text: "n", phase: null } } as const;
  const second = evolve(started, { ...noted, seq: 2, time: timeOf(2), actor: PERSON });
  assert.ok(!("audited" in second));
  const third = evolve(second, { ...noted, seq: 3, time: timeOf(3), actor: PERSON, rules: 1 });
  assert.equal(third.audited, 3);
  const fourth = evolve(third, { ...noted, seq: 4, time: timeOf(4), actor: PERSON, rules: 1 });
  assert.equal(fourth.audited, 3);
  const seed = { ...session.state, notes: [], audited: 1 };
  const imported = evolve(null, {
    type: "session_imported",
    data: { session: "s", lineage: "l", seed, source: {}, history: [], toolVersion: "0" },
    seq: 1,
    time: timeOf(1),
    actor: PERSON,
  });
  assert.ok(!("audited" in imported));
});
