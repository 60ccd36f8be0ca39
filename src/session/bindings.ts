/**
 * The session that an agent is bound to.
 * @module
 */
import { bindingKey, readPointer, type SessionManager } from "./session_manager.ts";

/** Binds an agent's own session id to a session. The repository must be locked. */
export async function bindAgent(
  manager: SessionManager,
  agent: { readonly variable: string; readonly value: string },
  id: string,
): Promise<void> {
  await manager.backend.writeBlob(bindingKey(agent.variable, agent.value), id + "\n");
}

/** The session an agent is bound to, whether or not it still exists. */
export function readBinding(
  manager: SessionManager,
  agent: { readonly variable: string; readonly value: string },
): Promise<string | null> {
  return readPointer(manager.backend, bindingKey(agent.variable, agent.value));
}
