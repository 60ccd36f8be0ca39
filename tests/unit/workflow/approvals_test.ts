/** What an approval records of where it was given and of the file, and what of that is refused. */
import assert from "node:assert/strict";
import { approvalSubject, subjectKey } from "../../../src/workflow/approval_subject.ts";
import type { Approval, ApprovedFile } from "../../../src/workflow/recorded.ts";
import { AGENT, item, phase, Session, workflow } from "./session_builder.ts";
import { audited } from "./audit/forged_fields_test.ts";

const FILE: ApprovedFile = {
  path: "docs/plan.md",
  size: 12,
  sha256: "a".repeat(64),
  blob: "b".repeat(40),
};

const WORK = { tree: { reason: "no_repository", message: "there is none" } } as const;

const PLACE = { terminal: "/dev/pts/3", programs: ["bash", "tmux"] };

function gated(): Session {
  const gate = item("gate", {
    description: "Read the plan",
    verification: { type: "manual_gate", path: "{{docs}}/plan.md", description: "Is it whole?" },
  });
  return new Session({
    ...workflow([phase("A", ["plan", gate, "later"])], { docs: "docs" }),
    format: 2,
  });
}

const approve = (fields: Partial<Approval>) => ({
  kind: "approve_item" as const,
  item: "gate",
  approval: { how: "terminal" as const, detection: "none", ...fields },
});

Deno.test("an approval records the terminal, at most eight programs, and bounded names", () => {
  const session = gated().complete("plan");
  const programs = Array.from({ length: 12 }, (_, index) => `${"p".repeat(100)}${index}`);
  session.do(approve({ file: FILE, place: { terminal: "t".repeat(100), programs } }));
  const place = session.item("A", "gate").approval?.place;
  assert.ok(place !== undefined && Array.isArray(place.programs));
  assert.equal(place.terminal.length, 64);
  assert.equal(place.programs.length, 8);
  assert.ok(place.programs.every((name) => name.length === 64));
});

Deno.test("a gate with a file is approved with that file, and none without one", () => {
  const session = gated().complete("plan");
  const wrong: readonly (Partial<Approval>)[] = [
    {},
    { file: { ...FILE, path: "docs/other.md" } },
    { file: { ...FILE, sha256: "a" } },
    { file: { ...FILE, blob: "b" } },
    { file: { ...FILE, size: -1 } },
  ];
  for (const fields of wrong) {
    assert.equal(session.refusal(approve(fields)).code, "item_blocked", JSON.stringify(fields));
  }
  session.do(approve({ file: FILE }));
  assert.deepEqual(session.item("A", "gate").approval?.file, FILE);
  // Of a gate that names no file none is recorded.
  const plain = new Session(workflow([phase("A", [item("gate", {
    verification: { type: "manual_gate" },
  })])]));
  plain.do(approve({ file: FILE }));
  assert.equal(plain.item("A", "gate").approval?.file, undefined);
});

Deno.test("what was approved before is known when it is approved again", () => {
  const session = gated().complete("plan").do(approve({ file: FILE }));
  session.do({ kind: "revoke", what: { item: "gate" }, reason: "It was another plan" }, AGENT);
  assert.deepEqual(approvalSubject(session.state, { item: "gate" })?.before, FILE);
});

Deno.test("the question shows what the item says, what is recorded, and what is open", () => {
  const session = gated();
  session.do({ kind: "complete", item: "plan", notes: "In three parts" });
  session.do({ kind: "note", text: "The API is old" });
  const subject = approvalSubject(session.state, { item: "gate" });
  assert.deepEqual(subject, {
    phase: "A",
    item: "gate",
    name: "Do gate",
    description: ["Read the plan", "Is it whole?"],
    open: ["later"],
    required: [],
    isAgain: false,
    records: [{ item: "plan", status: "completed", seq: 2, notes: "In three parts" }],
    notes: [{ seq: 3, text: "The API is old" }],
    path: "docs/plan.md",
  });
  assert.ok(subject !== null);
  const now = () => {
    const other = approvalSubject(session.state, { item: "gate" });
    assert.ok(other !== null);
    return subjectKey(other);
  };
  // A note may come while a person thinks; what is done and proven may not.
  session.do({ kind: "note", text: "One more" });
  assert.equal(now(), subjectKey(subject));
  session.complete("later");
  assert.notEqual(now(), subjectKey(subject));
  assert.equal(approvalSubject(session.state, { item: "nothing" }), null);
});

Deno.test("an approval of a file that has changed is stale, and can be given again", () => {
  const session = gated().complete("plan").do(approve({ file: FILE }));
  const again = session.try(approve({ file: FILE }));
  assert.equal(again.value?.already, '"gate" is already approved');
  const other = { ...FILE, sha256: "c".repeat(64) };
  session.do(approve({ file: other }));
  assert.deepEqual(session.item("A", "gate").approval?.file, other);
});

Deno.test("with proofs: fresh a stale approval of a file blocks, by name, and a person gives it again", () => {
  const gate = item("gate", { verification: { type: "manual_gate", path: "docs/plan.md" } });
  const session = new Session({
    ...workflow([phase("A", [gate]), phase("B", ["z"])], { proofs: "fresh" }),
    format: 2,
  });
  session.do({ ...approve({ file: FILE }), work: WORK });
  const { seq } = session.state;
  const seen = { phase: "A", item: "gate", seq } as const;
  const stale = { ...seen, verdict: "stale", changed: 1, files: ["docs/plan.md"] } as const;
  const refusal = session.refusal({ kind: "advance", proofs: [stale] });
  assert.match(refusal.message, /the approval of "gate" is stale: .*approved: docs\/plan\.md/);
  assert.equal(refusal.hint, "Ask a person to run `orchestrator approve gate`");
  session.do({ kind: "advance", proofs: [{ ...seen, verdict: "fresh" }] });
  // In the next phase, too.
  session.do({ ...approve({ file: { ...FILE, sha256: "c".repeat(64) } }), work: WORK });
});

Deno.test("an audit names forged places and files of approvals", () => {
  const session = gated().complete("plan").do(approve({ file: FILE, place: PLACE }));
  const { journal } = session;
  assert.deepEqual(audited(journal).contradictions, []);
  const last = journal.at(-1);
  assert.ok(last?.type === "item_approved");
  const forged: readonly Partial<Approval>[] = [
    { place: { terminal: "none", programs: ["bash"] } },
    { place: { terminal: "/dev/pts/3", programs: Array.from({ length: 9 }, () => "sh") } },
    { place: { terminal: "t".repeat(65), programs: [] } },
    { file: { ...FILE, path: "README.md" } },
    { file: { ...FILE, sha256: "x" } },
    { file: { ...FILE, more: 1 } as ApprovedFile },
  ];
  for (const fields of forged) {
    const approval = { ...last.data.approval, ...fields };
    const line = { ...last, data: { ...last.data, approval } };
    const { contradictions } = audited([...journal.slice(0, -1), line]);
    assert.deepEqual(contradictions.map(({ line: at }) => at), [3], JSON.stringify(fields));
  }
  const { file: _, ...without } = last.data.approval;
  const line = { ...last, data: { ...last.data, approval: without } };
  assert.equal(audited([...journal.slice(0, -1), line]).contradictions.length, 1);
});
