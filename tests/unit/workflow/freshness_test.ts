/**
 * What blocks a workflow that asks for fresh proofs, and what `recheck` does.
 */
import assert from "node:assert/strict";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { WorkflowDefinition } from "../../../src/workflow/definition.ts";
import { freshnessRemarks, staleText } from "../../../src/workflow/freshness.ts";
import { heldProofs, needsFreshProofs } from "../../../src/workflow/held_proofs.ts";
import { nextStep } from "../../../src/workflow/next_step.ts";
import type { ProofSeen } from "../../../src/workflow/proof_seen.ts";
import { stepAfterComparing } from "../../../src/workflow/stale_step.ts";
import { planRecheck } from "../../../src/workflow/recheck.ts";
import { own } from "../../../src/workflow/record.ts";
import type { RootRecord, WorkRecord } from "../../../src/workflow/work_record.ts";
import { audited } from "./audit/forged_fields_test.ts";
import { describe } from "../../../src/workflow/progress.ts";
import { textFields } from "../../../src/workflow/text_fields.ts";
import {
  AGENT,
  CHECKED,
  item,
  outcomeOf,
  PERSON,
  phase,
  Session,
  workflow,
} from "./session_builder.ts";

const APPROVAL = { how: "terminal", detection: "none" } as const;

function workOf(tree: string): WorkRecord {
  return {
    root: { machine: "m", path: "p", directory: "d" },
    tree: {
      head: "a".repeat(40),
      branch: "main",
      tree,
      committable: true,
      changed: [],
      changedCount: 0,
    },
  };
}

function definitionOf(settings: WorkflowDefinition["settings"], format?: 2): WorkflowDefinition {
  const definition = workflow([
    phase("BUILD", [
      item("tests", { step_type: "gate", verification: CHECKED.command }),
      item("plan", { verification: CHECKED.file_exists }),
      item("talk"),
      item("seen", { verification: CHECKED.manual_gate, inputs: ["src"] }),
      item("approved", { verification: CHECKED.manual_gate }),
    ]),
    phase("LAST", [item("lint", { verification: CHECKED.command })]),
  ], settings);
  const plain = { ...definition, settings: { shell: "sh", ...settings } };
  return format === undefined ? definition : { ...plain, format };
}

const FRESH = definitionOf({ proofs: "fresh" }, 2);

/** Everything of a phase done. */
function finishedPhase(
  session: Session,
  id: string,
  roots: Readonly<Record<string, RootRecord>> = {},
): void {
  const found = session.state.definition.phases.find((phase) => phase.id === id);
  for (const { id: name, verification } of found?.items ?? []) {
    const root = own(roots, name);
    const work = { ...workOf("1".repeat(40)), ...(root === undefined ? {} : { root }) };
    session.do(
      verification.type === "manual_gate"
        ? {
          kind: "approve_item",
          item: name,
          approval: APPROVAL,
          work,
          proofs: seenOf(session),
        }
        : { kind: "complete", item: name, outcome: outcomeOf(verification), work },
    );
  }
}

function seenOf(session: Session, verdicts: Readonly<Record<string, Partial<ProofSeen>>> = {}) {
  return heldProofs(session.state).map(({ phase, item, proof: { seq } }): ProofSeen => ({
    phase: phase.id,
    item: item.id,
    seq,
    verdict: "fresh",
    ...verdicts[item.id],
  }));
}

function recheck(session: Session, id: string, passed = true): Command {
  for (const phase of session.state.definition.phases) {
    const found = phase.items.find((item) => item.id === id);
    const basis = session.state.phases[phase.id]?.items[id]?.touched ?? 0;
    if (found === undefined) continue;
    return {
      kind: "recheck",
      phase: phase.id,
      item: id,
      outcome: outcomeOf(found.verification, passed),
      basis,
      work: workOf("2".repeat(40)),
    };
  }
  throw new Error(`no item ${id}`);
}

function decided(session: Session, command: Command) {
  return decide(session.state, command, { actor: PERSON });
}

const STALE = { verdict: "stale", changed: 2, files: ["a.ts", "b.ts"] } as const;

Deno.test("commands, files and approvals with inputs are held against the files", () => {
  const held = (session: Session) => heldProofs(session.state).map(({ item }) => item.id);
  const loose = new Session(definitionOf({}, 2));
  finishedPhase(loose, "BUILD");
  assert.deepEqual(held(loose), ["tests", "plan", "seen"]);
  // Where fresh proofs are asked for, other approvals too, until their phase ends.
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  assert.deepEqual(held(session), ["tests", "plan", "seen", "approved"]);
  assert.deepEqual(heldProofs(session.state, "LAST"), []);
  session.do({ kind: "advance", proofs: seenOf(session) });
  assert.deepEqual(held(session), ["tests", "plan", "seen"]);
});

Deno.test("only the setting in format 2 asks for fresh proofs", () => {
  assert.equal(needsFreshProofs(new Session(FRESH).state), true);
  for (
    const definition of [
      definitionOf({ proofs: "fresh" }),
      definitionOf({}, 2),
      definitionOf({ proofs: "any" }, 2),
    ]
  ) {
    const session = new Session(definition);
    assert.equal(needsFreshProofs(session.state), false);
    finishedPhase(session, "BUILD");
    const decision = decide(session.state, {
      kind: "advance",
      proofs: seenOf(session, { tests: STALE }),
    }, { actor: PERSON });
    assert.equal(decision.value?.events[0]?.type, "phase_advanced");
  }
});

Deno.test("a stale proof blocks advance, by the names of the files; an approval of anything does not", () => {
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  const advance = (proofs?: readonly ProofSeen[]) =>
    decide(session.state, { kind: "advance", ...(proofs === undefined ? {} : { proofs }) }, {
      actor: PERSON,
    });
  const refused = advance(seenOf(session, { tests: STALE })).error;
  assert.equal(refused?.code, "phase_blocked");
  assert.match(
    refused?.message ?? "",
    /^Cannot advance from "BUILD": the proof of "tests" is stale: 2 files changed since it passed: a.ts, b.ts$/,
  );
  assert.equal(refused?.hint, "Run `orchestrator recheck`");
  assert.match(advance().error?.message ?? "", /"tests" was not compared with the files/);
  const unknown = advance(seenOf(session, { tests: { verdict: "unknown", why: "no git" } })).error;
  assert.match(
    unknown?.message ?? "",
    /^Cannot advance from "BUILD": the proof of "tests" cannot be compared with the files: no git$/,
  );
  assert.match(unknown?.hint ?? "", /git status.*orchestrator recheck/);
  const older = seenOf(session).map((one) => ({ ...one, seq: one.seq + 1 }));
  assert.match(advance(older).error?.message ?? "", /was not compared/);
  for (
    const verdicts of [{}, { approved: STALE }, { approved: { verdict: "unknown" } }] as const
  ) {
    const proofs = seenOf(session, verdicts);
    assert.deepEqual(advance(proofs).value?.events[0]?.data, {
      from: "BUILD",
      to: "LAST",
      proofs,
    });
  }
});

Deno.test("finish compares the proofs of all phases, and records what was found", () => {
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  session.do({ kind: "advance", proofs: seenOf(session) });
  finishedPhase(session, "LAST");
  const refused = decided(session, { kind: "finish", proofs: seenOf(session, { tests: STALE }) });
  assert.match(refused.error?.message ?? "", /the proof of "tests" is stale/);
  session.do({ kind: "finish", proofs: seenOf(session) });
  assert.equal(session.state.status, "completed");
  assert.deepEqual(
    session.state.compared?.proofs.map(({ item, verdict }) => [item, verdict]),
    [["tests", "fresh"], ["plan", "fresh"], ["seen", "fresh"], ["lint", "fresh"]],
  );
  assert.deepEqual(audited(session.journal).contradictions, []);
});

/** Approves again; what was found of the proofs is said. */
function approvedAgain(session: Session, verdicts: Readonly<Record<string, Partial<ProofSeen>>>) {
  return decided(session, {
    kind: "approve_item",
    item: "seen",
    approval: APPROVAL,
    work: workOf("3".repeat(40)),
    proofs: seenOf(session, verdicts),
  });
}

Deno.test("an approval of inputs that changed blocks until it is given again, in later phases too", () => {
  const unknown = { verdict: "unknown", why: "no git" } as const;
  for (const kind of ["advance", "finish"] as const) {
    const session = new Session(FRESH);
    finishedPhase(session, "BUILD");
    if (kind === "finish") {
      session.do({ kind: "advance", proofs: seenOf(session) });
      finishedPhase(session, "LAST");
    }
    const refusal = (verdicts: Readonly<Record<string, Partial<ProofSeen>>>) =>
      session.refusal({ kind, proofs: seenOf(session, verdicts) });
    const stale = refusal({ seen: STALE });
    assert.equal(stale.code, "phase_blocked");
    assert.match(
      stale.message,
      /: the approval of "seen" is stale: 2 files changed since it was approved: a.ts, b.ts$/,
    );
    assert.equal(stale.hint, "Ask a person to run `orchestrator approve seen`");
    // What commands prove comes first.
    assert.equal(refusal({ seen: STALE, tests: STALE }).hint, "Run `orchestrator recheck`");
    const blind = refusal({ seen: unknown });
    assert.match(blind.message, /the approval of "seen" cannot be compared with the files: no git/);
    assert.equal(
      blind.hint,
      "Let `git status` work here again, then ask a person to run `orchestrator approve seen`",
    );
    assert.deepEqual(
      stepAfterComparing(session.state, seenOf(session, { seen: STALE })).argv,
      ["approve", "seen"],
    );
    // As long as it fits there is nothing to approve.
    assert.match(approvedAgain(session, {}).value?.already ?? "", /already approved/);
    for (const verdict of [STALE, unknown]) {
      const again = approvedAgain(session, { seen: verdict }).value?.events[0];
      assert.equal(again?.type, "item_approved");
    }
    const behind = approvedAgain(session, { seen: STALE, tests: STALE }).error;
    assert.match(behind?.message ?? "", /^Cannot approve "seen": the proof of "tests" is stale/);
    session.do({
      kind: "approve_item",
      item: "seen",
      approval: APPROVAL,
      work: workOf("3".repeat(40)),
      proofs: seenOf(session, { seen: STALE }),
    });
    assert.equal(session.item("BUILD", "seen").proof?.tree, "3".repeat(40));
    session.do({ kind, proofs: seenOf(session) });
    assert.deepEqual(audited(session.journal).contradictions, []);
    // A journal that ends in spite of it, or approves what was approved already, is no honest one.
    const { journal } = session;
    for (
      const type of ["item_approved", kind === "advance" ? "phase_advanced" : "workflow_completed"]
    ) {
      const line = journal.findLast((event) => event.type === type);
      assert.ok(line !== undefined && "proofs" in line.data);
      const { proofs = [] } = line.data;
      const found = proofs.map((one): ProofSeen =>
        one.item !== "seen" ? one : {
          phase: one.phase,
          item: one.item,
          seq: one.seq,
          verdict: "fresh",
          ...(type === "item_approved" ? {} : STALE),
        }
      );
      const forged = journal.map((event) =>
        event === line ? { ...event, data: { ...event.data, proofs: found } } : event
      ) as typeof journal;
      assert.ok(
        audited(forged).contradictions.some(({ line: seq }) => seq === line.seq),
        `${kind} ${type}`,
      );
    }
  }
});

Deno.test("an approval that was given in another checkout than that of the work blocks nothing", () => {
  const root = (path: string) => ({ machine: "m", path, directory: path });
  for (const [place, isBlocked] of [["p", true], ["other", false]] as const) {
    const session = new Session(FRESH);
    finishedPhase(session, "BUILD", { seen: root(place) });
    for (const verdict of ["stale", "unknown"] as const) {
      const proofs = seenOf(session, { seen: { verdict } });
      const { error } = decided(session, { kind: "advance", proofs });
      assert.equal(error !== undefined, isBlocked, error?.message);
    }
    assert.deepEqual(audited(session.journal).contradictions, []);
  }
});

const WHY = "The test had to fail before the change was there, and at that time it did";

Deno.test("a person finishes in spite of stale proofs, each by name, and it stays visible", () => {
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  session.do({ kind: "advance", proofs: seenOf(session) });
  finishedPhase(session, "LAST");
  session.do(recheck(session, "tests", false));
  const finish = (items: readonly string[], reason = WHY): Command => ({
    kind: "finish",
    proofs: seenOf(session, { plan: STALE, seen: { verdict: "unknown" } }),
    waive: { items, reason },
  });
  const all = ["tests", "BUILD/plan", "seen", "seen"];
  // One that fails now, one that is stale, one that cannot be compared: none is accepted with another.
  for (const [left, items] of [["tests", all.slice(1)], ["seen", all.slice(0, 2)]] as const) {
    const { code, message } = session.refusal(finish(items));
    assert.equal(code, "phase_blocked");
    assert.match(message, RegExp(`^Cannot finish the workflow: [^;]*"${left}"[^;]*$`));
  }
  for (
    const [items, name] of [[["lint"], "lint"], [["none"], "none"], [
      ["LAST/plan"],
      "LAST/plan",
    ]] as const
  ) {
    assert.equal(
      session.refusal(finish(items)).message,
      `Cannot accept "${name}": no stale proof of it blocks the end of the workflow`,
    );
  }
  assert.equal(session.refusal(finish(all, "Not needed")).code, "too_short");
  assert.match(session.refusal(finish(all), AGENT).message, /only a person can decide that/);
  session.do(finish(all));
  const ids = ["tests", "plan", "seen"];
  assert.deepEqual(
    describe(session.state).bypasses.flatMap((one) => one.kind === "waived" ? [one.item] : []),
    ids,
  );
  assert.deepEqual(
    session.state.bypasses.map(({ kind, reason }) => [kind, reason]),
    ids.map(() => ["waived", WHY]),
  );
  const { journal } = session;
  const end = journal.at(-1);
  assert.ok(end?.type === "workflow_completed");
  const { waived = [] } = end.data;
  assert.deepEqual(audited(journal).contradictions, []);
  for (
    const made of [
      { waived: undefined },
      { waived: waived.slice(1) },
      { waived: [...waived, { phase: "LAST", item: "lint" }] },
      { waived: [...waived, null] },
      { waived: "all" },
      { reason: undefined },
      { reason: "Not needed" },
      { waived: undefined, reason: undefined },
    ]
  ) {
    const lines = journal.map((event) =>
      event === end ? { ...event, data: { ...event.data, ...made } } : event
    ) as typeof journal;
    assert.deepEqual(
      audited(lines).contradictions.map(({ line }) => line),
      [end.seq],
      JSON.stringify(made),
    );
  }
  const byAgent = [...journal.slice(0, -1), { ...end, actor: AGENT }] as typeof journal;
  assert.equal(audited(byAgent).contradictions.length, 1);
  assert.ok(textFields(end).some(({ name }) => name === "reason"));
});

Deno.test("an item of the current phase that failed is not accepted: it can be skipped", () => {
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  session.do({ kind: "advance", proofs: seenOf(session) });
  finishedPhase(session, "LAST");
  session.do(recheck(session, "lint", false));
  const { message } = session.refusal({
    kind: "finish",
    proofs: seenOf(session),
    waive: { items: ["lint"], reason: WHY },
  });
  assert.match(message, /^Cannot accept "lint"/);
});

Deno.test("what was found of other proofs than those of the state is not recorded", () => {
  const session = new Session(definitionOf({}, 2));
  finishedPhase(session, "BUILD");
  const other: ProofSeen = { phase: "BUILD", item: "talk", seq: 4, verdict: "fresh" };
  session.do({ kind: "advance", proofs: [other] });
  assert.deepEqual(session.journal.at(-1)?.data, { from: "BUILD", to: "LAST" });
});

Deno.test("an item is checked again: what it has besides its proof stays", () => {
  const session = new Session(FRESH);
  session.do({
    kind: "complete",
    item: "tests",
    notes: "Ran them",
    outcome: outcomeOf(CHECKED.command),
    work: workOf("1".repeat(40)),
  });
  const before = session.state.phases["BUILD"]?.items["tests"];
  session.do(recheck(session, "tests"));
  const after = session.state.phases["BUILD"]?.items["tests"];
  assert.equal(after?.status, "completed");
  assert.equal(after?.notes, "Ran them");
  assert.deepEqual([after?.at, after?.by], [before?.at, before?.by]);
  assert.equal(after?.proof?.seq, 3);
  assert.equal(after?.proof?.tree, "2".repeat(40));
  assert.equal(after?.rechecked?.count, 1);
  session.do(recheck(session, "tests", false));
  const failed = session.state.phases["BUILD"]?.items["tests"];
  assert.deepEqual([failed?.status, failed?.failures, failed?.proof], ["failed", 1, undefined]);
  // Checked again, or completed as any item that failed.
  session.do(recheck(session, "tests"));
  assert.equal(session.state.phases["BUILD"]?.items["tests"]?.status, "completed");
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("an item of an earlier phase that fails again blocks advance and finish", () => {
  const session = new Session(definitionOf({}, 2));
  finishedPhase(session, "BUILD");
  session.do({ kind: "advance" });
  finishedPhase(session, "LAST");
  session.do(recheck(session, "tests", false));
  const refused = decided(session, { kind: "finish" });
  assert.match(refused.error?.message ?? "", /item "tests" failed its verification/);
  assert.equal(refused.error?.hint, "Run `orchestrator recheck tests`");
  assert.deepEqual(nextStep(session.state).argv, ["recheck", "tests"]);
  session.do(recheck(session, "tests"));
  session.do({ kind: "finish" });
  assert.equal(session.state.status, "completed");
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("what cannot be checked again is refused, and nothing changes", () => {
  const session = new Session(FRESH);
  const code = (phase: string, id: string) =>
    planRecheck(session.state, { phase, item: id }).error?.code;
  assert.equal(code("BUILD", "tests"), "item_blocked");
  assert.equal(code("LAST", "lint"), "item_blocked");
  assert.equal(code("BUILD", "none"), "item_unknown");
  assert.equal(code("NONE", "tests"), "item_unknown");
  finishedPhase(session, "BUILD");
  assert.equal(code("BUILD", "talk"), "item_blocked");
  assert.equal(code("BUILD", "seen"), "item_blocked");
  assert.equal(code("BUILD", "tests"), undefined);
  const plan = planRecheck(session.state, { phase: "BUILD", item: "tests" }).value;
  assert.deepEqual(plan?.verification, { ...CHECKED.command, setup: { shell: "sh" } });
  assert.deepEqual([plan?.timeout, plan?.basis], [300, 2]);
  const again = recheck(session, "tests");
  assert.ok(again.kind === "recheck");
  const moved = decided(session, { ...again, basis: 1 });
  assert.equal(moved.error?.code, "state_moved");
  const other = decided(session, { ...again, outcome: outcomeOf(CHECKED.file_exists) });
  assert.equal(other.error?.code, "state_moved");
  session.do({ kind: "abandon", reason: "Not needed any more" });
  assert.equal(code("BUILD", "tests"), "workflow_ended");
});

Deno.test("lines about proofs that are forged are named", () => {
  const session = new Session(FRESH);
  finishedPhase(session, "BUILD");
  session.do(recheck(session, "tests"));
  session.do({ kind: "advance", proofs: seenOf(session) });
  const honest = session.journal;
  assert.deepEqual(audited(honest).contradictions, []);
  const [rechecked, advanced] = [honest.length - 2, honest.length - 1];
  const forged = (index: number, change: (data: Record<string, unknown>) => unknown) => {
    const events = honest.map((event, at) =>
      at === index ? { ...event, data: change({ ...event.data }) } : event
    );
    return audited(events as typeof honest).contradictions.map(({ line }) => line);
  };
  for (
    const change of [
      { phase: "LAST" },
      { item: "plan" },
      { basis: 1 },
      { verification: outcomeOf(CHECKED.file_exists) },
      { verification: { ...outcomeOf(CHECKED.command), exitCode: 1 } },
      { more: 1 },
    ]
  ) {
    const lines = forged(rechecked, (data) => ({ ...data, ...change }));
    assert.ok(lines.includes(rechecked + 1), JSON.stringify(change));
  }
  const proofs = seenOf(session);
  const [first, ...others] = proofs;
  assert.ok(first !== undefined);
  for (
    const made of [
      undefined,
      [],
      others,
      [{ ...first, seq: first.seq - 1 }, ...others],
      [{ ...first, item: "talk" }, ...others],
      [{ ...first, ...STALE }, ...others],
      [{ ...first, verdict: "unknown", why: "git is not installed" }, ...others],
      [...proofs, { ...first, item: "approved" }],
    ]
  ) {
    const lines = forged(advanced, (data) => ({ ...data, proofs: made }));
    assert.deepEqual(lines, [advanced + 1], JSON.stringify(made));
  }
});

Deno.test("texts name the first files, and how many more there are", () => {
  const files = Array.from({ length: 10 }, (_, n) => `f${n}`);
  const seen = (more: Partial<ProofSeen>): ProofSeen => ({
    phase: "P",
    item: "tests",
    seq: 1,
    verdict: "stale",
    ...more,
  });
  const gate = item("gate", { verification: CHECKED.manual_gate });
  const state = { definition: workflow([phase("P", ["tests", "b", "c", gate])]) };
  assert.equal(
    staleText(state, seen({ changed: 1, files: ["a"] })),
    "1 file changed since it passed: a",
  );
  assert.equal(
    staleText(state, seen({ changed: 12, files })),
    `12 files changed since it passed: ${files.join(", ")}, and 2 more`,
  );
  assert.equal(
    staleText(state, seen({ why: "they cannot be named" })),
    "files changed since it passed (they cannot be named)",
  );
  assert.deepEqual(
    freshnessRemarks(state, [
      seen({ changed: 1, files: ["a"] }),
      seen({ item: "b", verdict: "unknown", why: "git is not installed" }),
      seen({ item: "c", verdict: "fresh" }),
      seen({ item: "gate", changed: 1, files: ["a"] }),
    ]),
    [
      "tests: 1 file changed since it passed: a",
      "gate: 1 file changed since it was approved: a",
      "Not compared with the files (git is not installed): b",
    ],
  );
});

Deno.test("what commands prove is checked again before a person approves, and before the next phase", () => {
  const session = new Session({
    ...workflow([
      phase("BUILD", [
        item("tests", { step_type: "gate", verification: CHECKED.command }),
        item("approved", { verification: CHECKED.manual_gate }),
      ]),
      phase("LAST", ["note"]),
    ], { shell: "sh", proofs: "fresh" }),
    format: 2,
  });
  session.do({
    kind: "complete",
    item: "tests",
    outcome: outcomeOf(CHECKED.command),
    work: workOf("1".repeat(40)),
  });
  for (const kind of ["advance", "finish"] as const) {
    const hint = (stale: Partial<ProofSeen>) =>
      session.refusal({ kind, proofs: seenOf(session, { tests: stale }) }).hint;
    assert.equal(hint(STALE), "Run `orchestrator recheck`");
    assert.equal(hint({}), "Ask a person to run `orchestrator approve approved`");
  }
  const next = (stale: Partial<ProofSeen>) =>
    stepAfterComparing(session.state, seenOf(session, { tests: stale })).argv;
  assert.deepEqual(next(STALE), ["recheck"]);
  assert.deepEqual(next({}), ["approve", "approved"]);
  const proofs = seenOf(session);
  session.do({ kind: "approve_item", item: "approved", approval: APPROVAL, proofs });
  assert.deepEqual(next(STALE), ["recheck"]);
  assert.deepEqual(next({}), ["advance"]);
  // Open work comes first: it changes files anyway.
  session.do({ kind: "reject", item: "tests", reason: "It tests nothing" });
  assert.deepEqual(next({}), ["complete", "tests"]);
});
