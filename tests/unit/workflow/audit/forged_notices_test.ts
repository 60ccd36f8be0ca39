/**
 * What must stay visible of the files behind proofs (`ranOver`, `outerChanged`), and the inputs of a proof
 * without a repository: a line that is changed so that less is visible is noticed.
 */
import assert from "node:assert/strict";
import { sha256Hex } from "../../../../src/platform/hash.ts";
import type { SessionEvent } from "../../../../src/workflow/events.ts";
import { evolve } from "../../../../src/workflow/evolve.ts";
import { StateDigests } from "../../../../src/workflow/projection.ts";
import type { SessionState } from "../../../../src/workflow/state.ts";
import type { WorkRecord } from "../../../../src/workflow/work_record.ts";
import type { WorkTree } from "../../../../src/workflow/work_tree.ts";
import { CHECKED, item, outcomeOf, phase, Session, workflow } from "../session_builder.ts";
import { audited } from "./forged_fields_test.ts";

const RULES = { first: "1".repeat(64), second: "2".repeat(64), third: "3".repeat(64) };

function treeOf(more: Partial<WorkTree>): WorkTree {
  return {
    head: "a".repeat(40),
    branch: "main",
    tree: "b".repeat(40),
    committable: true,
    changed: [],
    changedCount: 0,
    hidden: { count: 0, names: [], rules: RULES.first },
    infoAttributes: RULES.first,
    ...more,
  };
}

function wrote(
  changed: NonNullable<WorkRecord["wrote"]>["changed"],
  changedCount = changed.length,
): WorkRecord["wrote"] {
  return { head: "a".repeat(40), tree: "c".repeat(40), changed, changedCount };
}

const INPUTS = { "src/a": "d".repeat(64), "src/b": "e".repeat(64) };

/** A session whose commands run over files, while rules beside the repository change. */
function journalOf(): readonly SessionEvent[] {
  const session = new Session(workflow([
    phase("A", [
      ...["old", "new", "many", "rules", "attributes", "again"].map((id) =>
        item(id, { verification: CHECKED.command })
      ),
      item("inputs", { verification: CHECKED.command, inputs: ["src"] }),
    ]),
  ]));
  const [first, ...rest] = session.journal;
  assert.ok(first?.type === "session_started" && rest.length === 0);
  const begun: SessionEvent = { ...first, data: { ...first.data, work: { tree: treeOf({}) } } };
  session.journal.splice(0, 1, begun);
  session.state = evolve(null, begun);
  const add = (id: string, work: WorkRecord) =>
    session.do({ kind: "complete", item: id, outcome: outcomeOf(CHECKED.command), work });
  const kept = { path: "src/a", mode: "100644", blob: "f".repeat(40) };
  const written = wrote([kept]);
  assert.ok(written !== undefined);
  add("old", { tree: treeOf({}), wrote: written });
  const made = wrote([{ path: "report", mode: null, blob: null }, { path: "log", isNew: true }]);
  assert.ok(made !== undefined);
  add("new", { tree: treeOf({}), wrote: made });
  const many = wrote([kept], 7);
  assert.ok(many !== undefined);
  add("many", { tree: treeOf({}), wrote: many });
  add("rules", { tree: treeOf({ hidden: { count: 1, names: ["x"], rules: RULES.second } }) });
  add("attributes", { tree: treeOf({ infoAttributes: RULES.third }) });
  add("again", { tree: treeOf({ hidden: { count: 1, names: ["x"], rules: RULES.third } }) });
  const sha256 = sha256Hex(JSON.stringify(Object.entries(INPUTS)));
  add("inputs", { tree: { named: {}, inputs: { count: 2, sha256, files: INPUTS } } });
  return session.journal;
}

Deno.test("what stays visible is the first line of changed rules, and each run over files", () => {
  const state = journalOf().reduce<SessionState | null>(evolve, null);
  assert.deepEqual(state?.ranOver, [
    { phase: "A", item: "old", seq: 2, files: ["src/a"] },
    { phase: "A", item: "many", seq: 4, files: ["src/a"], more: true },
  ]);
  assert.deepEqual(state?.outerChanged, { ignore: 5, attributes: 6 });
  assert.deepEqual(audited(journalOf()).contradictions, []);
});

/** Ways to make less visible, by the line that is changed. */
const FORGERIES: readonly (readonly [string, number, (work: WorkRecord) => unknown])[] = [
  ["no run", 2, ({ tree }) => ({ tree })],
  ["a run that changed nothing", 2, (work) => ({ ...work, wrote: wrote([]) })],
  ["another file", 2, (work) => ({ ...work, wrote: wrote([{ path: "src/z" }]) })],
  ["a file that was not there", 2, (work) => ({
    ...work,
    wrote: wrote([{ path: "src/a", mode: null, blob: null }]),
  })],
  ["a new file", 2, (work) => ({ ...work, wrote: wrote([{ path: "src/a", isNew: true }]) })],
  ["fewer files", 4, (work) => ({ ...work, wrote: wrote([{ path: "src/a" }]) })],
  ["a file that was there", 3, (work) => ({ ...work, wrote: wrote([{ path: "report" }]) })],
  ["the first rules", 5, () => ({ tree: treeOf({}) })],
  ["no tree", 5, () => ({ tree: { reason: "too_slow", message: "it took too long" } })],
  ["the first attributes", 6, () => ({ tree: treeOf({}) })],
  ["later rules from the beginning", 1, () => ({
    tree: treeOf({ hidden: { count: 1, names: ["x"], rules: RULES.second } }),
  })],
  ["later attributes from the beginning", 1, () => ({
    tree: treeOf({ infoAttributes: RULES.third }),
  })],
  ["other inputs", 8, () => inputsOf({ "src/a": "0".repeat(64), "src/b": INPUTS["src/b"] })],
  ["fewer inputs", 8, () => inputsOf({ "src/a": INPUTS["src/a"] })],
  ["no inputs", 8, () => ({ tree: { named: {} } })],
  ["too many inputs", 8, () => ({
    tree: { named: {}, inputs: { missing: "too many files" } },
  })],
];

function inputsOf(files: Readonly<Record<string, string>>): unknown {
  const sha256 = sha256Hex(JSON.stringify(Object.entries(INPUTS)));
  return { tree: { named: {}, inputs: { count: 2, sha256, files } } };
}

for (const [name, seq, forge] of FORGERIES) {
  Deno.test(`what stays visible: ${name} in line ${seq} is noticed`, () => {
    const journal = journalOf();
    const lines = journal.map((event) =>
      event.seq === seq && "work" in event.data
        ? { ...event, data: { ...event.data, work: forge(event.data.work as WorkRecord) } }
        : event
    ) as readonly SessionEvent[];
    assert.notDeepEqual(lines, journal);
    const isNoticed = audited(lines).contradictions.length > 0 ||
      digestsOf(lines).some((digest, index) => digest !== digestsOf(journal)[index]);
    assert.ok(isNoticed);
  });
}

function digestsOf(events: readonly SessionEvent[]): readonly string[] {
  const digests = new StateDigests(sha256Hex);
  let state: SessionState | null = null;
  return events.map((event) => digests.digest(state = evolve(state, event)));
}
