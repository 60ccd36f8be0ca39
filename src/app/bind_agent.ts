/**
 * Binding the running agent to the session it changes.
 * @module
 */
import { bindAgent, readBinding, type SessionChoice } from "../session/resolve.ts";
import type { Identity, Sessions } from "./workspace.ts";

/**
 * Binds the running agent to a session when it is bound to none, so that a later move of `current` by
 * another agent does not carry it away.
 */
export async function bindToSession(
  { agentBinding, manager, operation }:
    & Pick<Identity, "agentBinding">
    & Pick<Sessions, "manager">
    & {
      readonly operation: string;
    },
  choice: SessionChoice,
): Promise<void> {
  if (agentBinding === null) return;
  const bound = await readBinding(manager, agentBinding);
  if (bound !== null && await manager.backend.hasSession(bound)) return;
  await manager.withRepositoryLock(operation, () => bindAgent(manager, agentBinding, choice.id));
}
