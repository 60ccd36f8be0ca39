import assert from "node:assert/strict";
import { describe, describeItems } from "../../../src/workflow/progress.ts";
import {
  AGENT,
  approve,
  approvePhase,
  CHECKED,
  item,
  LONG_REASON,
  outcomeOf,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const next = (session: Session) => describe(session.state).next.argv;

Deno.test("phases are counted", () => {
  const session = new Session(workflow([
    phase("A", ["a", "b", "c", item("d", { required: false })], { exit_gate: "human_approval" }),
    phase("B", ["e"]),
  ]));
  session.complete("a").do(skip("b", "not for today"));
  const progress = describe(session.state);
  assert.deepEqual(progress.phases, [
    {
      id: "A",
      name: "Phase A",
      status: "active",
      done: 2,
      total: 4,
      requiredOpen: 1,
      approval: "missing",
    },
    {
      id: "B",
      name: "Phase B",
      status: "pending",
      done: 0,
      total: 1,
      requiredOpen: 1,
      approval: "not_needed",
    },
  ]);
  assert.deepEqual([progress.status, progress.phase, progress.done, progress.total], [
    "active",
    "A",
    2,
    5,
  ]);
  assert.deepEqual(progress.skips, [{ phase: "A", item: "b", reason: "not for today" }]);
  session.do(approvePhase("A"));
  assert.equal(describe(session.state).phases[0]?.approval, "given");
});

Deno.test("the next step leads through a whole workflow", () => {
  const session = new Session(workflow([
    phase("PLAN", [
      item("write_plan", { verification: CHECKED.file_exists }),
      item("nice_to_have", { required: false }),
      item("analysis", { step_type: "documented" }),
      item("ok", { verification: CHECKED.manual_gate }),
    ], { exit_gate: "human_approval" }),
    phase("BUILD", ["build"]),
  ]));
  assert.deepEqual(next(session), ["complete", "write_plan"]);
  session.complete("write_plan", outcomeOf(CHECKED.file_exists));
  assert.deepEqual(next(session), ["complete", "analysis", "--evidence", "<json>"]);
  session.do({ kind: "complete", item: "analysis", evidence: "Read the code" });
  assert.deepEqual(next(session), ["approve", "ok"]);
  assert.equal(describe(session.state).next.byPerson, true);
  session.do(approve("ok"));
  assert.deepEqual(next(session), ["approve", "--phase", "PLAN"]);
  assert.equal(describe(session.state).next.byPerson, true);
  session.do(approvePhase("PLAN"));
  assert.deepEqual(describe(session.state).next, {
    argv: ["advance"],
    byPerson: false,
    why: 'Phase "PLAN" is done; optional and still open: nice_to_have',
  });
  session.do({ kind: "advance" });
  assert.deepEqual(next(session), ["complete", "build"]);
  session.complete("build");
  assert.deepEqual(next(session), ["finish"]);
  session.do({ kind: "finish" });
  assert.deepEqual(next(session), ["start", "<task>"]);
  assert.deepEqual(describe(session.state).blockers, []);
  assert.deepEqual(describe(session.state).items, []);
});

Deno.test("a failed item says what went wrong and how to go on", () => {
  const session = new Session(workflow([
    phase("A", [item("t", { verification: CHECKED.command })]),
  ]));
  session.complete("t", outcomeOf(CHECKED.command, false));
  const { next: step, items, blockers } = describe(session.state);
  assert.deepEqual(step.argv, ["complete", "t"]);
  assert.match(
    step.why,
    /failed \(exit code 1, expected 0\): fix the failure, then complete/,
  );
  assert.equal(items[0]?.blocked, "exit code 1, expected 0");
  assert.equal(items[0]?.failures, 1);
  assert.deepEqual(blockers.map(({ message }) => message), ['item "t" failed its verification']);
});

Deno.test("how a verification failed is told in words", () => {
  const ran = outcomeOf(CHECKED.command, false);
  assert.ok(ran.type === "command");
  for (
    const [outcome, words] of [
      [{ ...ran, timedOut: true, exitCode: null }, "the command timed out"],
      [{ ...ran, exitCode: null, signal: "SIGKILL" }, "the command was terminated by SIGKILL"],
      [{ ...ran, exitCode: null, reason: "no such shell" }, "no such shell"],
    ] as const
  ) {
    const session = new Session(
      workflow([phase("A", [item("t", { verification: CHECKED.command })])]),
    );
    session.complete("t", outcome);
    assert.equal(describe(session.state).items[0]?.blocked, words);
  }
  const session = new Session(
    workflow([phase("A", [item("f", { verification: CHECKED.file_exists })])]),
  );
  session.complete("f", outcomeOf(CHECKED.file_exists, false));
  assert.equal(describe(session.state).items[0]?.blocked, '"docs/plan.md" does not exist');
});

Deno.test("every item says which proof it needs", () => {
  const definition = workflow([
    phase("A", [
      item("none"),
      item("file", { verification: { type: "file_exists", path: "{{dir}}/a.md" } }),
      item("lost", { verification: { type: "file_exists", path: "{{nowhere}}/a.md" } }),
      item("test", { verification: { type: "command", command: "npm test", expect_exit_code: 2 } }),
      item("ok", { verification: { type: "manual_gate", description: "Read the plan" } }),
      item("doc", {
        step_type: "documented",
        evidence_schema: "TestPlanEvidence",
        evidence_prompt: "Which tests?",
        verification: CHECKED.command,
      }),
    ]),
  ], { dir: "docs" });
  const { items } = describe(new Session(definition).state);
  assert.deepEqual(items.map(({ proof }) => proof.inWords), [
    [],
    ['the file "docs/a.md"'],
    ['the file "{{nowhere}}/a.md"'],
    ['"npm test" exits with code 2'],
    ["approval by a person: Read the plan"],
    ['"npm test" exits with code 0', "evidence (TestPlanEvidence)"],
  ]);
  assert.deepEqual(items.map(({ blocked }) => blocked), [
    undefined,
    undefined,
    "its verification uses settings that do not exist: nowhere",
    undefined,
    "needs approval",
    undefined,
  ]);
  const doc = items[5]?.proof;
  assert.deepEqual([doc?.evidence, doc?.evidenceSchema, doc?.evidencePrompt], [
    true,
    "TestPlanEvidence",
    "Which tests?",
  ]);
});

Deno.test("without supervision a manual gate is completed without approval", () => {
  const session = new Session(
    workflow([
      phase("A", [item("ok", { step_type: "documented", verification: CHECKED.manual_gate })]),
    ], {
      supervision_mode: "zero_human",
    }),
  );
  const { items, next: step } = describe(session.state);
  assert.deepEqual(step.argv, ["complete", "ok"]);
  assert.deepEqual([items[0]?.blocked, items[0]?.proof.inWords], [undefined, []]);
});

Deno.test("where agents may approve, the next step is anyone's", () => {
  const session = new Session(
    workflow([phase("A", [item("ok", { verification: CHECKED.manual_gate })])], {
      agents_may_approve: true,
    }),
  );
  assert.deepEqual(describe(session.state).next, {
    argv: ["approve", "ok"],
    byPerson: false,
    why: '"Do ok" needs approval',
  });
});

Deno.test("everything beside the straight way stays in view, also after the end", () => {
  const session = new Session(
    workflow([
      phase("A", [
        item("gate", { step_type: "gate" }),
        item("manual", { verification: CHECKED.manual_gate }),
        item("later", { required: false }),
      ], { exit_gate: "human_approval" }),
      phase("B", [item("auto", { verification: CHECKED.manual_gate })]),
    ], { agents_may_approve: true, supervision_mode: "zero_human" }),
    undefined,
    ["supervision_mode"],
  );
  const { status, phase: at, phases } = session.state;
  session.do({ kind: "create_checkpoint", checkpoint: "cp", decisions: [], files: [] })
    .do(skip("gate", LONG_REASON, true))
    .do({
      kind: "restore_checkpoint",
      checkpoint: "cp",
      checkpointSeq: 2,
      snapshot: { status, phase: at, phases },
    })
    .complete("gate").do(approve("manual"), AGENT).do(approvePhase("A"), AGENT)
    .do({ kind: "advance" }).complete("auto").do({ kind: "finish" });
  const { bypasses, skips } = describe(session.state);
  assert.deepEqual(
    bypasses.map((notice) => [
      notice.kind,
      "item" in notice
        ? notice.item
        : "setting" in notice
        ? notice.setting
        : "phase" in notice
        ? notice.phase
        : undefined,
      "undone" in notice ? notice.undone : undefined,
    ]),
    [
      ["forced", "gate", true],
      ["automatic", "auto", false],
      ["agent_approval", "A", undefined],
      ["agent_approval", "manual", undefined],
      ["left_open", "later", undefined],
      ["setting_overridden", "supervision_mode", undefined],
    ],
  );
  assert.deepEqual(skips, []);
});

Deno.test("an abandoned workflow shows where it stopped", () => {
  const session = new Session(workflow([phase("A", ["a"]), phase("B", ["b"])]));
  session.complete("a").do({ kind: "advance" }).do({ kind: "abandon", reason: "out of budget" });
  const progress = describe(session.state);
  assert.deepEqual([progress.status, progress.phase], ["abandoned", null]);
  assert.deepEqual(progress.phases.map(({ status }) => status), ["completed", "active"]);
  assert.deepEqual(progress.bypasses, []);
  assert.deepEqual(describeItems(session.state, "B").map(({ status, next }) => [status, next]), [
    ["pending", undefined],
  ]);
  assert.deepEqual(describeItems(session.state, "Z"), []);
});
