import assert from "node:assert/strict";
import { type Command, TEXT_LIMITS } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { SessionState, Snapshot } from "../../../src/workflow/state.ts";
import {
  AGENT,
  approve,
  approvePhase,
  CHECKED,
  item,
  LONG_REASON,
  outcomeOf,
  PERSON,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const GATED = { exit_gate: "human_approval" };
const ADVANCE: Command = { kind: "advance" };
const FINISH: Command = { kind: "finish" };
const ABANDON: Command = { kind: "abandon", reason: "The task was withdrawn" };

function codeOf(session: Session, command: Command): string {
  return session.refusal(command).code;
}

Deno.test("advance waits for every required item, and for no optional one", () => {
  const session = new Session(workflow([
    phase("A", [
      "a",
      item("failing", { verification: CHECKED.command }),
      item("optional", { required: false }),
    ]),
    phase("B", ["b"]),
  ]));
  const refusal = session.refusal(ADVANCE);
  assert.equal(refusal.code, "phase_blocked");
  assert.equal(refusal.hint, "Run `orchestrator complete a`");
  session.do(skip("a", "done by another team"));
  session.complete("failing", outcomeOf(CHECKED.command, false));
  assert.match(session.refusal(ADVANCE).message, /item "failing" failed its verification/);
  session.complete("failing", outcomeOf(CHECKED.command));
  session.do(ADVANCE);
  const { state } = session;
  assert.equal(state.phase, "B");
  assert.deepEqual([state.phases.A?.status, state.phases.B?.status], ["completed", "active"]);
  assert.equal(state.phases.A?.completedAt, state.phases.B?.startedAt);
});

Deno.test("advance waits for the approval of the phase", () => {
  const session = new Session(workflow([phase("A", ["a"], GATED), phase("B", ["b"])]));
  assert.equal(codeOf(session, ADVANCE), "phase_blocked");
  session.complete("a");
  const refusal = session.refusal(ADVANCE);
  assert.equal(refusal.code, "approval_needed");
  assert.equal(refusal.hint, "Ask a person to run `orchestrator approve --phase A`");
  session.do(approvePhase("A")).do(ADVANCE);
});

Deno.test("another exit gate than human_approval is not acted on", () => {
  const session = new Session(
    workflow([phase("A", ["a"], { exit_gate: "all_tests" }), phase("B", ["b"])]),
  );
  session.complete("a").do(ADVANCE);
});

Deno.test("advance past the last phase says to finish, every time, and writes nothing", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  const first = session.refusal(ADVANCE);
  assert.match(first.message, /"A" is the last phase/);
  assert.equal(first.hint, "Run `orchestrator complete a`");
  session.complete("a");
  for (let time = 0; time < 3; time++) {
    const refusal = session.refusal(ADVANCE);
    assert.equal(refusal.code, "phase_blocked");
    assert.equal(refusal.hint, "Run `orchestrator finish`");
  }
  assert.equal(session.journal.length, 2);
});

Deno.test("a phase is approved by a person, while it is the current one, once", () => {
  const session = new Session(
    workflow([phase("PLAN", ["a"], GATED), phase("BUILD", ["b"]), phase("CHECK", ["c"], GATED)]),
  );
  assert.equal(codeOf(session, approvePhase("CHECK")), "phase_blocked");
  const unknown = session.refusal(approvePhase("PLAM"));
  assert.deepEqual([unknown.code, unknown.hint], ["phase_unknown", 'Did you mean "PLAN"?']);
  assert.equal(session.refusal(approvePhase("PLAN"), AGENT).code, "agent_refused");
  assert.equal(
    codeOf(session, { ...approvePhase("PLAN"), notes: "n".repeat(2001) } as Command),
    "too_long",
  );
  session.do({ ...approvePhase("PLAN"), notes: " fine " } as Command);
  assert.deepEqual(session.state.phases.PLAN?.approval, {
    how: "flag",
    detection: "none",
    at: session.journal.at(-1)?.time,
    by: PERSON,
    notes: "fine",
    open: ["a"],
  });
  const approved = session.state;
  for (const actor of [AGENT, PERSON]) {
    const again = session.try(approvePhase("PLAN"), actor);
    assert.notEqual(again.value?.already, undefined, actor.kind);
    assert.deepEqual(again.value?.events, []);
    assert.equal(session.state, approved);
  }
  session.complete("a").do(ADVANCE);
  const needless = session.refusal(approvePhase("BUILD"));
  assert.match(needless.message, /the phase needs no approval/);
  assert.equal(codeOf(session, approvePhase("PLAN")), "phase_blocked");
});

Deno.test("finish only from the last phase, and it lists all that is open", () => {
  const session = new Session(workflow([
    phase("A", ["a1", "a2"], GATED),
    phase("B", ["b", item("optional", { required: false })], { required_reviews: ["security"] }),
  ]));
  const refusal = session.refusal(FINISH);
  assert.equal(refusal.code, "phase_blocked");
  assert.equal(refusal.exitCode, 7);
  const blockers = refusal.details?.blockers as readonly { readonly kind: string }[];
  assert.deepEqual(blockers.map((blocker) => blocker.kind), [
    "phase_ahead",
    "item_open",
    "item_open",
    "approval_missing",
    "item_open",
    "review_missing",
  ]);
  assert.match(refusal.message, /; and 1 more$/);
  session.complete("a1").complete("a2");
  assert.equal(codeOf(session, FINISH), "phase_blocked");
  assert.equal(session.state.status, "active");
});

Deno.test("finish ends the workflow with its notes", () => {
  const session = new Session(workflow([phase("A", ["a"], GATED)]));
  session.complete("a");
  assert.equal(codeOf(session, FINISH), "approval_needed");
  session.do(approvePhase("A"));
  assert.equal(codeOf(session, { kind: "finish", notes: "n".repeat(2001) }), "too_long");
  session.do({ kind: "finish", notes: " all well " });
  const { state } = session;
  assert.deepEqual(
    [state.status, state.phase, state.endNotes, state.phases.A?.status],
    ["completed", null, "all well", "completed"],
  );
  assert.deepEqual([state.endedAt, state.endedBy], [session.journal.at(-1)?.time, PERSON]);
});

Deno.test("required reviews of every phase must be completed, not skipped", () => {
  const definition = workflow([
    phase("A", ["security_review", "quality"], { required_reviews: ["security"] }),
    phase("B", ["b", "quality_review"], { required_reviews: ["quality"] }),
  ]);
  const session = new Session(definition);
  session.complete("security_review").do(skip("quality", "done in phase B")).do(ADVANCE);
  session.complete("b");
  const refusal = session.refusal(FINISH);
  assert.equal(refusal.code, "phase_blocked");
  assert.equal(refusal.hint, "Run `orchestrator complete quality_review`");
  session.complete("quality_review").do(FINISH);
});

Deno.test("advance does not leave the last chance of a required review behind", () => {
  const session = new Session(workflow([
    phase("A", [
      "a",
      item("security_review", { required: false }),
      item("security", { required: false }),
    ]),
    phase("B", ["b"], { required_reviews: ["security"] }),
  ]));
  session.complete("a");
  const refusal = session.refusal(ADVANCE);
  assert.match(refusal.message, /the required review "security" is not done/);
  assert.equal(refusal.hint, "Run `orchestrator complete security_review`");
  session.complete("security").do(ADVANCE);
  session.complete("b").do(FINISH);
});

Deno.test("without supervision a required review is still required", () => {
  const gate = item("security_review", { verification: CHECKED.manual_gate });
  const session = new Session(
    workflow([phase("A", [gate], { required_reviews: ["security"] })], {
      supervision_mode: "zero_human",
    }),
  );
  assert.equal(codeOf(session, { kind: "complete", item: "security_review" }), "approval_needed");
  session.do(approve("security_review")).do(FINISH);
});

Deno.test("a review that no item stands for is named by finish, and can be recorded", () => {
  const session = new Session(workflow([phase("A", ["a"], { required_reviews: ["legal"] })]));
  session.complete("a");
  const refusal = session.refusal(FINISH);
  assert.match(refusal.message, /"legal" is not done/);
  assert.match(refusal.hint ?? "", /review add legal/);
});

Deno.test("abandon takes a reason", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  const short = session.refusal({ kind: "abandon", reason: "  enough   " });
  assert.equal(short.code, "too_short");
  assert.match(short.message, /the reason is 6 characters long \(minimum 10\)/);
  assert.equal(codeOf(session, { kind: "abandon", reason: "r".repeat(2001) }), "too_long");
  session.do(ABANDON);
  assert.deepEqual([session.state.status, session.state.phase], ["abandoned", null]);
  assert.equal(session.state.abandonReason, "The task was withdrawn");
  assert.equal(session.state.phases.A?.status, "active");
});

Deno.test("an ended workflow refuses everything but a new name", () => {
  for (const end of [FINISH, ABANDON]) {
    const session = new Session(workflow([phase("A", ["a"], GATED)]));
    session.complete("a").do(approvePhase("A"));
    session.do({ kind: "create_checkpoint", checkpoint: "cp1", decisions: [], files: [] });
    const { status, phase: at, phases } = session.state;
    session.do(end);
    const commands: readonly Command[] = [
      { kind: "complete", item: "a" },
      { kind: "complete", item: "nonsense" },
      skip("a", LONG_REASON, true),
      approve("a"),
      approvePhase("A"),
      ADVANCE,
      FINISH,
      ABANDON,
      { kind: "note", text: "one more thing" },
      { kind: "create_checkpoint", checkpoint: "cp2", decisions: [], files: [] },
      {
        kind: "restore_checkpoint",
        checkpoint: "cp1",
        checkpointSeq: 4,
        snapshot: { status, phase: at, phases },
      },
    ];
    for (const command of commands) {
      assert.equal(codeOf(session, command), "workflow_ended", command.kind);
    }
    session.do({ kind: "rename", name: "old login work" });
    assert.equal(session.state.name, "old login work");
  }
});

Deno.test("notes are kept with their phase and author, and have limits", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  assert.equal(codeOf(session, { kind: "note", text: " \n " }), "too_short");
  assert.equal(codeOf(session, { kind: "note", text: "n".repeat(5001) }), "too_long");
  assert.equal(codeOf(session, { kind: "note", text: "\0" }), "invalid_argument");
  session.do({ kind: "note", text: "  the API\n\tis slow " }, AGENT);
  assert.deepEqual(session.state.notes, {
    count: 1,
    recent: [{
      seq: 2,
      time: session.journal.at(-1)?.time,
      by: AGENT,
      text: "the API\n\tis slow",
      phase: "A",
    }],
  });
});

Deno.test("a name is one line of at most a hundred characters, or none", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  for (
    const [name, code] of [
      ["", "too_short"],
      ["two\nlines", "invalid_argument"],
      ["\x1b[31mred", "invalid_argument"],
      ["n".repeat(101), "too_long"],
    ] as const
  ) assert.equal(codeOf(session, { kind: "rename", name }), code);
  assert.ok(session.try({ kind: "rename", name: null }).value?.already);
  session.do({ kind: "rename", name: " login " });
  assert.ok(session.try({ kind: "rename", name: "login" }).value?.already);
  session.do({ kind: "rename", name: null });
  assert.equal(session.state.name, null);
});

function checkpoint(session: Session, id: string): Command {
  const { status, phase: at, phases } = session.state;
  const snapshot: Snapshot = { status, phase: at, phases };
  session.do({ kind: "create_checkpoint", checkpoint: id, decisions: [], files: [] });
  return {
    kind: "restore_checkpoint",
    checkpoint: id,
    checkpointSeq: session.state.seq,
    snapshot,
  };
}

Deno.test("a checkpoint keeps its texts within limits and its id once", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  const create = (fields: object): Command =>
    ({
      kind: "create_checkpoint",
      checkpoint: "cp1",
      decisions: [],
      files: [],
      ...fields,
    }) as Command;
  for (
    const [fields, code] of [
      [{ checkpoint: "" }, "too_short"],
      [{ checkpoint: "a\nb" }, "invalid_argument"],
      [{ checkpoint: "c".repeat(101) }, "too_long"],
      [{ message: "m".repeat(2001) }, "too_long"],
      [{ decisions: ["d".repeat(1001)] }, "too_long"],
      [{ decisions: Array(TEXT_LIMITS.entries + 1).fill("d") }, "too_long"],
      [{ files: ["a\nb"] }, "invalid_argument"],
    ] as const
  ) assert.equal(codeOf(session, create(fields)), code, JSON.stringify(fields).slice(0, 60));
  session.do(
    create({ message: " half way ", decisions: [" use JWT ", "  "], files: ["src/a.ts"] }),
  );
  const event = session.journal.at(-1);
  assert.ok(event?.type === "checkpoint_created");
  const { snapshot, ...texts } = event.data;
  assert.deepEqual(texts, {
    checkpoint: "cp1",
    message: "half way",
    decisions: ["use JWT"],
    files: ["src/a.ts"],
  });
  assert.equal(snapshot.phase, "A");
  assert.equal(codeOf(session, create({})), "already_exists");
  assert.deepEqual(session.state.checkpoints.recent.map(({ id, seq }) => [id, seq]), [["cp1", 2]]);
});

Deno.test("restore brings back phases, items and approvals, and touches every item", () => {
  const session = new Session(
    workflow([
      phase("A", ["a", "b"], GATED),
      phase("B", [item("c", { verification: CHECKED.command })]),
    ]),
  );
  session.complete("a");
  const restore = checkpoint(session, "cp1");
  session.complete("b").do(approvePhase("A")).do(ADVANCE);
  const basis = session.item("B", "c").touched;
  session.do(restore);
  const { state } = session;
  assert.equal(state.phase, "A");
  assert.deepEqual([state.phases.A?.status, state.phases.B?.status], ["active", "pending"]);
  assert.equal(state.phases.A?.approval, undefined);
  assert.deepEqual(
    [session.item("A", "a").status, session.item("A", "b").status],
    ["completed", "pending"],
  );
  for (const [at, id] of [["A", "a"], ["A", "b"], ["B", "c"]] as const) {
    assert.equal(session.item(at, id).touched, state.seq);
  }
  // What began to run before the restore is not applied after it, even back in the same phase.
  session.complete("b").do(approvePhase("A")).do(ADVANCE);
  const late: Command = {
    kind: "complete",
    item: "c",
    outcome: outcomeOf(CHECKED.command),
    basis,
  };
  assert.equal(codeOf(session, late), "state_moved");
});

Deno.test("restore does not hide what was forced", () => {
  const gate = item("x", { step_type: "gate" });
  const session = new Session(workflow([phase("A", [gate])]));
  const restore = checkpoint(session, "cp1");
  session.do(skip("x", LONG_REASON, true)).do(restore);
  assert.equal(session.item("A", "x").status, "pending");
  assert.deepEqual(session.state.bypasses.map(({ item, count }) => [item, count]), [["x", 1]]);
  session.do(skip("x", LONG_REASON, true)).do(restore);
  assert.deepEqual(session.state.bypasses.map(({ item, count }) => [item, count]), [["x", 2]]);
  session.complete("x").do(FINISH);
  assert.equal(session.state.bypasses.length, 1);
});

Deno.test("restore takes only a checkpoint of this session whose snapshot fits", () => {
  const session = new Session(workflow([phase("A", ["a"]), phase("B", ["b"])]));
  const restore = checkpoint(session, "cp1") as Extract<Command, { kind: "restore_checkpoint" }>;
  const { snapshot } = restore;
  const unknown = session.refusal({ ...restore, checkpoint: "cp2" });
  assert.deepEqual([unknown.code, unknown.hint], ["checkpoint_unknown", 'Did you mean "cp1"?']);
  assert.equal(codeOf(session, { ...restore, checkpointSeq: 1 }), "checkpoint_unknown");
  const { A, B } = snapshot.phases;
  assert.ok(A && B);
  const misfits: readonly Partial<Snapshot>[] = [
    { status: "completed" },
    { phase: null },
    { phase: "C" },
    { phases: { A } },
    { phases: { A, B, C: B } },
    { phases: { A, C: B } },
    { phases: { A, B: { ...B, items: {} } } },
    { phases: { A, B: { ...B, items: { c: { status: "pending", touched: 0, failures: 0 } } } } },
    { phases: { A: { ...A, status: "done" as "completed" }, B } },
    {
      phases: {
        A,
        B: { ...B, items: { b: { status: "done" as "completed", touched: 0, failures: 0 } } },
      },
    },
  ];
  for (const misfit of misfits) {
    const refusal = session.refusal({ ...restore, snapshot: { ...snapshot, ...misfit } });
    assert.equal(refusal.code, "state_corrupt", JSON.stringify(misfit));
  }
  session.do(restore);
});

Deno.test("a checkpoint older than those the state knows can still be restored", () => {
  const session = new Session(workflow([phase("A", ["a"])]));
  const restore = checkpoint(session, "first");
  for (let index = 0; index < 25; index++) checkpoint(session, `later${index}`);
  session.complete("a");
  const future = { ...restore, checkpointSeq: session.state.seq + 1 } as Command;
  assert.equal(codeOf(session, future), "checkpoint_unknown");
  session.do(restore);
  assert.equal(session.item("A", "a").status, "pending");
});

Deno.test("an unknown command and a session without a phase have answers too", () => {
  const session = new Session(workflow([]));
  const unknown = decide(session.state, { kind: "fly" } as unknown as Command, { actor: PERSON });
  assert.ok(unknown.error !== undefined && unknown.error.code === "bug");
  for (const command of [ADVANCE, FINISH, approvePhase("A"), skip("a", LONG_REASON)]) {
    assert.equal(codeOf(session, command), "state_corrupt");
  }
  const lost: SessionState = {
    ...new Session(workflow([phase("A", ["a"])])).state,
    phase: "Z",
    phases: {},
  };
  const decision = decide(lost, ADVANCE, { actor: PERSON });
  assert.ok(decision.error !== undefined && decision.error.code === "state_corrupt");
  session.do(ABANDON);
});

Deno.test("a hint is a line that a shell takes as it is meant", () => {
  const session = new Session(workflow([
    phase("IT'S $HOME", [item("x", { step_type: "documented" })], GATED),
    phase("B", ["b"]),
  ]));
  assert.equal(session.refusal(ADVANCE).hint, 'Run `orchestrator complete x --evidence "<json>"`');
  session.do({ kind: "complete", item: "x", evidence: ["seen"] });
  assert.equal(
    session.refusal(ADVANCE).hint,
    "Ask a person to run `orchestrator approve --phase 'IT'\\''S $HOME'`",
  );
});
