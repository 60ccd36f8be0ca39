import assert from "node:assert/strict";
import { type PushRule, wantedPush } from "../../../src/app/state/push_policy.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import type { SessionEvent } from "../../../src/workflow/events.ts";
import { requireDefinition } from "../../../src/workflow/parse_definition.ts";
import { Session, timeOf } from "../workflow/session_builder.ts";

const { definition } = requireDefinition(
  `name: Rule
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: draw, name: Draw, step_type: gate }
      - { id: ok, name: Ok, step_type: gate, verification: { type: manual_gate, description: read } }
  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`,
  { file: "rule.yaml", overrides: {}, showAll: "", version: "0.1.0" },
);

/** A session, and the events of the last command. */
class Story {
  readonly #session = new Session(definition);
  events: readonly SessionEvent[] = this.#session.journal;

  does(command: Command): this {
    const before = this.#session.journal.length;
    this.#session.do(command);
    this.events = this.#session.journal.slice(before);
    return this;
  }

  /** Whether the last command is pushed; seconds since the last push. */
  wants(rule: PushRule, seconds = 1, failed = false): boolean {
    const { events } = this;
    const { state } = this.#session;
    const triedAt = timeOf(state.seq);
    const now = new Date(Date.parse(triedAt) + seconds * 1000);
    return wantedPush(rule, { state, events, triedAt, failed }, now) !== null;
  }

  get rules(): Readonly<Record<PushRule, boolean>> {
    return {
      phases: this.wants("phases"),
      waiting: this.wants("waiting"),
      every: this.wants("every"),
    };
  }
}

const NOTE: Command = { kind: "note", text: "seen" };
const done = (item: string): Command => ({ kind: "complete", item });

Deno.test("a start is pushed by every rule", () => {
  assert.deepEqual(new Story().rules, { phases: true, waiting: true, every: true });
});

Deno.test("a note waits, for 20 s at most, and goes at once when the last push failed", () => {
  const story = new Story().does(NOTE);
  assert.deepEqual(story.rules, { phases: false, waiting: false, every: true });
  assert.equal(story.wants("waiting", 19.9), false);
  assert.equal(story.wants("waiting", 20), true);
  assert.equal(story.wants("phases", 3600), false);
  assert.equal(story.wants("waiting", 1, true), true);
  // A clock that was set back must not keep it here for long.
  assert.equal(story.wants("waiting", -3600), true);
});

Deno.test("a gate is pushed, another item is not", () => {
  const story = new Story().does(done("think"));
  assert.deepEqual(story.rules, { phases: false, waiting: false, every: true });
  assert.deepEqual(story.does(done("draw")).rules, { phases: false, waiting: true, every: true });
});

Deno.test("while a person is waited for, everything is pushed", () => {
  const story = new Story().does(done("think")).does(done("draw")).does(NOTE);
  assert.deepEqual(story.rules, { phases: false, waiting: true, every: true });
});

Deno.test("approvals and rejections are pushed", () => {
  const story = new Story().does(done("think")).does(done("draw"));
  story.does({ kind: "reject", item: "draw", reason: "It is not drawn well" });
  assert.equal(story.wants("waiting"), true);
});

Deno.test("nothing is pushed where nothing is unpushed", () => {
  const story = new Story();
  story.events = [];
  assert.deepEqual(story.rules, { phases: false, waiting: false, every: false });
});
