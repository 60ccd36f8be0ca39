/** An approval that comes too early: open work, and proofs that do not fit the files. */
import assert from "node:assert/strict";
import { heldProofs } from "../../../src/workflow/held_proofs.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import type { WorkflowDefinition } from "../../../src/workflow/definition.ts";
import type { ProofSeen } from "../../../src/workflow/proof_seen.ts";
import type { WorkRecord } from "../../../src/workflow/work_record.ts";
import { approvalSubject } from "../../../src/workflow/approval_subject.ts";
import { audited } from "./audit/forged_fields_test.ts";
import {
  AGENT,
  approve,
  approvePhase,
  CHECKED,
  item,
  outcomeOf,
  phase,
  Session,
  workflow,
} from "./session_builder.ts";

const WORK: WorkRecord = {
  tree: {
    head: null,
    branch: null,
    tree: "1".repeat(40),
    committable: true,
    changed: [],
    changedCount: 0,
  },
};
const STALE = { verdict: "stale", changed: 1, files: ["src/a.ts"] } as const;

const GATE = item("gate", { verification: CHECKED.manual_gate });
const TESTS = item("tests", { verification: CHECKED.command });

function definitionOf(settings: WorkflowDefinition["settings"], format?: 2): WorkflowDefinition {
  const last = { exit_gate: "human_approval" };
  const made = workflow([
    phase("BUILD", [item("lint", { verification: CHECKED.command })]),
    phase("CHECK", [TESTS, GATE, item("extra", { required: false }), "notes"], last),
  ], { shell: "sh", agents_may_approve: true, ...settings });
  return format === undefined ? made : { ...made, format };
}

function seenOf(session: Session, stale: readonly string[] = [], verdict: object = STALE) {
  return heldProofs(session.state).map(({ phase, item, proof: { seq } }): ProofSeen => ({
    phase: phase.id,
    item: item.id,
    seq,
    verdict: "fresh",
    ...(stale.includes(item.id) ? verdict : {}),
  }));
}

/** In the last phase, with two proofs. */
function checked(definition: WorkflowDefinition): Session {
  const session = new Session(definition);
  const prove = (id: string) =>
    session.do({ kind: "complete", item: id, outcome: outcomeOf(CHECKED.command), work: WORK });
  prove("lint");
  session.do({ kind: "advance", proofs: seenOf(session) });
  return prove("tests");
}

const FRESH = definitionOf({ proofs: "fresh" }, 2);

function withProofs(command: Command, proofs: readonly ProofSeen[]): Command {
  return { ...command, proofs } as Command;
}

Deno.test("with proofs: fresh nothing is approved on a stale proof, for agents neither", () => {
  const session = checked(FRESH);
  const done = checked(FRESH);
  done.do(withProofs(approve("gate"), seenOf(done))).complete("notes");
  for (const actor of [undefined, AGENT]) {
    for (
      const [where, command] of [[session, approve("gate")], [done, approvePhase("CHECK")]] as const
    ) {
      // In the last phase those of all phases count, as for `finish`.
      for (const id of ["tests", "lint"]) {
        const refusal = where.refusal(withProofs(command, seenOf(where, [id])), actor);
        assert.match(
          refusal.message,
          RegExp(`^Cannot approve .*: the proof of "${id}" is stale: 1 file .*: src/a\\.ts$`),
        );
        assert.equal(refusal.hint, "Run `orchestrator recheck`");
        assert.equal(refusal.exitCode, 7);
      }
      const blind = where.refusal(
        withProofs(command, seenOf(where, ["tests"], { verdict: "unknown", why: "no git" })),
      );
      assert.match(blind.hint ?? "", /git status/);
      assert.match(where.refusal(command).message, /was not compared/);
    }
  }
  done.do(withProofs(approvePhase("CHECK"), seenOf(done)));
  assert.equal(done.state.phases["CHECK"]?.approval?.stale, undefined);
  assert.deepEqual(audited(done.journal).contradictions, []);
});

Deno.test("in a phase that is not the last one only its own proofs count", () => {
  const phases = [
    phase("ONE", [TESTS]),
    phase("TWO", [GATE], { exit_gate: "human_approval" }),
    phase("END", ["z"]),
  ];
  const definition = { ...workflow(phases, { proofs: "fresh", shell: "sh" }), format: 2 } as const;
  const session = new Session(definition);
  session.do({ kind: "complete", item: "tests", outcome: outcomeOf(CHECKED.command), work: WORK });
  session.do({ kind: "advance", proofs: seenOf(session) });
  const proofs = seenOf(session, ["tests"]);
  session.do(withProofs(approve("gate"), proofs)).do(withProofs(approvePhase("TWO"), proofs));
  assert.equal(session.item("TWO", "gate").approval?.stale, undefined);
});

Deno.test("without proofs: fresh it is recorded what was stale, and the audit decides on it again", () => {
  for (const format of [undefined, 2] as const) {
    const session = checked(definitionOf({}, format));
    const proofs = seenOf(session, ["tests"]);
    session.do(withProofs(approve("gate"), proofs));
    assert.deepEqual(session.item("CHECK", "gate").approval?.stale, ["CHECK/tests"]);
    session.complete("notes").do(withProofs(approvePhase("CHECK"), proofs));
    assert.deepEqual(session.state.phases["CHECK"]?.approval?.stale, ["CHECK/tests"]);
    assert.deepEqual(
      session.state.compared?.proofs.map(({ verdict }) => verdict),
      ["fresh", "stale"],
    );
    const { journal } = session;
    assert.deepEqual(audited(journal).contradictions, []);
    for (const [at, type] of [[3, "item_approved"], [5, "phase_approved"]] as const) {
      const line = journal.find((event) => event.type === type);
      assert.ok(line?.type === "item_approved" || line?.type === "phase_approved");
      const { stale: _, ...silent } = line.data.approval;
      const fresh = proofs.map((one) => ({ ...one, verdict: "fresh" as const }));
      for (
        const forged of [
          { approval: silent },
          { proofs: fresh },
          { proofs: undefined },
          { approval: { ...line.data.approval, open: ["tests"] } },
          { approval: { ...line.data.approval, stale: [] } },
        ]
      ) {
        const lines = journal.map((event) =>
          event === line ? { ...event, data: { ...event.data, ...forged } } : event
        ) as typeof journal;
        const found = audited(lines).contradictions.map(({ line: seq }) => seq);
        assert.ok(found.includes(line.seq), `${at} ${JSON.stringify(forged)}`);
      }
    }
  }
});

Deno.test("what was approved on a stale proof can be approved again once the proof fits the files", () => {
  for (const format of [undefined, 2] as const) {
    const session = checked(definitionOf({}, format));
    const stale = () => seenOf(session, ["tests"]);
    session.do(withProofs(approve("gate"), stale())).complete("notes")
      .do(withProofs(approvePhase("CHECK"), stale()));
    const again = [approve("gate"), approvePhase("CHECK")];
    for (const command of again) {
      // Neither while it is stale, nor where nothing was compared.
      assert.match(session.try(withProofs(command, stale())).value?.already ?? "", /already/);
      assert.match(session.try(command).value?.already ?? "", /already/);
    }
    for (const command of again) session.do(withProofs(command, seenOf(session)));
    assert.equal(session.item("CHECK", "gate").approval?.stale, undefined);
    assert.equal(session.state.phases["CHECK"]?.approval?.stale, undefined);
    for (const command of again) {
      assert.match(
        session.try(withProofs(command, seenOf(session))).value?.already ?? "",
        /already approved/,
      );
    }
    assert.deepEqual(audited(session.journal).contradictions, []);
    // Without what was compared, the second approval is none that there is.
    const last = session.journal.at(-1);
    assert.ok(last?.type === "phase_approved");
    const { proofs: _, ...data } = last.data;
    const forged = [...session.journal.slice(0, -1), { ...last, data }];
    assert.deepEqual(audited(forged).contradictions.map(({ line }) => line), [last.seq]);
  }
});

Deno.test("in format 2 a phase is approved when its required items are done", () => {
  const session = checked(definitionOf({}, 2));
  const early = session.refusal(withProofs(approvePhase("CHECK"), seenOf(session)));
  assert.equal(early.code, "phase_blocked");
  assert.match(
    early.message,
    /^Cannot approve the phase "CHECK": item "gate" is open; item "notes"/,
  );
  assert.equal(early.hint, "Run `orchestrator approve gate`");
  session.do(withProofs(approve("gate"), seenOf(session))).complete("notes");
  // What is optional may stay open.
  session.do(withProofs(approvePhase("CHECK"), seenOf(session)));
  assert.equal(session.state.phases["CHECK"]?.approval?.open, undefined);
});

Deno.test("in format 2 a phase is approved when its reviews are done", () => {
  const review = item("security_review", { required: false });
  const made = workflow([
    phase("R", [review], { exit_gate: "human_approval", required_reviews: ["security"] }),
  ]);
  const session = new Session({ ...made, format: 2 });
  assert.match(session.refusal(approvePhase("R")).message, /the required review "security"/);
  session.complete("security_review").do(approvePhase("R"));
});

Deno.test("in format 1 it is recorded what was open when a gate or a phase was approved", () => {
  const session = new Session(definitionOf({}));
  session.complete("lint", outcomeOf(CHECKED.command)).do({ kind: "advance" });
  assert.deepEqual(approvalSubject(session.state, { item: "gate" })?.required, ["tests"]);
  assert.deepEqual(approvalSubject(session.state, { phase: "CHECK" })?.required, [
    "tests",
    "gate",
    "notes",
  ]);
  session.do(approve("gate")).do(approvePhase("CHECK"));
  assert.deepEqual(session.item("CHECK", "gate").approval?.open, ["tests"]);
  assert.deepEqual(session.state.phases["CHECK"]?.approval?.open, ["tests", "notes"]);
  assert.deepEqual(audited(session.journal).contradictions, []);
});

Deno.test("an empty file approves nothing", () => {
  const gate = item("gate", { verification: { type: "manual_gate", path: "plan.md" } });
  const session = new Session({ ...workflow([phase("A", [gate])]), format: 2 });
  const file = { path: "plan.md", size: 0, sha256: "a".repeat(64), blob: "b".repeat(40) };
  const empty = session.refusal({
    ...approve("gate"),
    approval: { how: "terminal", detection: "none", file },
  } as Command);
  assert.equal(empty.message, 'Cannot approve "gate": "plan.md" is empty');
  assert.equal(empty.hint, 'Write "plan.md" first: it is what is approved');
});

Deno.test("what was proved in another directory is not held against the files of this one", () => {
  const root = (directory: string, path = directory, machine = "m") => ({
    machine,
    path,
    directory,
  });
  const here = (place: ReturnType<typeof root>): Command =>
    ({ ...approve("gate"), work: { ...WORK, root: place } }) as Command;
  const session = new Session(FRESH);
  const prove = (id: string) =>
    session.do({
      kind: "complete",
      item: id,
      outcome: outcomeOf(CHECKED.command),
      work: { ...WORK, root: root("sandbox") },
    });
  prove("lint");
  session.do({ kind: "advance", proofs: seenOf(session) });
  prove("tests");
  const stale = seenOf(session, ["tests"]);
  // Where the work is, also when it was moved.
  for (const same of [root("sandbox"), root("sandbox", "moved")]) {
    assert.match(session.refusal(withProofs(here(same), stale)).message, /"tests" is stale/);
  }
  for (const other of [root("sandbox", "sandbox", "other"), root("tree", "elsewhere")]) {
    const there = checkpointOf(session);
    there.do(withProofs(here(other), stale));
    const { data } = there.journal.at(-1) ?? {};
    assert.ok(data !== undefined && "approval" in data);
    assert.deepEqual([data.approval.stale, data.proofs], [undefined, undefined]);
    assert.deepEqual(audited(there.journal).contradictions, []);
    assert.equal(there.state.compared?.proofs.length, 1);
  }
});

/** The same session, to be gone on with in another way. */
function checkpointOf({ state, journal }: Session): Session {
  const copy = new Session(FRESH);
  copy.state = state;
  copy.journal.splice(0, copy.journal.length, ...journal);
  return copy;
}
