/**
 * What a revocation records of the other half of a session that was split.
 */
import assert from "node:assert/strict";
import type { NewEvent, SessionEvent } from "../../../../src/workflow/events.ts";
import { evolve } from "../../../../src/workflow/evolve.ts";
import type { RevokedElsewhere } from "../../../../src/workflow/recorded.ts";
import { decide } from "../../../../src/workflow/decide.ts";
import {
  AGENT,
  CHECKED,
  item,
  PERSON,
  phase,
  Session,
  timeOf,
  workflow,
} from "../session_builder.ts";
import { audited } from "./forged_fields_test.ts";

const ELSEWHERE: RevokedElsewhere = {
  session: "s1",
  seq: 3,
  made: { at: timeOf(3), by: PERSON },
};

/** An imported session in which what was revoked in the other half is recorded. */
function split(
  source: Readonly<Record<string, unknown>>,
  elsewhere: RevokedElsewhere = ELSEWHERE,
): readonly SessionEvent[] {
  const other = new Session(workflow([
    phase("PLAN", [item("ok", { verification: CHECKED.manual_gate })]),
  ])).do({ kind: "approve_item", item: "ok", approval: { how: "terminal", detection: "none" } });
  const { status, phase: at, phases, definition, createdAt, updatedAt, task } = other.state;
  const first = stamped(1, {
    type: "session_imported",
    data: {
      session: "s2",
      lineage: "l2",
      seed: {
        ...{ status, phase: at, phases, definition, createdAt, updatedAt, task },
        name: null,
        project: null,
        constraints: [],
        notes: [],
      },
      source,
      history: [],
      toolVersion: "0.0.0",
    },
  });
  const decision = decide(
    evolve(null, first),
    { kind: "revoke", what: { item: "PLAN/ok" }, reason: "Misread", elsewhere },
    { actor: AGENT },
  );
  const [revoked] = decision.value?.events ?? [];
  assert.ok(revoked !== undefined, decision.error?.message);
  return [first, stamped(2, revoked)];
}

function stamped(seq: number, event: NewEvent): SessionEvent {
  return { ...event, seq, time: timeOf(seq + 10), actor: AGENT } as SessionEvent;
}

const SOURCE = { branchOf: "s1", lineage: "l1", seq: 2, common: 2 };

Deno.test("a revocation from the other half counts as that person's, and is possible in a split", () => {
  const journal = split(SOURCE);
  assert.deepEqual(audited(journal).contradictions, []);
  const state = journal.reduce<ReturnType<typeof evolve> | null>(evolve, null);
  const { withdrawn, withdrawnReason } = state?.phases["PLAN"]?.items["ok"] ?? {};
  assert.deepEqual(withdrawn, { how: "revoked", seq: 2, at: timeOf(3), by: PERSON });
  assert.equal(withdrawnReason, "Misread");
});

Deno.test("in the half that kept the id it counts as well, and says where the other one was split off", () => {
  const journal = split({ kind: "state" }, { ...ELSEWHERE, common: 1 });
  assert.deepEqual(audited(journal).contradictions, []);
});

for (
  const [field, forged] of Object.entries({
    "no event": { common: 0 },
    "the event itself": { common: 2 },
    "no number": { common: "1" },
    "this session": { common: 1, session: "s2" },
  })
) {
  Deno.test(`split off after ${field}: it is named`, () => {
    const journal = split({ kind: "state" }, { ...ELSEWHERE, ...forged } as RevokedElsewhere);
    assert.deepEqual(audited(journal).contradictions.map(({ line }) => line), [2]);
  });
}

Deno.test("in a session that was not split off it is named", () => {
  const { contradictions } = audited(split({ kind: "state" }));
  assert.match(contradictions[0]?.instead ?? "", /not split off/);
});

for (
  const [field, forged] of Object.entries({
    "an unknown field": { ...ELSEWHERE, more: 1 },
    "no session": { ...ELSEWHERE, session: 1 },
    "an event that both halves have": { ...ELSEWHERE, seq: 2 },
    "no number": { ...ELSEWHERE, seq: "x" },
    "no time": { ...ELSEWHERE, made: { ...ELSEWHERE.made, at: "yesterday" } },
    "a kind of actor that there is none of": {
      ...ELSEWHERE,
      made: { ...ELSEWHERE.made, by: { kind: "god", name: "x" } },
    },
    "no author": { ...ELSEWHERE, made: { at: ELSEWHERE.made.at } },
    "nothing": {},
    "a number": 1,
  })
) {
  Deno.test(`elsewhere with ${field} is named`, () => {
    const [first, revoked] = split(SOURCE);
    assert.ok(first !== undefined && revoked?.type === "approval_revoked");
    const data = { ...revoked.data, elsewhere: forged } as typeof revoked.data;
    const { contradictions } = audited([first, { ...revoked, data }]);
    assert.deepEqual(contradictions.map(({ line }) => line), [2]);
  });
}
