/**
 * Deciding `recheck`: an item of this phase or an earlier one that has proved something proves it again.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import type { Command } from "./commands.ts";
import { checkOutcome } from "./completion.ts";
import type { Decision } from "./decision.ts";
import { isRunnable } from "./held_proofs.ts";
import type { PhaseDefinition } from "./definition.ts";
import {
  itemName,
  itemState,
  type LocatedItem,
  namedItem,
  phaseState,
  requireCurrentPhase,
} from "./locate.ts";
import { ambiguousItem } from "./same_id.ts";
import type { SessionState } from "./state.ts";
import { quoted } from "./texts.ts";
import {
  planOf,
  refusalOfNeeds,
  type RunnableVerification,
  substituted,
  type VerificationPlan,
} from "./verification_plan.ts";
import { recordedWork } from "./work_marks.ts";

/** An item to check again. */
export interface RecheckTarget {
  readonly phase: string;
  readonly item: string;
}

/**
 * The item that a name means: `PHASE/item`, or by its id one of the current phase, or else the one of
 * the earlier phases that can be checked again.
 */
export function recheckTarget(state: SessionState, name: string): Result<RecheckTarget> {
  const { phases } = state.definition;
  const { phase, item } = namedItem(state, name);
  if (phase !== undefined) return { value: { phase, item } };
  const having = phases.filter(({ items }) => items.some(({ id }) => id === item));
  const here = having.find(({ id }) => id === state.phase);
  const target = (found: PhaseDefinition | undefined) => ({
    value: { phase: found?.id ?? "", item },
  });
  if (here !== undefined) return target(here);
  const fitting = having.filter(({ id }) =>
    planRecheck(state, { phase: id, item }).error === undefined
  );
  if (fitting.length > 1) {
    const doing = `recheck ${quoted(name)}`;
    return { error: ambiguousItem(state, { id: item, phases: fitting, doing }) };
  }
  return target(fitting[0] ?? having[0]);
}

/** What must run before `recheck` may be decided for an item; or the refusal. */
export function planRecheck(state: SessionState, target: RecheckTarget): Result<VerificationPlan> {
  const assessed = assessRecheck(state, target);
  if (assessed.error !== undefined) return assessed;
  const { located, verification } = assessed.value;
  return { value: planOf(located, verification) };
}

/** Decides `recheck`. A failed verification is not a refusal: it is recorded. */
export function decideRecheck(
  state: SessionState,
  { phase, item, outcome, basis, work }: Extract<Command, { kind: "recheck" }>,
): Decision {
  const assessed = assessRecheck(state, { phase, item });
  if (assessed.error !== undefined) return assessed;
  const { located, verification } = assessed.value;
  if (basis !== located.state.touched) {
    return {
      error: new OrchestratorError(
        "state_moved",
        `Cannot recheck ${quoted(item)}: the item changed while its verification ran`,
        { hint: "Run `orchestrator recheck` again", details: { item } },
      ),
    };
  }
  const { verification: before } = located.state;
  const checked = checkOutcome(state, { id: item, planned: verification, before }, outcome);
  if (checked.error !== undefined) return checked;
  return {
    value: {
      events: [{
        type: "item_rechecked",
        data: { phase, item, verification: checked.value, basis, ...recordedWork(state, work) },
      }],
    },
  };
}

function assessRecheck(
  state: SessionState,
  { phase: id, item }: RecheckTarget,
): Result<{ readonly located: LocatedItem; readonly verification: RunnableVerification }> {
  const doing = `recheck ${quoted(itemName(state, id, item))}`;
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const index = state.definition.phases.findIndex((phase) => phase.id === id);
  const phase = state.definition.phases[index];
  const definition = phase?.items.find((candidate) => candidate.id === item);
  if (phase === undefined || definition === undefined) {
    return {
      error: new OrchestratorError(
        "item_unknown",
        `Cannot ${doing}: the workflow has no such item${
          id === "" ? "" : ` in phase ${quoted(id)}`
        }`,
        { hint: "Run `orchestrator status --verbose` to see the items" },
      ),
    };
  }
  const standing = itemState(phaseState(state, id), item);
  const refuse = (because: string, hint: string) => ({
    error: new OrchestratorError("item_blocked", `Cannot ${doing}: ${because}`, {
      hint,
      details: { phase: id, item, status: standing.status },
    }),
  });
  if (!isRunnable(definition)) {
    return refuse(
      "it has no command and no file to check",
      definition.verification.type === "manual_gate"
        ? standing.approval === undefined
          ? `Ask a person to run \`orchestrator approve ${itemName(state, id, item)}\``
          : "A person has approved it; only a person can judge it again"
        : "Run `orchestrator recheck` without a name to check what can be checked",
    );
  }
  const hasProved = standing.status === "completed" ||
    standing.status === "failed" && standing.rechecked !== undefined;
  if (index > current.value.index || !hasProved) {
    const what = standing.status === "skipped" ? "it was skipped" : "it is not completed";
    return refuse(what, "Run `orchestrator status` to see its current status");
  }
  const located = {
    phase: { index, definition: phase, state: phaseState(state, id) },
    definition,
    state: standing,
  };
  const needs = refusalOfNeeds(state, located, doing);
  if (needs !== undefined) return { error: needs };
  const verification = substituted(definition, state.definition);
  if (verification.error !== undefined) return verification;
  return { value: { located, verification: verification.value } };
}
