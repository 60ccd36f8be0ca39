/**
 * No honest journal is accused: whatever people and agents do, with secrets in every text, each line is
 * one that can be decided again from what it records.
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import { OrchestratorError } from "../../src/errors.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import { Redactor } from "../../src/secrets/redact.ts";
import { walkChain } from "../../src/session/journal.ts";
import { redactText } from "../../src/session/redact.ts";
import { SessionManager } from "../../src/session/session_manager.ts";
import { MemoryBackend } from "../../src/storage/memory_backend.ts";
import { CLOCK_TOLERANCE_MS } from "../../src/workflow/audit/audit.ts";
import type { Command } from "../../src/workflow/commands.ts";
import { decide } from "../../src/workflow/decide.ts";
import type { SettingValue, WorkflowDefinition } from "../../src/workflow/definition.ts";
import { anyEvidence } from "../../src/workflow/audit/stand_in.ts";
import type { Actor, NewEvent } from "../../src/workflow/events.ts";
import { requireDefinition } from "../../src/workflow/parse_definition.ts";
import type { PhaseState, SessionState } from "../../src/workflow/state.ts";
import { redactedFields, textFields } from "../../src/workflow/text_fields.ts";
import { planVerification } from "../../src/workflow/verification_plan.ts";
import { A } from "../unit/session/sessions.ts";
import { LONG_REASON, outcomeOf } from "../unit/workflow/session_builder.ts";

const SOURCE = `
name: Audited
settings: { command: npm test, supervision_mode: supervised, agents_may_approve: false }
phases:
  - id: PLAN
    name: Plan
    required_reviews: [security]
    items:
      - { id: a, name: A }
      - { id: files, name: Has the name of a field with words, step_type: documented, evidence_schema: CodeAnalysisEvidence }
      - { id: gate, name: Gate, step_type: gate, verification: { type: command, command: "{{command}}" } }
      - { id: constructor, name: Constructor, step_type: documented }
  - id: BUILD
    name: Build
    exit_gate: human_approval
    items:
      - { id: "12", name: Twelve, verification: { type: file_exists, path: docs/plan.md } }
      - { id: manual, name: Manual, step_type: gate, verification: { type: manual_gate } }
      - { id: security_review, name: Security, required: false }
  - id: LAST
    name: Last
    items:
      - { id: z, name: Z, required: false, verification: { type: manual_gate }, skip_conditions: [never] }
`;

const SECRETS = ["hunter2-hunter2", "redacted", "correct horse battery staple", "abcdef"];

const ITEMS = ["a", "files", "gate", "constructor", "12", "manual", "security_review", "z"];

/** Texts of people: with secrets in them, of secrets only, long enough or not. */
const texts = fc.oneof(
  fc.constantFrom(...SECRETS),
  fc.constantFrom(...SECRETS).map((secret) => `${LONG_REASON} ${secret} ${secret}`),
  fc.constantFrom(...SECRETS).map((secret) => ` because of\n${secret} it was so `),
  fc.constantFrom(LONG_REASON, "It works\n\u2028🌊", "[redacted]", "", "not applicable", "\ud800"),
  fc.string({ unit: "grapheme", maxLength: 60 }),
);

const maybe = fc.option(texts, { nil: undefined });

const evidence = fc.oneof(
  fc.constant(undefined),
  texts,
  fc.tuple(texts, texts).map(([key, value]) => ({ "9": -0, [key]: [value, null, 1e21], b: value })),
  fc.tuple(texts, texts).map(([text, entry]) => ({
    ...(anyEvidence("CodeAnalysisEvidence") as object),
    approach_decision: text,
    files_reviewed: [entry],
  })),
  fc.constant(anyEvidence("CodeAnalysisEvidence")),
);

type Step =
  | { readonly kind: "command"; readonly command: Command }
  | {
    readonly kind: "complete";
    readonly item: string;
    readonly passed: boolean;
    readonly given: Given;
  }
  | { readonly kind: "approve"; readonly what: string; readonly given: Given }
  | { readonly kind: "restore"; readonly which: number }
  /** The next thing that the workflow wants, done as it should be. */
  | { readonly kind: "forward"; readonly text: string }
  | { readonly kind: "redact"; readonly which: number; readonly field: number }
  | { readonly kind: "learn" };

interface Given {
  readonly notes: string | undefined;
  readonly evidence: unknown;
}

const given: fc.Arbitrary<Given> = fc.record(
  { notes: maybe, evidence },
  { noNullPrototype: true },
);
const items = fc.constantFrom(...ITEMS);
const command = (made: fc.Arbitrary<Command>) =>
  made.map((command): Step => ({ kind: "command", command }));

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(items, fc.boolean(), given).map(([item, passed, given]): Step => ({
      kind: "complete",
      item,
      passed,
      given,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom("manual", "z", "PLAN", "BUILD"), given)
      .map(([what, given]): Step => ({ kind: "approve", what, given })),
  },
  {
    weight: 2,
    arbitrary: command(
      fc.tuple(items, texts, fc.boolean())
        .map(([item, reason, force]): Command => ({ kind: "skip", item, reason, force })),
    ),
  },
  { weight: 3, arbitrary: command(fc.constant({ kind: "advance" } as const)) },
  command(maybe.map((notes): Command => ({
    kind: "finish",
    ...(notes === undefined ? {} : { notes }),
  }))),
  command(texts.map((reason): Command => ({ kind: "abandon", reason }))),
  command(texts.map((text): Command => ({ kind: "note", text }))),
  command(
    fc.tuple(fc.constantFrom("review", "security"), fc.constantFrom("passed", "failed"), texts).map(
      ([review, verdict, by]): Command => ({ kind: "review", review, verdict, by }),
    ),
  ),
  command(fc.option(texts).map((name): Command => ({ kind: "rename", name }))),
  {
    weight: 2,
    arbitrary: command(
      fc.tuple(fc.nat(30), maybe, fc.array(texts, { maxLength: 3 }))
        .map(([number, message, list]): Command => ({
          kind: "create_checkpoint",
          checkpoint: `cp${number}`,
          ...(message === undefined ? {} : { message }),
          decisions: list,
          files: list,
        })),
    ),
  },
  { weight: 2, arbitrary: fc.nat(9).map((which): Step => ({ kind: "restore", which })) },
  { weight: 30, arbitrary: texts.map((text): Step => ({ kind: "forward", text })) },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "learn" }) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(99), fc.nat(99))
      .map(([which, field]): Step => ({ kind: "redact", which, field })),
  },
);

const ACTORS: readonly Actor[] = [
  { kind: "person", name: "ada" },
  { kind: "agent", name: "ada", agent: "claude-code" },
  { kind: "ci", name: "runner" },
  { kind: "person", name: "hunter2-hunter2" },
];

/** Seconds between two commands: clocks of other machines, and clocks that are set. */
const pauses = fc.oneof(fc.nat(5), fc.constantFrom(0, -200, 200, 86400, -86400));

interface Run {
  readonly imported: boolean;
  readonly overrides: Readonly<Record<string, SettingValue>>;
  readonly steps: readonly (readonly [Step, number, number])[];
}

const sequences: fc.Arbitrary<Run> = fc.record({
  imported: fc.boolean(),
  overrides: fc.constantFrom<Readonly<Record<string, SettingValue>>>(
    {},
    { command: "make" },
    { supervision_mode: "zero_human" },
    { agents_may_approve: true },
  ),
  steps: fc.array(fc.tuple(steps, fc.nat(ACTORS.length - 1), pauses), {
    minLength: 5,
    maxLength: 40,
    size: "max",
  }),
}, { noNullPrototype: true });

const definitions = new Map<string, WorkflowDefinition>();

function definitionWith(overrides: Readonly<Record<string, SettingValue>>): WorkflowDefinition {
  const key = JSON.stringify(overrides);
  const known = definitions.get(key);
  if (known !== undefined) return known;
  const { definition } = requireDefinition(SOURCE, { file: "workflow.yaml", overrides });
  definitions.set(key, definition);
  return definition;
}

/** One session on a machine whose clock, actor and secrets change. */
class World {
  readonly backend = new MemoryBackend();
  readonly redactor = new Redactor();
  readonly manager: SessionManager;
  actor: Actor = { kind: "person", name: "ada" };
  now = Date.UTC(2026, 0, 1);

  constructor() {
    this.manager = new SessionManager({
      backend: this.backend,
      actor: () => this.actor,
      now: () => new Date(this.now),
      lockTimeoutMs: 5000,
      clean: () => Promise.resolve((text) => this.redactor.known(text)),
      warn: () => {},
    });
  }

  async begin({ imported, overrides }: Run): Promise<void> {
    const definition = definitionWith(overrides);
    const common = { session: A, lineage: "l", toolVersion: "0.0.0" };
    const events: readonly NewEvent[] = imported ? importEvents(common, definition) : [{
      type: "session_started",
      data: {
        ...common,
        name: null,
        task: "Add login",
        project: null,
        constraints: [],
        definition,
        definitionSha256: sha256Hex(SOURCE),
        overriddenSettings: Object.keys(overrides),
      },
    }];
    await this.manager.withRepositoryLock("start", () =>
      this.manager.createSession({
        id: A,
        events,
        meta: { name: null, task: "Add login", branch: null, parent: null },
        workflow: imported ? JSON.stringify(definition) : SOURCE,
      }));
  }

  async take(step: Step): Promise<void> {
    if (step.kind === "learn") {
      const next = SECRETS.find((secret) => !this.redactor.redact(secret).includes("[redacted]"));
      this.redactor.add(next ?? "nothing more");
      return;
    }
    if (step.kind === "redact") return await this.#redact(step);
    const { state } = await this.manager.load(A);
    const command = await this.#commandOf(step, state);
    if (command === null) return;
    try {
      await this.manager.change(
        A,
        command.kind,
        (newest) => decide(newest, command, { actor: this.actor }),
      );
    } catch (error) {
      assert.ok(error instanceof OrchestratorError, String(error));
      assert.ok(error.kind !== "corrupt" && error.kind !== "internal", error.stack);
    }
  }

  /** Takes some text out of some event. */
  async #redact({ which, field }: { readonly which: number; readonly field: number }) {
    const events = await this.events();
    const found = events.map((event) => ({ event, texts: textFields(event) }))
      .filter(({ texts }) => texts.length > 0);
    const chosen = found[which % found.length];
    const name = chosen?.texts[field % chosen.texts.length]?.name;
    if (chosen === undefined || name === undefined) return;
    const what = {
      seq: chosen.event.seq,
      field: name,
      // No such reason is part of another one, which would be refused.
      reason: `It had to go (${events.length})`,
    };
    const { event } = await redactText(this.manager, A, what);
    if (event === null) return;
    const after = (await this.events())[chosen.event.seq - 1];
    assert.ok(after !== undefined && redactedFields(after).includes(name));
  }

  async #commandOf(step: Exclude<Step, { kind: "learn" | "redact" }>, state: SessionState) {
    switch (step.kind) {
      case "command":
        return step.command;
      case "restore":
        return await this.#restoring(step.which);
      case "forward":
        return this.#forward(state, step.text);
      case "approve": {
        const detection = this.actor.kind === "agent" ? "CLAUDECODE" : "none";
        const approval = { how: "flag", detection } as const;
        return this.#approving(step.what, step.given, approval);
      }
      case "complete": {
        const { item, passed, given: { notes, evidence } } = step;
        const given = {
          ...(notes === undefined ? {} : { notes }),
          ...(evidence === undefined ? {} : { evidence }),
        };
        const planned = planVerification(state, item, given);
        if (planned.error !== undefined) return null;
        if ("already" in planned.value) return { kind: "complete", item, ...given } as const;
        const { verification, basis } = planned.value.plan;
        const outcome = outcomeOf(verification, passed);
        return { kind: "complete", item, ...given, basis, outcome } as const;
      }
    }
  }

  #forward(state: SessionState, text: string): Command | null {
    const phase = state.definition.phases.find(({ id }) => id === state.phase);
    if (phase === undefined) return null;
    const standing = state.phases[phase.id];
    const detection = this.actor.kind === "agent" ? "CLAUDECODE" : "none";
    const approval = { how: "terminal", detection } as const;
    const open = phase.items.find(({ id }) =>
      !["completed", "skipped"].includes(standing?.items[id]?.status ?? "pending")
    );
    if (open === undefined) {
      if (phase.exit_gate !== undefined && standing?.approval === undefined) {
        return { kind: "approve_phase", phase: phase.id, approval, notes: text };
      }
      return phase.id === "LAST" ? { kind: "finish", notes: text } : { kind: "advance" };
    }
    const { id, evidence_schema, verification } = open;
    const shown = { evidence: anyEvidence(evidence_schema), notes: text };
    const planned = planVerification(state, id, shown).value;
    if (planned === undefined && verification.type === "manual_gate") {
      return { kind: "approve_item", item: id, approval, ...shown };
    }
    if (planned === undefined || "already" in planned) return null;
    const { verification: check, basis } = planned.plan;
    return { kind: "complete", item: id, ...shown, basis, outcome: outcomeOf(check) };
  }

  #approving(
    what: string,
    { notes, evidence }: Given,
    approval: { readonly how: "flag"; readonly detection: string },
  ): Command {
    const said = notes === undefined ? {} : { notes };
    if (what === "PLAN" || what === "BUILD") {
      return { kind: "approve_phase", phase: what, approval, ...said };
    }
    const shown = evidence === undefined ? {} : { evidence };
    return { kind: "approve_item", item: what, approval, ...said, ...shown };
  }

  async #restoring(which: number): Promise<Command | null> {
    const created = (await this.events()).filter((event) => event.type === "checkpoint_created");
    const event = created[which % Math.max(1, created.length)];
    if (event?.type !== "checkpoint_created") return null;
    const { checkpoint, snapshot } = event.data;
    return { kind: "restore_checkpoint", checkpoint, checkpointSeq: event.seq, snapshot };
  }

  async events() {
    const read = await this.backend.readJournal(A);
    assert.ok(!read.unchanged);
    return walkChain(read.lines).events;
  }
}

function importEvents(
  common: { readonly session: string; readonly lineage: string; readonly toolVersion: string },
  definition: WorkflowDefinition,
): readonly NewEvent[] {
  const time = "2025-12-31T00:00:00.000Z";
  const phases = Object.fromEntries(definition.phases.map(({ id, items }): [string, PhaseState] => [
    id,
    {
      status: id === "PLAN" ? "active" : "pending",
      items: Object.fromEntries(items.map((item) => [
        item.id,
        { status: "pending", touched: 0, failures: 0, notes: "hunter2-hunter2 was here" },
      ])),
    },
  ]));
  return [
    {
      type: "session_imported",
      data: {
        ...common,
        seed: {
          status: "active",
          phase: "PLAN",
          phases,
          name: null,
          task: "Add login",
          project: null,
          constraints: [],
          definition,
          createdAt: time,
          updatedAt: time,
          notes: [],
        },
        source: { generation: "v3" },
        history: [],
      },
    },
    ...["old1", "old2"].map((checkpoint): NewEvent => ({
      type: "checkpoint_created",
      data: {
        checkpoint,
        message: null,
        decisions: [],
        files: [],
        snapshot: { status: "active", phase: "PLAN", phases },
        imported: true,
      },
    })),
  ];
}

Deno.test("no honest journal is accused, whatever is done, by whom, and with what secrets", () =>
  fc.assert(
    fc.asyncProperty(sequences, async (run) => {
      const world = new World();
      await world.begin(run);
      let jumped = false;
      let latest = world.now;
      for (const [step, actor, pause] of run.steps) {
        world.actor = ACTORS[actor] ?? world.actor;
        world.now += pause * 1000;
        latest = Math.max(latest, world.now);
        jumped ||= latest - world.now > CLOCK_TOLERANCE_MS;
        await world.take(step);
      }
      world.now = latest;
      const { bad, contradictions, remarks, decided, lines, newer } = await world.manager.verify(A);
      assert.equal(bad, null);
      assert.deepEqual(contradictions, []);
      assert.equal(decided, lines);
      assert.equal(newer, 0);
      const odd = remarks.filter(({ remark }) => !jumped || !/time/.test(remark));
      assert.deepEqual(odd, []);
    }),
    { numRuns: runs(1000) },
  ));
