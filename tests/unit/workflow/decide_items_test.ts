import assert from "node:assert/strict";
import type { Command } from "../../../src/workflow/commands.ts";
import type { StepType, Verification } from "../../../src/workflow/definition.ts";
import type { Actor, NewEvent } from "../../../src/workflow/events.ts";
import type { ItemStatus } from "../../../src/workflow/state.ts";
import {
  AGENT,
  approve,
  CHECKED,
  frozen,
  item,
  LONG_REASON,
  outcomeOf,
  PERSON,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const VERIFICATIONS = ["none", "file_exists", "command", "manual_gate"] as const;
const MODES = ["supervised", "hybrid", "zero_human"] as const;
const STATUSES: readonly ItemStatus[] = ["pending", "failed", "completed", "skipped"];
const EVIDENCE = { done: ["looked at it"] };

/** How an item may come to a status, as an event. */
const MADE: Readonly<Record<Exclude<ItemStatus, "pending">, NewEvent>> = {
  failed: {
    type: "item_failed",
    data: { phase: "A", item: "x", verification: outcomeOf(CHECKED.command, false) },
  },
  completed: {
    type: "item_completed",
    data: { phase: "A", item: "x", verification: { type: "none", passed: true } },
  },
  skipped: { type: "item_skipped", data: { phase: "A", item: "x", reason: "not this time" } },
};

function sessionWith(
  stepType: StepType,
  type: Verification["type"],
  mode: string,
  status: ItemStatus,
): Session {
  const session = new Session(
    workflow([
      phase("A", [item("x", { step_type: stepType, verification: CHECKED[type] })]),
      phase("B", ["y"]),
    ], { supervision_mode: mode }),
  );
  if (status !== "pending") session.append(MADE[status]);
  return session;
}

/** What came of a command, in one word: the new status (with its mark), `already`, or the code. */
function resultOf(session: Session, command: Command, actor: Actor): string {
  const before = session.state;
  const decision = session.try(command, actor);
  if (decision.error !== undefined) {
    assert.equal(session.state, before);
    return decision.error.code;
  }
  if (decision.value.already !== undefined) {
    assert.deepEqual(decision.value.events, []);
    return "already";
  }
  assert.equal(decision.value.events.length, 1);
  const { status, automatic, forced, approval } = session.item("A", "x");
  return [status, automatic && "auto", forced && "forced", approval && "approved"]
    .filter((word) => word !== undefined).join("+");
}

/**
 * Rows: what is asked. Columns: what comes of it for an open item verified by none, file_exists,
 * command, and by manual_gate without and with zero_human.
 */
const OPEN: Readonly<Record<string, Readonly<Record<StepType, string>>>> = {
  complete: {
    flexible: "completed completed completed approval_needed skipped+auto",
    required: "completed completed completed approval_needed skipped+auto",
    documented: "evidence_needed evidence_needed evidence_needed approval_needed skipped+auto",
    gate: "completed completed completed approval_needed skipped+auto",
  },
  completeWithEvidence: {
    flexible: "completed completed completed approval_needed skipped+auto",
    required: "completed completed completed approval_needed skipped+auto",
    documented: "completed completed completed approval_needed skipped+auto",
    gate: "completed completed completed approval_needed skipped+auto",
  },
  completeFailing: {
    flexible: "completed failed failed approval_needed skipped+auto",
    required: "completed failed failed approval_needed skipped+auto",
    documented: "completed failed failed approval_needed skipped+auto",
    gate: "completed failed failed approval_needed skipped+auto",
  },
  completeUnverified: {
    flexible: "completed bug bug approval_needed skipped+auto",
    required: "completed bug bug approval_needed skipped+auto",
    documented: "completed bug bug approval_needed skipped+auto",
    gate: "completed bug bug approval_needed skipped+auto",
  },
  skip: {
    flexible: "skipped skipped skipped item_blocked item_blocked",
    required: "item_blocked item_blocked item_blocked item_blocked item_blocked",
    documented: "skipped skipped skipped item_blocked item_blocked",
    gate: "item_blocked item_blocked item_blocked item_blocked item_blocked",
  },
  skipForced: {
    flexible: "skipped skipped skipped item_blocked item_blocked",
    required: "item_blocked item_blocked item_blocked item_blocked item_blocked",
    documented: "skipped skipped skipped item_blocked item_blocked",
    gate: "skipped+forced skipped+forced skipped+forced skipped+forced skipped+forced",
  },
  skipForcedByAgent: {
    flexible: "skipped skipped skipped item_blocked item_blocked",
    required: "item_blocked item_blocked item_blocked item_blocked item_blocked",
    documented: "skipped skipped skipped item_blocked item_blocked",
    gate: "skipped+forced skipped+forced skipped+forced agent_refused agent_refused",
  },
  approve: {
    flexible: "item_blocked item_blocked item_blocked completed+approved completed+approved",
    required: "item_blocked item_blocked item_blocked completed+approved completed+approved",
    documented: "item_blocked item_blocked item_blocked evidence_needed evidence_needed",
    gate: "item_blocked item_blocked item_blocked completed+approved completed+approved",
  },
  approveWithEvidence: {
    flexible: "item_blocked item_blocked item_blocked completed+approved completed+approved",
    required: "item_blocked item_blocked item_blocked completed+approved completed+approved",
    documented: "item_blocked item_blocked item_blocked completed+approved completed+approved",
    gate: "item_blocked item_blocked item_blocked completed+approved completed+approved",
  },
  approveByAgent: {
    flexible: "item_blocked item_blocked item_blocked agent_refused agent_refused",
    required: "item_blocked item_blocked item_blocked agent_refused agent_refused",
    documented: "item_blocked item_blocked item_blocked agent_refused agent_refused",
    gate: "item_blocked item_blocked item_blocked agent_refused agent_refused",
  },
};

function commandOf(ask: string, verification: Verification): readonly [Command, Actor] {
  const complete: Command = { kind: "complete", item: "x", outcome: outcomeOf(verification) };
  switch (ask) {
    case "complete":
      return [complete, AGENT];
    case "completeWithEvidence":
      return [{ ...complete, evidence: EVIDENCE }, AGENT];
    case "completeFailing":
      return [
        { ...complete, evidence: EVIDENCE, outcome: outcomeOf(verification, false) },
        PERSON,
      ];
    case "completeUnverified":
      return [{ kind: "complete", item: "x", evidence: EVIDENCE }, AGENT];
    case "skip":
      return [skip("x", LONG_REASON), AGENT];
    case "skipForced":
      return [skip("x", LONG_REASON, true), PERSON];
    case "skipForcedByAgent":
      return [skip("x", LONG_REASON, true), AGENT];
    case "approve":
      return [approve("x"), PERSON];
    case "approveWithEvidence":
      return [approve("x", { evidence: EVIDENCE }), PERSON];
    default:
      return [approve("x", { evidence: EVIDENCE }), AGENT];
  }
}

for (const [ask, rows] of Object.entries(OPEN)) {
  Deno.test(`${ask}: every step type, verification, mode and status`, () => {
    for (const [stepType, row] of Object.entries(rows)) {
      const cells = row.split(" ");
      for (const [column, type] of VERIFICATIONS.entries()) {
        for (const mode of MODES) {
          for (const status of STATUSES) {
            const open = cells[type === "manual_gate" && mode === "zero_human" ? 4 : column];
            const closed = ask.startsWith("approve") && type !== "manual_gate"
              ? "item_blocked"
              : (ask.startsWith("skip") ? status === "skipped" : status === "completed")
              ? "already"
              : "item_blocked";
            const expected = status === "pending" || status === "failed" ? open : closed;
            const session = sessionWith(stepType as StepType, type, mode, status);
            const [command, actor] = commandOf(ask, CHECKED[type]);
            assert.equal(
              resultOf(session, command, actor),
              expected,
              `${ask} of a ${status} ${stepType} item verified by ${type}, ${mode}`,
            );
          }
        }
      }
    }
  });
}

Deno.test("an item of a phase to come, of an ended phase and of none is refused by name", () => {
  const session = new Session(workflow([phase("A", ["write_plan"]), phase("B", ["build"])]));
  const commands = (id: string): readonly Command[] => [
    { kind: "complete", item: id },
    skip(id, LONG_REASON),
    approve(id),
  ];
  for (const command of commands("build")) {
    const refusal = session.refusal(command);
    assert.equal(refusal.code, "item_blocked");
    assert.match(refusal.message, /"build": it belongs to phase "B", which has not started/);
    assert.match(refusal.message, /the current phase is "A"/);
    assert.match(refusal.hint ?? "", /open in phase "A": write_plan \(`orchestrator status`/);
  }
  for (const command of commands("write_plna")) {
    const refusal = session.refusal(command);
    assert.equal(refusal.code, "item_unknown");
    assert.equal(refusal.hint, 'Did you mean "write_plan"?');
  }
  for (const command of commands("constructor")) {
    assert.equal(session.refusal(command).code, "item_unknown");
  }
  session.complete("write_plan");
  for (const command of commands("build")) {
    assert.match(session.refusal(command).hint ?? "", /^Run `orchestrator advance`/);
  }
  session.do({ kind: "advance" });
  for (const command of commands("write_plan")) {
    assert.match(session.refusal(command).message, /phase "A", which has ended/);
  }
});

Deno.test("an item id that is also a name every object has is an item like any other", () => {
  const ids = ["__proto__", "constructor", "toString", "hasOwnProperty"];
  const session = new Session(workflow([phase("__proto__", ids), phase("valueOf", ids)]));
  for (const id of ids) session.complete(id);
  session.do({ kind: "advance" });
  for (const id of ids) session.complete(id);
  session.do({ kind: "finish" });
  assert.deepEqual(JSON.parse(JSON.stringify(session.state)), session.state);
  assert.equal(Object.keys(session.state.phases).length, 2);
});

Deno.test("the same item id in two phases means the one of the current phase", () => {
  const session = new Session(workflow([phase("A", ["x"]), phase("B", ["x"])]));
  session.complete("x").do({ kind: "advance" });
  assert.equal(session.item("B", "x").status, "pending");
  session.complete("x");
  assert.equal(session.item("B", "x").status, "completed");
});

Deno.test("an outcome counts only while the item is where it was", () => {
  const gate = item("x", { step_type: "gate", verification: CHECKED.command });
  const outcome = outcomeOf(CHECKED.command);
  const complete = (basis: number): Command => ({ kind: "complete", item: "x", outcome, basis });
  const session = new Session(workflow([phase("A", [gate]), phase("B", ["y"])]));

  assert.equal(session.refusal(complete(7)).code, "state_moved");
  session.do({ ...complete(0), outcome: outcomeOf(CHECKED.command, false) } as Command);
  assert.equal(session.refusal(complete(0)).exitCode, 5);
  session.do(complete(session.item("A", "x").touched));

  // Completed by another in the meantime: not "already", for what ran now is lost.
  assert.equal(session.refusal(complete(0)).code, "state_moved");
  session.do({ kind: "advance" });
  assert.equal(session.refusal(complete(session.item("A", "x").touched)).code, "state_moved");
  session.do({ kind: "abandon", reason: "no longer wanted" });
  assert.equal(session.refusal(complete(0)).code, "state_moved");
  assert.equal(session.refusal({ ...complete(0), item: "z" } as Command).code, "workflow_ended");
});

Deno.test("an outcome of another verification is refused", () => {
  const command = { type: "command", command: "make {{what}}", expect_exit_code: 3 } as const;
  const file = { type: "file_exists", path: "{{dir}}/plan.md" } as const;
  const session = new Session(
    workflow([
      phase("A", [
        item("x", { verification: command }),
        item("f", { verification: file }),
        item("n"),
      ]),
    ], { what: "test", dir: "docs" }),
  );
  const ran = outcomeOf({ ...command, command: "make test" });
  assert.ok(ran.type === "command");
  const found = outcomeOf({ ...file, path: "docs/plan.md" });
  for (
    const [id, outcome] of [
      ["x", { ...ran, command: "true" }],
      ["x", { ...ran, command: "make {{what}}" }],
      ["x", { ...ran, expectedExitCode: 0, exitCode: 0 }],
      ["x", found],
      ["x", { type: "none", passed: true }],
      ["f", { type: "file_exists", passed: true, path: "README.md" }],
      ["f", { type: "none", passed: true }],
      ["f", ran],
      ["n", found],
    ] as const
  ) {
    const refusal = session.refusal({ kind: "complete", item: id, outcome });
    assert.equal(refusal.code, "state_moved", `${id} ${JSON.stringify(outcome)}`);
  }
  session.complete("x", ran).complete("f", found).complete("n");
});

Deno.test("whether a command passed is judged by its exit code, never by the caller's word", () => {
  const verification = { type: "command", command: "t", expect_exit_code: 3 } as const;
  for (const step_type of ["flexible", "gate"] as const) {
    const ran = outcomeOf(verification);
    assert.ok(ran.type === "command");
    for (
      const [outcome, status] of [
        [{ ...ran, exitCode: 3 }, "completed"],
        [{ ...ran, exitCode: 0 }, "failed"],
        [{ ...ran, exitCode: null }, "failed"],
        [{ ...ran, timedOut: true }, "failed"],
        [{ ...ran, passed: false, reason: "could not be started" }, "failed"],
      ] as const
    ) {
      const session = new Session(workflow([phase("A", [item("x", { step_type, verification })])]));
      session.complete("x", outcome);
      const { status: reached, verification: recorded } = session.item("A", "x");
      assert.equal(reached, status);
      assert.equal(recorded?.passed, status === "completed");
    }
  }
});

Deno.test("failures are counted and do not end the attempts", () => {
  const session = new Session(
    workflow([phase("A", [item("x", { verification: CHECKED.command })])]),
  );
  for (let failures = 1; failures <= 30; failures++) {
    session.complete("x", outcomeOf(CHECKED.command, false));
    assert.equal(session.item("A", "x").failures, failures);
  }
  session.complete("x", outcomeOf(CHECKED.command));
  assert.equal(session.item("A", "x").status, "completed");
  assert.equal(session.item("A", "x").failures, 30);
});

Deno.test("a setting that does not exist stops a verification before it runs", () => {
  const verification = {
    type: "command",
    command: "{{test_command}}",
    expect_exit_code: 0,
  } as const;
  const session = new Session(workflow([phase("A", [item("x", { verification })])]));
  const refusal = session.refusal({
    kind: "complete",
    item: "x",
    outcome: outcomeOf(verification),
  });
  assert.equal(refusal.code, "workflow_invalid");
  assert.match(refusal.message, /uses "test_command", which is not a setting/);
});

Deno.test("evidence is demanded of documented items, and checked wherever it is given", () => {
  const definition = workflow([
    phase("A", [
      item("doc", { step_type: "documented" }),
      item("plan", { step_type: "documented", evidence_schema: "TestPlanEvidence" }),
      item("free"),
      item("shaped", { evidence_schema: "TestPlanEvidence" }),
    ]),
  ]);
  const session = new Session(definition);
  const give = (id: string, evidence: unknown): Command => ({
    kind: "complete",
    item: id,
    evidence,
  });
  const empty = [{}, [], "", "  \n", null, 0, true, { a: "" }, [[], {}], "\0", NaN, () => 1];
  for (const evidence of empty) {
    for (const id of ["doc", "plan", "free", "shaped"]) {
      const refusal = session.refusal(give(id, evidence));
      assert.equal(refusal.code, "evidence_invalid", `${id} ${String(evidence)}`);
      assert.equal(refusal.exitCode, 2);
    }
  }
  for (const id of ["plan", "shaped"]) {
    const refusal = session.refusal(give(id, { test_cases_planned: [], coverage_approach: "all" }));
    assert.deepEqual(refusal.details?.problems, [
      '"test_cases_planned" must have at least 1 entry',
      '"coverage_approach" must have at least 10 characters, not 3',
    ]);
    assert.match(refusal.hint ?? "", /test_cases_planned/);
  }
  const plan = { test_cases_planned: ["wrong password"], coverage_approach: "One per branch" };
  session.do(give("doc", "Read RFC 6749")).do(give("plan", plan)).do(give("free", [1]));
  session.complete("shaped");
  assert.deepEqual(session.item("A", "plan").evidence, plan);
});

Deno.test("evidence that is no JSON, too long or too deep is refused and never throws", () => {
  const session = new Session(workflow([phase("A", ["x"])]));
  const loop: unknown[] = [];
  loop.push(loop);
  let deep: unknown = "x";
  for (let level = 0; level < 50_000; level++) deep = [deep];
  const hostile = {
    toJSON() {
      throw new Error("no");
    },
  };
  for (const evidence of [loop, 1n, { n: 1n }, deep, "x".repeat(60_000), hostile, ["a\0b"]]) {
    const decision = session.try({ kind: "complete", item: "x", evidence });
    assert.ok(decision.error !== undefined);
    assert.equal(decision.error.code, "evidence_invalid");
  }
  // A backslash before u0000 is text, not a NUL.
  session.do({ kind: "complete", item: "x", evidence: ["\\u0000"] });
});

Deno.test("evidence and notes of an item that skips itself are kept", () => {
  const gate = item("x", { step_type: "gate", verification: CHECKED.manual_gate });
  const session = new Session(workflow([phase("A", [gate])], { supervision_mode: "zero_human" }));
  session.do({ kind: "complete", item: "x", notes: "looked fine", evidence: EVIDENCE }, AGENT);
  const { notes, evidence, skipReason } = session.item("A", "x");
  assert.deepEqual([notes, evidence], ["looked fine", EVIDENCE]);
  assert.equal(skipReason, "Auto-skipped (zero_human mode)");
});

Deno.test("notes have a limit, are trimmed, and may not hold NUL", () => {
  const session = new Session(workflow([phase("A", ["x", "y"])]));
  const withNotes = (notes: string): Command => ({ kind: "complete", item: "x", notes });
  const long = session.refusal(withNotes("n".repeat(2001)));
  assert.equal(long.code, "too_long");
  assert.match(long.message, /the notes are 2001 characters long \(limit 2000\)/);
  assert.equal(session.refusal(withNotes("a\0b")).code, "invalid_argument");
  session.do(withNotes(`  two\n\tlines${" ".repeat(3000)}`));
  assert.equal(session.item("A", "x").notes, "two\n\tlines");
  session.do({ kind: "complete", item: "y", notes: "   " });
  assert.ok(!("notes" in session.item("A", "y")));
});

Deno.test("an agent approves only where the workflow says so, and it is written down", () => {
  const definition = (settings: Record<string, boolean | string>) =>
    workflow([
      phase("A", [item("x", { verification: CHECKED.manual_gate })], {
        exit_gate: "human_approval",
      }),
    ], settings);
  for (const value of [false, "true", "yes"]) {
    const session = new Session(definition({ agents_may_approve: value }));
    const refusal = session.refusal(approve("x"), AGENT);
    assert.equal(refusal.code, "agent_refused");
    assert.equal(refusal.exitCode, 7);
  }
  const allowed = new Session(definition({ agents_may_approve: true }));
  allowed.do(approve("x"), AGENT);
  assert.equal(allowed.item("A", "x").approval?.byAgent, true);

  // The mark is decide's to set: a person's approval never carries it.
  const person = new Session(definition({ agents_may_approve: true }));
  person.do({
    kind: "approve_item",
    item: "x",
    approval: { how: "flag", detection: "none", byAgent: true },
  });
  assert.deepEqual(person.item("A", "x").approval, { how: "flag", detection: "none" });

  // An agent cannot give itself the right when it starts the session.
  const own = new Session(definition({ agents_may_approve: true }), AGENT, ["agents_may_approve"]);
  assert.equal(own.refusal(approve("x"), AGENT).code, "agent_refused");
  const given = new Session(definition({ agents_may_approve: true }), PERSON, [
    "agents_may_approve",
  ]);
  given.do(approve("x"), AGENT);
});

Deno.test("what completes a manual gate is named by the refusal", () => {
  const definition = workflow([phase("A", [item("x", { verification: CHECKED.manual_gate })])]);
  const refusal = new Session(definition).refusal({ kind: "complete", item: "x" });
  assert.equal(refusal.hint, "Ask a person to run `orchestrator approve x`");
});

Deno.test("the state a command meets is never changed", () => {
  // Session freezes every state and event; this makes sure that the freezing bites.
  assert.throws(() => {
    (frozen({ a: { b: 1 } }) as { a: { b: number } }).a.b = 2;
  }, TypeError);
});
