/** What `reject`, `reopen` and `revoke` do, and what they refuse. */
import assert from "node:assert/strict";
import { finishBlockers } from "../../../src/workflow/blockers.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import type { ItemDefinition, WorkflowDefinition } from "../../../src/workflow/definition.ts";
import { currentPhase } from "../../../src/workflow/locate.ts";
import { describe } from "../../../src/workflow/progress.ts";
import { nextStep } from "../../../src/workflow/next_step.ts";
import {
  AGENT,
  approve,
  approvePhase,
  CHECKED,
  item,
  outcomeOf,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const GATE = { verification: CHECKED.manual_gate } as const;
const WHY = "The error cases are missing";

const reject = (id: string, reason = WHY): Command => ({ kind: "reject", item: id, reason });
const reopen = (id: string, reason = WHY): Command => ({ kind: "reopen", item: id, reason });
const revoke = (id: string, reason = WHY): Command => ({
  kind: "revoke",
  what: { item: id },
  reason,
});
const revokePhase = (id: string): Command => ({ kind: "revoke", what: { phase: id }, reason: WHY });

/** `plan` → `code` → `gate`, and `docs` on its own; then a phase with an item. */
function planned(more: Partial<WorkflowDefinition["phases"][number]> = {}): Session {
  const items: readonly (string | ItemDefinition)[] = [
    "plan",
    item("code", { needs: ["plan"], verification: CHECKED.command }),
    item("gate", { needs: ["code"], ...GATE }),
    "docs",
  ];
  return new Session(workflow([phase("A", items, more), phase("B", ["z"])]));
}

function allDone(session: Session): Session {
  return session.complete("plan").complete("code", outcomeOf(CHECKED.command)).complete("docs")
    .do(approve("gate"));
}

const statuses = (session: Session, phaseId = "A") =>
  Object.entries(session.state.phases[phaseId]?.items ?? {}).map(([id, { status }]) =>
    `${id} ${status}`
  );

Deno.test("a rejected item is open again, with all that needs it, and it is counted", () => {
  const session = allDone(planned()).do(reject("plan"));
  assert.deepEqual(statuses(session), [
    "plan pending",
    "code pending",
    "gate pending",
    "docs completed",
  ]);
  const [event] = session.journal.slice(-1);
  assert.deepEqual(event?.data, {
    phase: "A",
    item: "plan",
    reason: WHY,
    also: ["code", "gate"],
  });
  assert.equal(session.item("A", "plan").rejections, 1);
  assert.equal(session.item("A", "gate").rejections, undefined);
  assert.equal(session.refusal({ kind: "advance" }).code, "phase_blocked");
  const [plan, code] = describe(session.state).items;
  assert.deepEqual(plan?.remarks, [`rejected by ada: ${WHY}`]);
  assert.deepEqual(
    code?.remarks?.[0],
    `opened again: "plan", which it needs, was rejected by ada: ${WHY}`,
  );
  session.complete("plan").do(reject("plan")).complete("plan");
  assert.deepEqual(describe(session.state).items[0]?.remarks, ["was rejected 2 times"]);
});

Deno.test("a gate that waits can be rejected, and is open as before", () => {
  const session = planned().do(reject("gate"));
  assert.equal(session.item("A", "gate").status, "pending");
  assert.equal(session.item("A", "gate").rejections, 1);
});

Deno.test("reject: an agent does not reject what a person approves, unless agents may approve", () => {
  const session = allDone(planned());
  assert.equal(
    session.try(reject("gate"), AGENT).error?.code,
    "agent_refused",
  );
  session.do(reject("plan"), AGENT);
  const free = new Session(
    workflow([phase("A", [item("gate", GATE)])], { agents_may_approve: true }),
  );
  free.do(reject("gate"), AGENT);
});

Deno.test("the second rejection for the same reason records nothing; another reason is recorded", () => {
  const session = allDone(planned()).do(reject("plan"));
  const again = session.try(reject("plan"));
  assert.equal(again.value?.already, '"plan" is already rejected');
  session.do(reject("plan", "And it has no title"));
  assert.equal(session.item("A", "plan").rejections, 2);
  // What was done since may be rejected for the same reason.
  session.complete("plan").do(reject("plan", "And it has no title"));
  assert.equal(session.item("A", "plan").rejections, 3);
});

Deno.test("a reopened item is open, and what needs it must be completed once more", () => {
  const session = allDone(planned()).do(reopen("plan"), AGENT);
  assert.deepEqual(statuses(session), [
    "plan pending",
    "code completed",
    "gate completed",
    "docs completed",
  ]);
  assert.equal(session.item("A", "code").needsAgain, "plan");
  assert.equal(session.item("A", "docs").needsAgain, undefined);
  const { done, total, blockers, approvals, items } = describe(session.state);
  assert.deepEqual([done, total], [1, 5]);
  // An approval that must be given again holds no more.
  assert.deepEqual(approvals, []);
  const [gate] = items.filter(({ id }) => id === "gate");
  assert.match(gate?.remarks?.[0] ?? "", /^must be approved again: "plan"/);
  assert.deepEqual(blockers.map(({ kind }) => kind), ["item_open", "item_stale", "item_stale"]);
  assert.deepEqual(nextStep(session.state).argv, ["complete", "plan"]);
  session.complete("plan");
  assert.match(
    session.refusal({ kind: "advance" }).message,
    /"code" must be completed again: .*"gate" must be approved again/,
  );
  assert.deepEqual(nextStep(session.state).argv, ["complete", "code"]);
  // It has to pass its verification again.
  session.complete("code", outcomeOf(CHECKED.command, false));
  assert.equal(session.item("A", "code").status, "failed");
  session.complete("code", outcomeOf(CHECKED.command)).do(approve("gate")).do({ kind: "advance" });
});

Deno.test("a verification that began before its item became stale does not count", () => {
  const session = allDone(planned());
  const basis = session.item("A", "code").touched;
  session.do(reopen("plan")).complete("plan");
  const outcome = outcomeOf(CHECKED.command);
  const refusal = session.refusal({ kind: "complete", item: "code", outcome, basis });
  assert.equal(refusal.code, "state_moved");
});

Deno.test("reopen: what is open is so already, a skip can be taken back, an approval is revoked", () => {
  const session = planned();
  assert.equal(session.try(reopen("plan")).value?.already, '"plan" is already open');
  session.do(skip("docs", "There is nothing to say")).do(reopen("docs"));
  assert.equal(session.item("A", "docs").status, "pending");
  assert.equal(session.item("A", "docs").skipReason, undefined);
  allDone(session);
  const refusal = session.refusal(reopen("gate"));
  assert.equal(refusal.code, "item_blocked");
  assert.match(refusal.hint ?? "", /orchestrator revoke gate/);
});

Deno.test("a revoked approval of the current phase is missing again", () => {
  const session = allDone(planned()).do(revoke("gate"), AGENT);
  const { status, approval } = session.item("A", "gate");
  assert.deepEqual([status, approval], ["pending", undefined]);
  assert.equal(
    session.try(revoke("gate")).value?.already,
    'The approval of "gate" is already revoked',
  );
  assert.equal(session.refusal({ kind: "advance" }).code, "phase_blocked");
  const [notice] = describe(session.state).bypasses.filter(({ kind }) =>
    kind === "approval_revoked"
  );
  assert.ok(notice?.kind === "approval_revoked");
  assert.deepEqual([notice.item, notice.reason], ["gate", WHY]);
  session.do(approve("gate")).do({ kind: "advance" });
  assert.equal(describe(session.state).revoked, undefined);
});

Deno.test("a revoked approval of an earlier phase stops advance and finish until it is given again", () => {
  const session = allDone(planned({ exit_gate: "human_approval" })).do(approvePhase("A"))
    .do({ kind: "advance" }).complete("z").do(revoke("gate"));
  assert.equal(session.item("A", "gate").status, "completed");
  const refusal = session.refusal({ kind: "finish" });
  assert.match(refusal.message, /the approval of "gate" was revoked/);
  assert.deepEqual(nextStep(session.state), {
    argv: ["approve", "gate"],
    byPerson: true,
    why: 'The approval of "gate" was revoked',
  });
  session.do(revokePhase("A"));
  const here = currentPhase(session.state);
  assert.ok(here !== undefined);
  assert.equal(finishBlockers(session.state, here).length, 2);
  session.do(approve("gate"));
  assert.deepEqual(nextStep(session.state).argv, ["approve", "--phase", "A"]);
  session.do(approvePhase("A")).do({ kind: "finish" });
});

Deno.test("a finished session says everywhere that an approval was revoked", () => {
  const session = allDone(planned()).do({ kind: "advance" }).complete("z").do({ kind: "finish" })
    .do(revoke("gate"), AGENT);
  const progress = describe(session.state);
  assert.equal(progress.status, "completed");
  assert.equal(progress.revoked, "approval of gate revoked");
  assert.equal(progress.next.why, "The workflow is finished; approval of gate revoked");
  assert.match(
    session.refusal({ kind: "note", text: "x" }).message,
    /the workflow is finished; approval of gate revoked$/,
  );
  assert.equal(
    session.try(revoke("gate")).value?.already,
    'The approval of "gate" is already revoked',
  );
});

Deno.test("what is rejected, reopened or revoked behind an approval of the phase takes it back", () => {
  for (const command of [reject("docs"), reopen("docs"), revoke("gate")]) {
    const session = allDone(planned({ exit_gate: "human_approval" })).do(approvePhase("A"))
      .do(command);
    assert.equal(session.state.phases["A"]?.approval, undefined);
    const refusal = session.refusal({ kind: "advance" });
    assert.match(refusal.message, /phase "A" needs approval/);
  }
});

Deno.test("a checkpoint does not give back what was rejected, reopened or revoked since", () => {
  for (const command of [reject("plan"), reopen("plan"), revoke("gate")]) {
    const session = allDone(planned({ exit_gate: "human_approval" })).do(approvePhase("A")).do({
      kind: "create_checkpoint",
      checkpoint: "cp",
      decisions: [],
      files: [],
    });
    const created = session.journal.at(-1);
    assert.ok(created?.type === "checkpoint_created");
    const { snapshot } = created.data;
    session.do(command);
    session.do({
      kind: "restore_checkpoint",
      checkpoint: "cp",
      checkpointSeq: created.seq,
      snapshot,
    });
    assert.equal(session.refusal({ kind: "advance" }).code, "phase_blocked", command.kind);
    assert.match(session.refusal({ kind: "advance" }).message, /phase "A" needs approval/);
  }
  // What was completed again since is not replaced by what was rejected.
  const session = allDone(planned()).do({
    kind: "create_checkpoint",
    checkpoint: "cp",
    decisions: [],
    files: [],
  });
  const created = session.journal.at(-1);
  assert.ok(created?.type === "checkpoint_created");
  session.do(reject("docs")).do({
    kind: "restore_checkpoint",
    checkpoint: "cp",
    checkpointSeq: created.seq,
    snapshot: created.data.snapshot,
  });
  assert.equal(session.item("A", "docs").status, "pending");
  assert.equal(session.item("A", "plan").status, "completed");
});

Deno.test("each thing that cannot be taken back has its own refusal", () => {
  const session = allDone(planned({ exit_gate: "human_approval" }));
  const refusals: readonly (readonly [Command, string, RegExp])[] = [
    [reject("nothing"), "item_unknown", /the workflow has no such item/],
    [reopen("nothing"), "item_unknown", /the workflow has no such item/],
    [revoke("nothing"), "item_unknown", /the workflow has no such item/],
    [revokePhase("NOWHERE"), "phase_unknown", /the workflow has no such phase/],
    [reject("z"), "item_blocked", /belongs to phase "B", which has not started/],
    [reopen("z"), "item_blocked", /belongs to phase "B", which has not started/],
    [revoke("plan"), "item_blocked", /the item needs no approval/],
    [revoke("z"), "item_blocked", /the item needs no approval/],
    [revokePhase("A"), "phase_blocked", /it was never approved/],
    [revokePhase("B"), "phase_blocked", /the phase needs no approval/],
    [reject("plan", " "), "too_short", /the reason must not be empty/],
    [reopen("plan", "x".repeat(2001)), "too_long", /limit 2000/],
  ];
  for (const [command, code, message] of refusals) {
    const refusal = session.refusal(command);
    assert.equal(refusal.code, code, refusal.message);
    assert.match(refusal.message, message);
    assert.match(refusal.message, /^Cannot (reject|reopen|revoke) /);
  }
  assert.match(planned().refusal(revoke("gate")).message, /it was never approved/);
  assert.match(planned().refusal(reject("plan")).message, /it is not completed/);
  session.do(approvePhase("A")).do({ kind: "advance" });
  for (const command of [reject("plan"), reopen("plan")]) {
    assert.match(session.refusal(command).message, /belongs to phase "A", which has ended/);
  }
  session.complete("z").do({ kind: "finish" });
  for (const command of [reject("z"), reopen("z")]) {
    assert.equal(session.refusal(command).code, "workflow_ended");
  }
});

Deno.test("recheck: not before what an item needs, and then it need not be completed again", () => {
  const session = allDone(planned()).do(reopen("plan"));
  const recheck = () => ({
    kind: "recheck" as const,
    phase: "A",
    item: "code",
    outcome: outcomeOf(CHECKED.command),
    basis: session.item("A", "code").touched,
  });
  assert.match(session.refusal(recheck()).message, /^Cannot recheck "code": it needs "plan"/);
  session.complete("plan").do(recheck());
  assert.equal(session.item("A", "code").needsAgain, undefined);
  session.do(approve("gate")).do({ kind: "advance" });
});

Deno.test("a revoked approval is given again by its phase where the current one has an item of that id", () => {
  const phases = [phase("A", [item("x", GATE)]), phase("B", ["x"])];
  const session = new Session(workflow(phases)).do(approve("x")).do({ kind: "advance" })
    .do(revoke("A/x"));
  assert.deepEqual(nextStep(session.state).argv, ["approve", "A/x"]);
  session.do(approve("A/x"));
  assert.equal(session.item("A", "x").withdrawn, undefined);
});

Deno.test("a checkpoint of a later phase is not restored over what was rejected since", () => {
  const checkpoint = (id: string): Command => ({
    kind: "create_checkpoint",
    checkpoint: id,
    decisions: [],
    files: [],
  });
  const session = allDone(planned()).do(checkpoint("early")).do({ kind: "advance" })
    .do(checkpoint("late"));
  const restore = (id: string): Command => {
    const created = session.journal.find((event) =>
      event.type === "checkpoint_created" && event.data.checkpoint === id
    );
    assert.ok(created?.type === "checkpoint_created");
    const { seq, data: { snapshot } } = created;
    return { kind: "restore_checkpoint", checkpoint: id, checkpointSeq: seq, snapshot };
  };
  session.do(restore("early")).do(reject("docs"));
  const refusal = session.refusal(restore("late"));
  assert.equal(refusal.code, "item_blocked");
  assert.match(
    refusal.message,
    /"docs" of phase "A", which had ended there, was rejected or reopened/,
  );
  session.complete("docs").do(restore("late"));
});

Deno.test("an item without a verification that changed meanwhile is not said to have run one", () => {
  const session = planned().complete("plan").do(reopen("plan"));
  const refusal = session.refusal({ kind: "complete", item: "plan", basis: 0 });
  assert.equal(refusal.code, "state_moved");
  assert.equal(
    refusal.message,
    'Cannot complete "plan": the item changed while it was completed',
  );
});
