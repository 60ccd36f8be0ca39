/**
 * Who may approve, and how strictly a workflow is supervised.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { DecideContext } from "./commands.ts";
import { own } from "./record.ts";
import type { SessionState } from "./state.ts";

/** The reason recorded when `zero_human` passes a manual gate by. */
export const ZERO_HUMAN_REASON = "Auto-skipped (zero_human mode)";

/**
 * True when manual gates are skipped by themselves. `supervised` is the default, and `hybrid` means
 * the same.
 */
export function isZeroHuman(state: SessionState): boolean {
  return own(state.definition.settings, "supervision_mode") === "zero_human";
}

/**
 * True when the workflow lets agents approve. An agent that started the session cannot give itself
 * that right with `--set`: the workflow's file must say so.
 */
export function agentsMayApprove(state: SessionState): boolean {
  const ownWish = state.createdBy.kind === "agent" &&
    state.overriddenSettings.includes("agents_may_approve");
  return !ownWish && own(state.definition.settings, "agents_may_approve") === true;
}

/** The `agent_refused` refusal when the actor is an agent and may not approve. */
export function refusalIfAgent(
  state: SessionState,
  context: DecideContext,
  doing: string,
): OrchestratorError | undefined {
  if (context.actor.kind !== "agent" || agentsMayApprove(state)) return undefined;
  return new OrchestratorError("agent_refused", `Cannot ${doing}: only a person can decide that`, {
    hint: "Ask a person to run this command in their own terminal",
    details: { agent: context.actor.agent ?? context.actor.name },
  });
}
