/**
 * Which session a command means: what was asked for → `ORCHESTRATOR_SESSION` → the session bound to
 * this agent → `current`.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { bindingKey, type SessionManager } from "./session_manager.ts";

/** How a session was chosen. */
export type SessionOrigin = "flag" | "environment" | "agent" | "current";

/** What resolution looks at. */
export interface SessionQuery {
  /** Value of `--session`, or the argument of a command that names a session. */
  readonly flag?: string | undefined;
  /** Value of `ORCHESTRATOR_SESSION`. */
  readonly variable?: string | undefined;
  /** The agent's own session id, and the variable it came from. */
  readonly agent?: { readonly variable: string; readonly value: string } | undefined;
  /**
   * Ids that stand for others: a session folder of the old tool and the session it was imported
   * into, from the repository's meta.json.
   */
  readonly imported?: Readonly<Record<string, string>> | undefined;
}

/** A chosen session. */
export interface SessionChoice {
  readonly id: string;
  readonly origin: SessionOrigin;
}

/**
 * Chooses the session.
 * @returns null when nothing names one.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function resolveSession(
  manager: SessionManager,
  query: SessionQuery,
): Promise<SessionChoice | null> {
  if (query.flag !== undefined) {
    return { id: await findSession(manager, query.flag, query), origin: "flag" };
  }
  if (query.variable !== undefined && query.variable !== "") {
    return { id: await findSession(manager, query.variable, query), origin: "environment" };
  }
  if (query.agent !== undefined) {
    const bound = await readPointer(manager, bindingKey(query.agent.variable, query.agent.value));
    if (bound !== null && await manager.backend.hasSession(bound)) {
      return { id: bound, origin: "agent" };
    }
  }
  const current = await readPointer(manager, KEYS.current);
  if (current === null) return null;
  const id = query.imported?.[current] ?? current;
  return SESSION_ID.test(id) && await manager.backend.hasSession(id)
    ? { id, origin: "current" }
    : null;
}

/**
 * Finds the one session that `value` names: by id, by name, or by a unique prefix of its id.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function findSession(
  manager: SessionManager,
  value: string,
  query: Pick<SessionQuery, "imported"> = {},
): Promise<string> {
  const alias = query.imported?.[value];
  if (alias !== undefined && await manager.backend.hasSession(alias)) return alias;
  if (SESSION_ID.test(value) && await manager.backend.hasSession(value)) return value;
  const ids = await manager.ids();
  const matches = new Set<string>();
  for (const id of ids) {
    const meta = await manager.meta(id);
    if (meta?.name === value) matches.add(id);
  }
  if (matches.size === 0 && value !== "") {
    for (const id of ids) if (id.startsWith(value)) matches.add(id);
  }
  if (matches.size === 0) {
    const { findRenamed } = await import("./find_renamed.ts");
    for (const id of await findRenamed(manager.backend, ids, value)) matches.add(id);
  }
  const [first, ...others] = [...matches].sort();
  if (first === undefined) {
    throw new OrchestratorError(
      "session_unknown",
      `Cannot find session ${JSON.stringify(value)}: no id begins with it and no name is it`,
      { hint: "Run `orchestrator session list`" },
    );
  }
  if (others.length > 0) {
    throw new OrchestratorError(
      "session_ambiguous",
      `Cannot choose session ${JSON.stringify(value)}: it fits ${matches.size} sessions (${
        [first, ...others].slice(0, 5).join(", ")
      }${matches.size > 5 ? ", …" : ""})`,
      { hint: "Give more of the id", details: { sessions: [first, ...others] } },
    );
  }
  return first;
}

/** Makes `id` the current session. The repository must be held. */
export async function setCurrent(manager: SessionManager, id: string): Promise<void> {
  await manager.backend.writeBlob(KEYS.current, id + "\n");
}

/**
 * Makes `id` the current session, and the one an agent is bound to. When that fails, what stood before
 * stands again. The repository must be held.
 * @param agent null where none names its own session.
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
    for (const [key, text] of before) await putBack(backend, key, text);
    throw error;
  }
}

/** Gives a blob its old text again, as well as the disk allows. */
async function putBack(
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
 * Takes a session away that was made for a command which failed then, unless something points to it
 * already. The repository must be held.
 */
export async function discardSession(
  manager: SessionManager,
  id: string,
  agent: { readonly variable: string; readonly value: string } | null,
): Promise<void> {
  try {
    if (await readCurrent(manager) === id) return;
    if (agent !== null && await readBinding(manager, agent) === id) return;
    await manager.hold({ session: id }, "start", async () => {
      // Whoever has found it meanwhile and written into it keeps it.
      const { eventsFrom } = await import("./read_events.ts");
      if ((await eventsFrom(manager.backend, id, 2)).length > 0) return;
      await manager.backend.removeSession(id);
    });
  } catch {
    // It stays, whole and in nobody's way.
  }
}

/** Binds an agent's own session id to a session. The repository must be held. */
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
  return readPointer(manager, bindingKey(agent.variable, agent.value));
}

/** What `current` says; null when it is missing or empty. */
export function readCurrent(manager: SessionManager): Promise<string | null> {
  return readPointer(manager, KEYS.current);
}

async function readPointer(manager: SessionManager, key: string): Promise<string | null> {
  const text = (await manager.backend.readText(key))?.trim();
  return text === undefined || text === "" ? null : text;
}
