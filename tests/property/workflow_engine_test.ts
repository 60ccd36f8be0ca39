/**
 * Any workflow, any sequence of commands: what must hold all the same.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import type { Command } from "../../src/workflow/commands.ts";
import { decide } from "../../src/workflow/decide.ts";
import type {
  ItemDefinition,
  PhaseDefinition,
  StepType,
  WorkflowDefinition,
} from "../../src/workflow/definition.ts";
import type { Actor, SessionEvent } from "../../src/workflow/events.ts";
import { anyEvidence } from "../../src/workflow/audit/stand_in.ts";
import { evolve } from "../../src/workflow/evolve.ts";
import { describe } from "../../src/workflow/progress.ts";
import type { ItemState, SessionState } from "../../src/workflow/state.ts";
import { planVerification } from "../../src/workflow/verification_plan.ts";
import {
  AGENT,
  LONG_REASON,
  outcomeOf,
  PERSON,
  Session,
} from "../unit/workflow/session_builder.ts";

const CI: Actor = { kind: "ci", name: "runner" };
const ITEM_IDS = [
  "a",
  "b",
  "c",
  "security",
  "security_review",
  "constructor",
  "__proto__",
] as const;
const PHASE_IDS = ["A", "B", "C", "__proto__"] as const;

/** Records as JSON makes them. */
const PLAIN = { noNullPrototype: true };

const verification = fc.oneof(
  fc.constant({ type: "none" } as const),
  fc.constant({ type: "file_exists", path: "{{dir}}/plan.md" } as const),
  fc.record({
    type: fc.constant("command" as const),
    command: fc.constant("make {{target}}"),
    expect_exit_code: fc.constantFrom(0, 3),
  }, PLAIN),
  fc.constant({ type: "manual_gate" } as const),
);

function itemOf(id: string): fc.Arbitrary<ItemDefinition> {
  return fc.record({
    id: fc.constant(id),
    name: fc.constant(`Do ${id}`),
    required: fc.boolean(),
    skippable: fc.boolean(),
    skip_conditions: fc.constantFrom([], ["no_ui"]),
    // In a circle there are none: `validate` refuses it.
    needs: fc.subarray(ITEM_IDS.slice(0, ITEM_IDS.findIndex((other) => other === id))),
    verification,
    step_type: fc.constantFrom<StepType>("gate", "required", "documented", "flexible"),
    evidence_schema: fc.constantFrom("TestPlanEvidence" as const, "EdgeCaseEvidence" as const),
    notes: fc.constant([]),
    timeout: fc.constant(300),
  }, {
    ...PLAIN,
    requiredKeys: [
      "id",
      "name",
      "required",
      "skippable",
      "skip_conditions",
      "verification",
      "step_type",
      "notes",
      "timeout",
    ],
  }) as fc.Arbitrary<ItemDefinition>;
}

function phaseOf(id: string): fc.Arbitrary<PhaseDefinition> {
  return fc.record({
    id: fc.constant(id),
    name: fc.constant(`Phase ${id}`),
    items: fc.subarray([...ITEM_IDS], { minLength: 1, maxLength: 4 })
      .chain((ids) => fc.tuple(...ids.map(itemOf))),
    exit_gate: fc.constantFrom("human_approval", "nothing"),
    notes: fc.constant([]),
    required_reviews: fc.constantFrom([], [], [], ["security"], ["b"], ["ghost"]),
    phase_type: fc.constant("guided" as const),
    intended_tools: fc.constant([]),
  }, PLAIN);
}

const definitions: fc.Arbitrary<WorkflowDefinition> = fc.record({
  name: fc.constant("generated"),
  version: fc.constant("1.0"),
  phases: fc.subarray([...PHASE_IDS], { minLength: 1 })
    .chain((ids) => fc.tuple(...ids.map(phaseOf))),
  settings: fc.record({
    dir: fc.constant("docs"),
    target: fc.constant("test"),
    supervision_mode: fc.constantFrom("supervised", "hybrid", "zero_human"),
    agents_may_approve: fc.boolean(),
  }, PLAIN),
}, PLAIN);

const texts = fc.oneof(
  { weight: 3, arbitrary: fc.constant(LONG_REASON) },
  fc.constantFrom("", " ", "\0", "not needed", "n".repeat(3000), "a short reason", "line\n\ttwo"),
  fc.string({ maxLength: 80 }),
);
const evidence = fc.oneof(
  fc.constantFrom(
    anyEvidence("TestPlanEvidence"),
    anyEvidence("EdgeCaseEvidence"),
  ),
  fc.anything(),
);
/** `@0`, `@1`, … mean items of the phase the command will meet, `@` that phase. */
const items = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("@0", "@1", "@2", "@3") },
  { weight: 1, arbitrary: fc.constantFrom(...ITEM_IDS, "unknown") },
);
const phases = fc.constantFrom("@", "@", ...PHASE_IDS, "unknown");
const approval = fc.record({
  how: fc.constantFrom("terminal" as const, "flag" as const),
  detection: fc.constant("none"),
});

/** A command as far as it can be chosen without the state it will meet. */
type Wish =
  /** What `status` would say is next, done properly, by a person. */
  | { readonly do: "next" }
  | {
    readonly do: "complete";
    readonly item: string;
    readonly outcome: "right" | "failed" | "other" | "none";
    readonly basis: "right" | "wrong" | "none";
    readonly notes?: string;
    readonly evidence?: unknown;
  }
  | { readonly do: "restore"; readonly pick: number }
  | { readonly do: "command"; readonly command: Command };

const wishes: fc.Arbitrary<readonly { readonly wish: Wish; readonly actor: Actor }[]> = fc.array(
  fc.record({
    actor: fc.constantFrom(PERSON, PERSON, AGENT, CI),
    wish: fc.oneof(
      { weight: 30, arbitrary: fc.constant<Wish>({ do: "next" }) },
      {
        weight: 30,
        arbitrary: fc.record({
          do: fc.constant("complete" as const),
          item: items,
          outcome: fc.constantFrom("right", "right", "failed", "failed", "other", "none"),
          basis: fc.constantFrom("right", "right", "wrong", "none"),
          notes: texts,
          evidence,
        }, { requiredKeys: ["do", "item", "outcome", "basis"] }) as fc.Arbitrary<Wish>,
      },
      { weight: 8, arbitrary: fc.record({ do: fc.constant("restore" as const), pick: fc.nat() }) },
      {
        weight: 50,
        arbitrary: fc.oneof(
          fc.record({
            kind: fc.constant("skip" as const),
            item: items,
            reason: texts,
            force: fc.boolean(),
          }),
          fc.record({
            kind: fc.constant("approve_item" as const),
            item: items,
            approval,
            evidence,
          }, { requiredKeys: ["kind", "item", "approval"] }) as fc.Arbitrary<Command>,
          fc.record({ kind: fc.constant("approve_phase" as const), phase: phases, approval }),
          fc.record({
            kind: fc.constantFrom("reject" as const, "reopen" as const),
            item: items,
            reason: texts,
          }),
          fc.record({
            kind: fc.constant("revoke" as const),
            what: fc.oneof(fc.record({ item: items }), fc.record({ phase: phases })),
            reason: texts,
          }),
          fc.record({ kind: fc.constant("advance" as const) }),
          fc.record({ kind: fc.constant("finish" as const), notes: texts }),
          fc.record({ kind: fc.constant("note" as const), text: texts }),
          fc.record({ kind: fc.constant("rename" as const), name: fc.option(texts) }),
          fc.record({
            kind: fc.constant("create_checkpoint" as const),
            checkpoint: fc.constantFrom("cp1", "cp2", "cp3"),
            decisions: fc.array(texts, { maxLength: 2 }),
            files: fc.constant([]),
          }),
        ).map((command): Wish => ({ do: "command", command })),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("abandon" as const), reason: texts })
          .filter(({ reason }) => reason === LONG_REASON)
          .map((command): Wish => ({ do: "command", command })),
      },
    ),
  }),
  { maxLength: 40, size: "max" },
);

function itemDefinition(state: SessionState, id: string): ItemDefinition | undefined {
  return state.definition.phases.find((phase) => phase.id === state.phase)
    ?.items.find((item) => item.id === id);
}

/** `complete` as the command line does it: plan, run, hand in. */
function completion(state: SessionState, id: string, passed = true): Command {
  const next = planVerification(state, id).value;
  const plan = next !== undefined && "plan" in next ? next.plan : undefined;
  const schema = itemDefinition(state, id)?.evidence_schema;
  const documented = itemDefinition(state, id)?.step_type === "documented";
  return {
    kind: "complete",
    item: id,
    ...(plan === undefined
      ? {}
      : { outcome: outcomeOf(plan.verification, passed), basis: plan.basis }),
    ...(documented ? { evidence: anyEvidence(schema) } : {}),
  };
}

/** The command `next.argv` means; undefined when it changes nothing. */
function commandOf(state: SessionState, argv: readonly string[]): Command | undefined {
  const [name, first, second] = argv;
  const given = { how: "terminal", detection: "none" } as const;
  switch (name) {
    case "complete":
      return completion(state, first ?? "");
    case "approve": {
      if (first === "--phase") {
        return { kind: "approve_phase", phase: second ?? "", approval: given };
      }
      const schema = itemDefinition(state, first ?? "")?.evidence_schema;
      return {
        kind: "approve_item",
        item: first ?? "",
        approval: given,
        ...(argv.includes("--evidence") ? { evidence: anyEvidence(schema) } : {}),
      };
    }
    case "advance":
      return { kind: "advance" };
    case "finish":
      return { kind: "finish" };
    case "review":
      return { kind: "review", review: second ?? "", by: "Anna", verdict: "passed" };
    default:
      return undefined;
  }
}

/** A wish with the items and the phase it means by their place. */
function resolved(state: SessionState, wish: Wish): Wish {
  if (wish.do === "complete") return { ...wish, item: itemAt(state, wish.item) };
  if (wish.do !== "command") return wish;
  const { command } = wish;
  if ("item" in command) {
    return { ...wish, command: { ...command, item: itemAt(state, command.item) } };
  }
  if (command.kind === "revoke") {
    const { what } = command;
    const meant = "item" in what
      ? { item: itemAt(state, what.item) }
      : { phase: what.phase === "@" ? state.phase ?? "none" : what.phase };
    return { ...wish, command: { ...command, what: meant } };
  }
  if (command.kind !== "approve_phase" || command.phase !== "@") return wish;
  return { ...wish, command: { ...command, phase: state.phase ?? "none" } };
}

function itemAt(state: SessionState, id: string): string {
  if (!id.startsWith("@")) return id;
  const list = state.definition.phases.find((phase) => phase.id === state.phase)?.items ?? [];
  return list[Number(id.slice(1)) % Math.max(1, list.length)]?.id ?? "none";
}

function commandFor(session: Session, unresolved: Wish): Command | undefined {
  const { state } = session;
  const wish = resolved(state, unresolved);
  switch (wish.do) {
    case "next":
      return commandOf(state, describe(state).next.argv);
    case "complete": {
      const honest = completion(state, wish.item, wish.outcome !== "failed");
      const { outcome: _outcome, basis, evidence: _evidence, ...bare } = honest as Extract<
        Command,
        { kind: "complete" }
      >;
      return {
        ...bare,
        ...("notes" in wish ? { notes: wish.notes } : {}),
        ...("evidence" in wish ? { evidence: wish.evidence } : {}),
        ...(wish.outcome === "none" ? {} : {
          outcome: wish.outcome === "other"
            ? { type: "file_exists", passed: true, path: "/etc/passwd" }
            : (honest as { outcome?: object }).outcome ?? { type: "none", passed: true },
        }),
        ...(wish.basis === "none"
          ? {}
          : { basis: wish.basis === "right" ? basis ?? 0 : state.seq + 1 }),
      } as Command;
    }
    case "restore": {
      const created = session.journal.filter((event) => event.type === "checkpoint_created");
      const event = created[wish.pick % Math.max(1, created.length)];
      if (event?.type !== "checkpoint_created") return undefined;
      const { checkpoint, snapshot } = event.data;
      return { kind: "restore_checkpoint", checkpoint, checkpointSeq: event.seq, snapshot };
    }
    case "command":
      return wish.command;
  }
}

/** Everything of a state that a refused or foreign command must not move, phase by phase. */
function othersOf(state: SessionState, phase: string | null): unknown {
  return Object.entries(state.phases).filter(([id]) => id !== phase).map((
    [id, { items }],
  ) => [id, items]);
}

function assertStep(before: SessionState, command: Command, session: Session, from: number): void {
  const made = session.journal.slice(from);
  const { state } = session;
  assert.equal(state.seq, session.journal.length);
  assert.equal(state.seq, before.seq + made.length);
  if (made.length === 0) assert.equal(state, before);
  if (before.status !== "active") {
    // What a revocation changes has tests of its own: nothing is given by it.
    if (made.some(({ type }) => type === "approval_revoked")) {
      assert.equal(state.status, before.status);
      assert.ok(describe(state).done <= describe(before).done);
      return;
    }
    assert.ok(made.every((event) => event.type === "session_renamed"));
    assert.deepEqual({ ...state, name: null, seq: 0, updatedAt: "" }, {
      ...before,
      name: null,
      seq: 0,
      updatedAt: "",
    });
  }
  if (command.kind === "revoke") return;
  const approved = made.find(({ type }) => type === "item_approved" || type === "phase_approved");
  if (approved !== undefined && "phase" in approved.data && approved.data.phase !== before.phase) {
    // An approval of an earlier phase is given again, never for the first time.
    const { phase } = approved.data;
    const standing = before.phases[phase ?? ""];
    const item = "item" in approved.data ? standing?.items[approved.data.item] : standing;
    assert.equal(item?.withdrawn?.how, "revoked");
    return;
  }
  if (command.kind !== "restore_checkpoint") {
    assert.deepEqual(othersOf(state, before.phase), othersOf(before, before.phase));
  }
  for (const event of made) {
    if ("item" in event.data && "phase" in event.data) assert.equal(event.data.phase, before.phase);
  }
}

/** What must hold of every state that a journal leads to. */
function assertSound(state: SessionState, journal: readonly SessionEvent[]): void {
  const { phases, settings } = state.definition;
  const current = phases.findIndex((phase) => phase.id === state.phase);
  assert.equal(current === -1, state.status !== "active");
  for (const [index, phase] of phases.entries()) {
    const standing = state.phases[phase.id];
    assert.ok(standing);
    const left = state.status === "completed" || standing.status === "completed";
    if (state.status === "active") {
      const expected = index < current ? "completed" : index === current ? "active" : "pending";
      assert.equal(standing.status, expected);
    }
    if (left && phase.exit_gate === "human_approval") assert.ok(standing.approval);
    if (standing.approval && settings.agents_may_approve !== true) {
      assert.notEqual(standing.approval.by.kind, "agent");
    }
    for (const item of phase.items) {
      const at: ItemState | undefined = standing.items[item.id];
      assert.ok(at);
      if (left && item.required) assert.ok(at.status === "completed" || at.status === "skipped");
      if (at.status === "completed") {
        if (item.verification.type === "manual_gate") {
          assert.ok(at.approval);
          if (at.by?.kind === "agent") {
            assert.equal(settings.agents_may_approve, true);
            assert.equal(at.approval.byAgent, true);
          }
        } else {
          assert.equal(at.verification?.type, item.verification.type);
          assert.equal(at.verification?.passed, true);
        }
        if (item.step_type === "documented") assert.ok(at.evidence !== undefined);
      }
      if (at.status === "skipped") {
        assert.ok((at.skipReason ?? "").trim().length >= 10);
        if (at.automatic === undefined) {
          assert.notEqual(item.step_type, "required");
          assert.equal(at.forced === true, item.step_type === "gate");
          assert.ok(item.skippable);
        }
      }
    }
  }
  // Every bypass that ever happened is in view, restored checkpoints or not.
  const happened = journal.filter((event) =>
    event.type === "item_skipped" && (event.data.forced ?? event.data.automatic) !== undefined
  );
  assert.equal(state.bypasses.reduce((sum, { count }) => sum + count, 0), happened.length);
}

const RUNS = { numRuns: runs(300) };

Deno.test("any commands on any workflow keep the invariants", () => {
  fc.assert(
    fc.property(definitions, wishes, (definition, list) => {
      const session = new Session(definition);
      for (const { wish, actor } of list) {
        const command = commandFor(session, wish);
        if (command === undefined) continue;
        const before = session.state;
        const from = session.journal.length;
        const decision = session.try(command, wish.do === "next" ? PERSON : actor);
        if (decision.error !== undefined) {
          const { code, message } = decision.error;
          if (code === "bug") assert.match(message, /its verification has not run/);
          assert.notEqual(code, "state_corrupt");
          assert.match(message, /^Cannot [^\n]*[^.\n]$/);
          assert.doesNotMatch(decision.error.hint ?? "", /--force|abandon|remove/);
          JSON.stringify(decision.error.details);
        }
        assertStep(before, command, session, from);
        assertSound(session.state, session.journal);
      }
    }),
    RUNS,
  );
});

Deno.test("replaying the journal gives the live state, also through JSON", () => {
  fc.assert(
    fc.property(definitions, wishes, (definition, list) => {
      const session = new Session(definition);
      for (const { wish, actor } of list) {
        const command = commandFor(session, wish);
        if (command !== undefined) session.try(command, actor);
      }
      const lines = session.journal.map((event) => JSON.stringify(event));
      const events: SessionEvent[] = lines.map((line) => JSON.parse(line));
      assert.deepEqual(events, session.journal);
      const replayed = events.reduce<SessionState | null>(evolve, null);
      assert.deepEqual(replayed, session.state);
      assert.deepEqual(JSON.parse(JSON.stringify(session.state)), session.state);

      // Going on from a stored state gives the same as replaying from the start.
      const half = Math.ceil(events.length / 2);
      const stored = JSON.stringify(
        events.slice(0, half).reduce<SessionState | null>(evolve, null),
      );
      assert.deepEqual(
        events.slice(half).reduce<SessionState>(evolve, JSON.parse(stored)),
        replayed,
      );
    }),
    RUNS,
  );
});

Deno.test("the plan of a verification refuses exactly what decide refuses", () => {
  fc.assert(
    fc.property(definitions, wishes, items, evidence, (definition, list, id, given) => {
      const session = new Session(definition);
      for (const { wish, actor } of list) {
        const command = commandFor(session, wish);
        if (command !== undefined) session.try(command, actor);
      }
      const planned = planVerification(session.state, id, { evidence: given });
      const next = planned.value;
      const decided = decide(session.state, {
        kind: "complete",
        item: id,
        evidence: given,
        ...(next !== undefined && "plan" in next
          ? { outcome: outcomeOf(next.plan.verification), basis: next.plan.basis }
          : {}),
      }, { actor: AGENT });
      if (planned.error === undefined) {
        if ("plan" in planned.value) assert.equal(decided.value?.events.length, 1);
        else assert.notEqual(decided.value?.already, undefined);
      } else {
        assert.ok(decided.error !== undefined);
        assert.deepEqual(
          [planned.error.code, planned.error.message],
          [decided.error.code, decided.error.message],
        );
      }
    }),
    RUNS,
  );
});

Deno.test("the next step always works, and leads to the end", () => {
  fc.assert(
    fc.property(definitions, wishes, (definition, list) => {
      const session = new Session(definition);
      for (const { wish, actor } of list) {
        const command = commandFor(session, wish);
        if (command !== undefined) session.try(command, actor);
      }
      const steps = definition.phases.reduce(
        (sum, phase) => sum + phase.items.length + phase.required_reviews.length + 2,
        1,
      );
      for (let step = 0; step <= steps && session.state.status === "active"; step++) {
        const { next } = describe(session.state);
        const command = commandOf(session.state, next.argv);
        assert.ok(command !== undefined, next.argv.join(" "));
        session.do(command, next.byPerson ? PERSON : AGENT);
      }
      assert.notEqual(session.state.status, "active");
      assert.deepEqual(describe(session.state).next.argv, ["start", "<task>"]);
    }),
    RUNS,
  );
});

Deno.test("evolve takes any event of any shape of name", () => {
  const names = fc.oneof(items, fc.string());
  fc.assert(
    fc.property(
      definitions,
      fc.array(fc.tuple(names, names), { maxLength: 10 }),
      (definition, list) => {
        const session = new Session(definition);
        const none = { type: "none", passed: true } as const;
        for (const [phase, item] of list) {
          session.append({ type: "item_completed", data: { phase, item, verification: none } });
          session.append({ type: "phase_advanced", data: { from: phase, to: item } });
        }
        assert.equal(session.state.seq, session.journal.length);
        assert.deepEqual(
          Object.keys(session.state.phases).sort(),
          definition.phases.map((phase) => phase.id).sort(),
        );
      },
    ),
    { numRuns: runs(100) },
  );
});
