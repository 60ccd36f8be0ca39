import assert from "node:assert/strict";
import { describe } from "../../../src/workflow/progress.ts";
import { nextStep } from "../../../src/workflow/next_step.ts";
import { parseDefinition } from "../../../src/workflow/parse_definition.ts";
import type { ItemDefinition, WorkflowDefinition } from "../../../src/workflow/definition.ts";
import {
  AGENT,
  approve,
  CHECKED,
  item,
  outcomeOf,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const GATE = { verification: CHECKED.manual_gate } as const;

function twoPhases(items: readonly (string | ItemDefinition)[], format?: 2): WorkflowDefinition {
  const definition = workflow([phase("A", items), phase("B", ["z"])]);
  return format === undefined ? definition : { ...definition, format };
}

Deno.test("an item waits for the items that it needs, by every way to complete or approve it", () => {
  const ways: readonly (readonly [string, ItemDefinition, Parameters<Session["try"]>[0]])[] = [
    ["none", item("x", { needs: ["a", "b"] }), { kind: "complete", item: "x" }],
    [
      "command",
      item("x", { needs: ["a", "b"], verification: CHECKED.command }),
      { kind: "complete", item: "x", outcome: outcomeOf(CHECKED.command) },
    ],
    ["approval", item("x", { needs: ["a", "b"], ...GATE }), approve("x")],
  ];
  for (const [name, definition, command] of ways) {
    const session = new Session(twoPhases(["a", definition, "b"]));
    const refusal = session.refusal(command);
    assert.equal(refusal.code, "item_blocked", name);
    assert.match(
      refusal.message,
      /^Cannot (complete|approve) "x": it needs "a" and "b", which are/,
    );
    assert.equal(refusal.hint, "Run `orchestrator complete a`");
    session.complete("a");
    assert.match(session.refusal(command).message, /it needs "b", which is not done$/);
    session.complete("b").do(command);
    assert.equal(session.item("A", "x").status, "completed", name);
  }
});

Deno.test("zero_human passes no gate by whose needs are open", () => {
  const items = ["a", item("x", { needs: ["a"], ...GATE })];
  const session = new Session(workflow([phase("A", items)], { supervision_mode: "zero_human" }));
  assert.equal(session.refusal({ kind: "complete", item: "x" }).code, "item_blocked");
  session.complete("a").do({ kind: "complete", item: "x" });
});

Deno.test("a skipped item counts as done, and what fails or is open does not", () => {
  const items = [item("a", { verification: CHECKED.command }), item("x", { needs: ["a"] })];
  const session = new Session(twoPhases(items));
  const complete = { kind: "complete", item: "x" } as const;
  session.complete("a", outcomeOf(CHECKED.command, false));
  assert.equal(session.refusal(complete).code, "item_blocked");
  session.do(skip("a", "There is nothing to test")).do(complete);
});

Deno.test("in format 2 a gate needs the required items before it, and only those", () => {
  const items = [
    "a",
    item("spare", { required: false }),
    item("gate", GATE),
    item("after"),
  ];
  const strict = new Session(twoPhases(items, 2));
  assert.match(strict.refusal(approve("gate")).message, /it needs "a", which is not done/);
  strict.complete("a").do(approve("gate"));
  // Without a format the question of `approve` says it.
  new Session(twoPhases(items)).do(approve("gate"));
});

Deno.test("an optional item that a later phase needs stops the phase", () => {
  const first = phase("A", [item("a", { required: false })]);
  const session = new Session(workflow([first, phase("B", [item("b", { needs: ["a"] })])]));
  const refusal = session.refusal({ kind: "advance" });
  assert.match(refusal.message, /item "a" is open, and "b" of phase "B" needs it/);
  session.complete("a").do({ kind: "advance" }).complete("b");
});

Deno.test("the next step leads to what can be done", () => {
  const items = [item("c", { needs: ["b"] }), item("b", { needs: ["a"] }), "a"];
  const session = new Session(twoPhases(items));
  const seen: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const { argv: [verb, id = ""] } = nextStep(session.state);
    assert.equal(verb, "complete");
    seen.push(id);
    session.complete(id);
  }
  assert.deepEqual(seen, ["a", "b", "c"]);
});

Deno.test("what an item needs and waits for is part of the progress", () => {
  const items = ["a", item("b", { needs: ["a"] }), item("gate", GATE)];
  const session = new Session(twoPhases(items, 2));
  const [, b, gate] = describe(session.state).items;
  assert.deepEqual(b?.needs, ["a"]);
  assert.deepEqual(b?.remarks, ['needs "a" first']);
  assert.equal(b?.blocked, 'needs "a" first');
  assert.equal(b?.next, undefined);
  assert.deepEqual(gate?.needs, ["a", "b"]);
  session.complete("a");
  const [, after] = describe(session.state).items;
  assert.deepEqual([after?.needs, after?.remarks], [["a"], undefined]);
  assert.deepEqual(after?.next?.argv, ["complete", "b"]);
});

Deno.test("needs that go round in a circle end nowhere, not in an endless search", () => {
  const items = [item("a", { needs: ["b"] }), item("b", { needs: ["a"] })];
  const session = new Session(twoPhases(items));
  assert.equal(nextStep(session.state).argv[0], "status");
  assert.equal(session.refusal({ kind: "complete", item: "a" }).code, "item_blocked");
  session.do(skip("a", "It cannot be done"), AGENT).complete("b");
});

function problems(items: string, format = ""): readonly string[] {
  const text = `${format}name: W\nphases:\n  - id: A\n    name: A\n    items: [${items}]\n` +
    "  - {id: B, name: B, items: [{id: z, name: z}]}\n";
  return parseDefinition(text, { file: "workflow.yaml" }).findings
    .filter(({ level }) => level === "error").map(({ message }) => message);
}

Deno.test("validate: an item needs items that can be done before it", () => {
  const of = (needs: string) => problems(`{id: a, name: a}, {id: b, name: b, needs: [${needs}]}`);
  assert.deepEqual(of("a"), []);
  assert.deepEqual(of("b"), ['item "b" needs itself']);
  assert.deepEqual(of("aa"), ['item "b" needs "aa", which is no item of the workflow']);
  assert.deepEqual(of("z"), ['item "b" needs "z" of phase "B", which comes later']);
  assert.deepEqual(of("a, q"), ['item "b" needs "q", which is no item of the workflow']);
});

Deno.test("validate: a circle of needs is said once, also one through a gate of format 2", () => {
  const three = "{id: a, name: a, needs: [c]}, {id: b, name: b, needs: [a]}, " +
    "{id: c, name: c, needs: [b]}";
  assert.deepEqual(problems(three), [
    'item "a" needs "c", which needs "b", which needs "a"',
  ]);
  const gate = "{id: a, name: a, needs: [g]}, {id: g, name: g, verification: {type: manual_gate}}";
  assert.deepEqual(problems(gate), []);
  assert.deepEqual(problems(gate, "format: 2\n"), ['item "a" needs "g", which needs "a"']);
});

Deno.test("validate: an item of an earlier phase may be needed", () => {
  const text = "name: W\nphases:\n  - {id: A, name: A, items: [{id: a, name: a}]}\n" +
    "  - {id: B, name: B, items: [{id: z, name: z, needs: [a]}]}\n";
  const { definition, findings } = parseDefinition(text, { file: "workflow.yaml" });
  assert.deepEqual(findings, []);
  assert.deepEqual(definition?.phases[1]?.items[0]?.needs, ["a"]);
});
