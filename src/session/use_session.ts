/**
 * Making a session the one that commands mean, and undoing a start that failed.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { readBinding } from "./bindings.ts";
import { bindingKey, type SessionManager } from "./session_manager.ts";

/**
 * Makes `id` the current session, and the one that an agent is bound to. On failure the previous
 * values are restored. The repository must be locked.
 * @param agent null if no agent identifies its own session.
 */
export async function useSession(
  manager: SessionManager,
  id: string,
  agent: { readonly variable: string; readonly value: string } | null,
): Promise<void> {
  const { backend } = manager;
  const keys = [
    KEYS.current,
    ...(agent === null ? [] : [bindingKey(agent.variable, agent.value)]),
  ];
  const before = new Map<string, string | null>();
  for (const key of keys) before.set(key, await backend.readText(key));
  try {
    for (const key of keys) await backend.writeBlob(key, id + "\n");
  } catch (error) {
    for (const [key, text] of before) await restoreBlob(backend, key, text);
    throw error;
  }
}

/** Gives a blob its old text again, as well as the disk allows. */
async function restoreBlob(
  backend: StorageBackend,
  key: string,
  text: string | null,
): Promise<void> {
  try {
    if (await backend.readText(key) === text) return;
    if (text === null) await backend.removeBlob(key);
    else await backend.writeBlob(key, text);
  } catch {
    // The failure that led here is the one to report.
  }
}

/**
 * Makes a session that has just been made the current one; takes it away again where that fails. The
 * repository must be locked.
 */
export async function useNewSession(
  manager: SessionManager,
  id: string,
  agent: { readonly variable: string; readonly value: string } | null,
): Promise<void> {
  try {
    await useSession(manager, id, agent);
  } catch (error) {
    await discardSession(manager, id, agent);
    throw error;
  }
}

/**
 * Takes a session away that was made for a command which failed then, unless something points to it
 * already. The repository must be held.
 */
async function discardSession(
  manager: SessionManager,
  id: string,
  agent: { readonly variable: string; readonly value: string } | null,
): Promise<void> {
  try {
    if (await manager.currentSession() === id) return;
    if (agent !== null && await readBinding(manager, agent) === id) return;
    await manager.withLock({ session: id }, "start", async () => {
      // A process that has found and changed it in the meantime keeps it.
      const { eventsFrom } = await import("./read_events.ts");
      if ((await eventsFrom(manager.backend, id, 2)).length > 0) return;
      await manager.backend.removeSession(id);
    });
  } catch {
    // It stays, complete, and does no harm.
  }
}
