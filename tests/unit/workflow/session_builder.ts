/**
 * Small sessions for the tests of the workflow engine, without clock or chance.
 * @module
 */
import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type {
  ItemDefinition,
  PhaseDefinition,
  Settings,
  Verification,
  WorkflowDefinition,
} from "../../../src/workflow/definition.ts";
import type { Actor, NewEvent, SessionEvent } from "../../../src/workflow/events.ts";
import { evolve } from "../../../src/workflow/evolve.ts";
import { RULES } from "../../../src/workflow/rules.ts";
import type { SessionState } from "../../../src/workflow/state.ts";
import type { VerificationOutcome } from "../../../src/workflow/events.ts";

export const PERSON: Actor = { kind: "person", name: "ada" };
export const AGENT: Actor = {
  kind: "agent",
  name: "ada",
  agent: "claude-code",
  instance: "0a1b2c3d",
};

export const LONG_REASON = "The payment module was removed last week, so nothing is left to check";

export const CHECKED = {
  none: { type: "none" },
  file_exists: { type: "file_exists", path: "docs/plan.md" },
  command: { type: "command", command: "npm test", expect_exit_code: 0 },
  manual_gate: { type: "manual_gate" },
} as const satisfies Record<Verification["type"], Verification>;

export function item(id: string, fields: Partial<ItemDefinition> = {}): ItemDefinition {
  return {
    id,
    name: `Do ${id}`,
    required: true,
    skippable: true,
    skip_conditions: [],
    verification: { type: "none" },
    step_type: "flexible",
    notes: [],
    timeout: 300,
    ...fields,
  };
}

export function phase(
  id: string,
  items: readonly (string | ItemDefinition)[],
  fields: Partial<PhaseDefinition> = {},
): PhaseDefinition {
  return {
    id,
    name: `Phase ${id}`,
    items: items.map((entry) => typeof entry === "string" ? item(entry) : entry),
    notes: [],
    required_reviews: [],
    phase_type: "guided",
    intended_tools: [],
    ...fields,
  };
}

export function workflow(
  phases: readonly PhaseDefinition[],
  settings: Settings = {},
): WorkflowDefinition {
  return { name: "test", version: "1.0", phases, settings };
}

/** Freezes a value and all it holds, however deep, so that a change to it throws. */
export function frozen<Value>(value: Value): Value {
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== "object" || next === null || Object.isFrozen(next)) continue;
    Object.freeze(next);
    for (const inner of Object.values(next)) pending.push(inner);
  }
  return value;
}

/** The time of the event `seq`: one second later each. */
export function timeOf(seq: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString();
}

/** The outcome a verification has when it is carried out. */
export function outcomeOf(verification: Verification, passed = true): VerificationOutcome {
  switch (verification.type) {
    case "file_exists":
      return { type: "file_exists", passed, path: verification.path };
    case "command":
      return {
        type: "command",
        passed,
        command: verification.command,
        expectedExitCode: verification.expect_exit_code,
        exitCode: passed ? verification.expect_exit_code : verification.expect_exit_code + 1,
        durationMs: 5,
        outputTail: "",
      };
    default:
      return { type: "none", passed: true };
  }
}

/** A session with its journal. Everything it hands out is frozen. */
export class Session {
  readonly journal: SessionEvent[] = [];
  state: SessionState;

  constructor(definition: WorkflowDefinition, by: Actor = PERSON, overridden: string[] = []) {
    this.state = evolve(
      null,
      this.#stamped({
        type: "session_started",
        data: {
          session: "s1",
          lineage: "l1",
          name: null,
          task: "Add login",
          project: null,
          constraints: [],
          definition,
          definitionSha256: "0".repeat(64),
          overriddenSettings: overridden,
          toolVersion: "0.0.0",
        },
      }, by),
    );
    frozen(this.state);
  }

  #stamped(event: NewEvent, actor: Actor): SessionEvent {
    const seq = this.journal.length + 1;
    const stamped: SessionEvent = { ...event, seq, time: timeOf(seq), actor, rules: RULES };
    this.journal.push(frozen(stamped));
    return stamped;
  }

  /** Appends an event without asking whether it may happen. */
  append(event: NewEvent, actor: Actor = PERSON): this {
    this.state = frozen(evolve(this.state, this.#stamped(event, actor)));
    return this;
  }

  /** Decides a command, applies its events and returns the decision. */
  try(command: Command, actor: Actor = PERSON) {
    const decision = decide(this.state, frozen(command), { actor });
    decision.value?.events.forEach((event) => this.append(event, actor));
    return decision;
  }

  /** Does a command that must have exactly one effect. */
  do(command: Command, actor: Actor = PERSON): this {
    const decision = this.try(command, actor);
    if (decision.error !== undefined) throw decision.error;
    assert.equal(decision.value.events.length, 1);
    return this;
  }

  /** The refusal a command must end in; the state must be left alone. */
  refusal(command: Command, actor: Actor = PERSON): OrchestratorError {
    const before = this.state;
    const decision = this.try(command, actor);
    assert.equal(this.state, before);
    assert.ok(decision.error !== undefined, `not refused: ${JSON.stringify(decision)}`);
    assert.ok(decision.error instanceof OrchestratorError);
    return decision.error;
  }

  complete(id: string, outcome?: VerificationOutcome): this {
    return this.do({ kind: "complete", item: id, ...(outcome === undefined ? {} : { outcome }) });
  }

  item(phaseId: string, id: string) {
    const found = this.state.phases[phaseId]?.items[id];
    assert.ok(found);
    return found;
  }
}

/** Commands in short. */
export const skip = (id: string, reason: string, force = false): Command => ({
  kind: "skip",
  item: id,
  reason,
  force,
});
export const approve = (id: string, fields: { evidence?: unknown } = {}): Command => ({
  kind: "approve_item",
  item: id,
  approval: { how: "terminal", detection: "none" },
  ...fields,
});
export const approvePhase = (id: string): Command => ({
  kind: "approve_phase",
  phase: id,
  approval: { how: "flag", detection: "none" },
});
