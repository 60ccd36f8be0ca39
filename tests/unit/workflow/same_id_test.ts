/** Items of several phases with one id: which one a name means, and how each is named. */
import assert from "node:assert/strict";
import type { Command } from "../../../src/workflow/commands.ts";
import { nextStep } from "../../../src/workflow/next_step.ts";
import type { ProofSeen } from "../../../src/workflow/proof_seen.ts";
import { recheckTarget } from "../../../src/workflow/recheck.ts";
import { audited } from "./audit/forged_fields_test.ts";
import {
  approve,
  CHECKED,
  item,
  LONG_REASON,
  outcomeOf,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const GATE = { verification: CHECKED.manual_gate } as const;
const WHY = "The error cases are missing";
const reject = (id: string): Command => ({ kind: "reject", item: id, reason: WHY });
const reopen = (id: string): Command => ({ kind: "reopen", item: id, reason: WHY });
const revoke = (id: string): Command => ({ kind: "revoke", what: { item: id }, reason: WHY });

function ofFile(id: string, content: string): Command {
  const sha256 = content.repeat(64).slice(0, 64);
  const file = { path: "docs/plan.md", size: 1, sha256, blob: sha256.slice(0, 40) };
  return {
    kind: "approve_item",
    item: id,
    approval: { how: "terminal", detection: "none", file },
  };
}

/** Three phases with the same items; the first one is done. */
function twins(more: Parameters<typeof item>[1] = {}): Session {
  const items = (id: string) => [
    item("ok", { ...GATE, ...more }),
    item("g", { verification: CHECKED.command }),
    item(`only_${id.toLowerCase()}`),
  ];
  const phases = ["A", "B", "C"].map((id) => phase(id, items(id)));
  const session = new Session({
    ...workflow(phases, { proofs: "fresh", shell: "sh" }),
    format: 2,
  });
  return session.do(approve("ok")).complete("g", outcomeOf(CHECKED.command)).complete("only_a")
    .do({ kind: "advance", proofs: proofs(session) });
}

function proofs(session: Session, stale: readonly string[] = []): readonly ProofSeen[] {
  return Object.entries(session.state.phases).flatMap(([phaseId, { items }]) =>
    Object.entries(items).flatMap(([id, { proof }]): ProofSeen[] =>
      proof === undefined ? [] : [{
        phase: phaseId,
        item: id,
        seq: proof.seq,
        ...(stale.includes(`${phaseId}/${id}`)
          ? { verdict: "stale", changed: 1, files: ["src"] }
          : { verdict: "fresh" }),
      }]
    )
  );
}

Deno.test("same id: PHASE/item names an item of the current phase for every command", () => {
  const session = twins();
  session.do(approve("B/ok"));
  assert.equal(session.item("B", "ok").status, "completed");
  session.do(revoke("B/ok"));
  session.do(approve("B/ok")).do(reject("B/ok"));
  session.complete("B/g", outcomeOf(CHECKED.command)).do(reopen("B/g"));
  session.do(skip("B/only_b", LONG_REASON));
  assert.deepEqual(
    session.journal.slice(-6).map(({ data }) => "item" in data ? data.item : ""),
    ["ok", "ok", "ok", "g", "g", "only_b"],
  );
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("same id: an id alone never means an item of another phase", () => {
  const session = twins();
  const refusal = session.refusal(revoke("ok"));
  assert.equal(refusal.message, 'Cannot revoke the approval of "ok": it was never approved');
  assert.match(refusal.hint ?? "", /`A\/ok`/);
  session.do(revoke("A/ok"));
  assert.deepEqual(nextStep(session.state).argv, ["approve", "A/ok"]);
  session.do(approve("ok"));
  assert.equal(session.item("B", "ok").status, "completed");
  assert.match(session.try(approve("ok")).value?.already ?? "", /already approved/);
  session.do(approve("A/ok"));
  assert.equal(session.item("A", "ok").withdrawn, undefined);
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("same id: the others are refused outside the current phase, and say which is meant", () => {
  const session = twins();
  const others = [
    reject("A/g"),
    reopen("A/g"),
    skip("A/g", LONG_REASON, true),
    { kind: "complete", item: "A/g", outcome: outcomeOf(CHECKED.command) },
  ] as const;
  for (const command of others) {
    const { code, message } = session.refusal(command);
    assert.equal(code, "item_blocked");
    assert.match(message, /"A\/g": it belongs to phase "A", which has ended/);
  }
  assert.equal(session.refusal(approve("NONE/ok")).code, "item_unknown");
  assert.equal(session.refusal(approve("A/nothing")).code, "item_unknown");
});

Deno.test("same id: an approval that is stale is named so that it can be given again", () => {
  const verification = { type: "manual_gate", path: "docs/plan.md" } as const;
  const phases = ["A", "B"].map((id) => phase(id, [item("ok", { verification })]));
  const session = new Session({
    ...workflow(phases, { proofs: "fresh", shell: "sh" }),
    format: 2,
  });
  const work: NonNullable<Extract<Command, { kind: "approve_item" }>["work"]> = {
    root: { machine: "m", path: "p", directory: "d" },
    tree: {
      head: null,
      branch: null,
      tree: "1".repeat(40),
      committable: true,
      changed: [],
      changedCount: 0,
    },
  };
  const given = (id: string, content: string) => ({ ...ofFile(id, content), work } as Command);
  session.do(given("ok", "1")).do({ kind: "advance", proofs: proofs(session) });
  session.do(given("ok", "1"));
  const refusal = session.refusal({ kind: "finish", proofs: proofs(session, ["A/ok"]) });
  assert.equal(refusal.hint, "Ask a person to run `orchestrator approve A/ok`");
  assert.match(refusal.message, /the approval of "A\/ok" is stale/);
  session.do(given("A/ok", "2"));
  session.do({ kind: "finish", proofs: proofs(session) });
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("same id: of several earlier phases none is chosen", () => {
  const same = () => [item("ok", GATE), item("g", { verification: CHECKED.command })];
  const session = new Session(
    workflow([phase("A", same()), phase("B", same()), phase("C", ["z"])]),
  );
  for (const _ of ["A", "B"]) {
    session.do(approve("ok")).complete("g", outcomeOf(CHECKED.command)).do({ kind: "advance" });
  }
  const refusal = session.refusal(revoke("ok"));
  assert.match(refusal.message, /several phases: A\/ok, B\/ok$/);
  assert.match(
    recheckTarget(session.state, "g").error?.message ?? "",
    /several phases: A\/g, B\/g/,
  );
  assert.deepEqual(recheckTarget(session.state, "A/g").value, { phase: "A", item: "g" });
  session.do(revoke("A/ok"));
  // One of them is approved, and one waits for its approval.
  session.do(revoke("ok")).do(approve("A/ok"));
  assert.deepEqual(nextStep(session.state).argv, ["approve", "B/ok"]);
  session.do(approve("ok"));
  assert.equal(session.item("B", "ok").withdrawn, undefined);
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("same id: recheck means the item of the current phase, and names one of another", () => {
  const session = twins();
  const failing = { ...outcomeOf(CHECKED.command, false) };
  assert.deepEqual(recheckTarget(session.state, "g").value, { phase: "B", item: "g" });
  const basis = session.item("A", "g").touched;
  session.do({ kind: "recheck", phase: "A", item: "g", outcome: failing, basis });
  assert.deepEqual(nextStep(session.state).argv, ["recheck", "A/g"]);
});

Deno.test("a gate that was rejected and never approved has no approval to revoke", () => {
  const session = new Session(workflow([phase("A", [item("ok", GATE)])])).do(reject("ok"));
  const { code, message } = session.refusal(revoke("ok"));
  assert.equal(code, "item_blocked");
  assert.equal(
    message,
    'Cannot revoke the approval of "ok": it is not approved: it was rejected',
  );
});
