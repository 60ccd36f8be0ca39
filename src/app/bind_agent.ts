/**
 * Binding the running agent to the session it changes.
 * @module
 */
import { type SessionChoice } from "../session/resolve.ts";
import { bindAgent, readBinding } from "../session/bindings.ts";
import { refuseOthers } from "./other_agents.ts";
import type { Identity, Sessions, Surroundings } from "./workspace.ts";

/**
 * Binds the running agent to a session when it is bound to none, so that a later move of `current` by
 * another agent does not carry it away.
 * @throws `session_ambiguous` where another agent is at work in it
 */
export async function bindToSession(
  workspace:
    & Pick<Identity, "agentBinding">
    & Pick<Sessions, "manager">
    & {
      readonly io: Pick<Surroundings, "now">;
      readonly operation: string;
    },
  choice: SessionChoice,
): Promise<void> {
  const { agentBinding, manager, operation } = workspace;
  if (agentBinding === null) return;
  const bound = await readBinding(manager, agentBinding);
  if (bound !== null && await manager.backend.hasSession(bound)) return;
  await refuseOthers(workspace, choice.id);
  await manager.withRepositoryLock(operation, () => bindAgent(manager, agentBinding, choice.id));
}
