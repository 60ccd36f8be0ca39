/**
 * Which session a command means: what was asked for → `ORCHESTRATOR_SESSION` → the session bound to
 * this agent → `current`.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { bindingKey, readPointer, type SessionManager } from "./session_manager.ts";

/** How a session was chosen. */
export type SessionOrigin = "flag" | "environment" | "agent" | "current";

/** The input of the resolution. */
export interface SessionQuery {
  /** Value of `--session`, or the argument of a command that names a session. */
  readonly flag?: string | undefined;
  /** Value of `ORCHESTRATOR_SESSION`. */
  readonly variable?: string | undefined;
  /** The agent's own session id, and the variable it came from. */
  readonly agent?: { readonly variable: string; readonly value: string } | undefined;
  /**
   * Ids that refer to others: a session folder of the old tool and the session it was imported as,
   * from the repository's meta.json.
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
  return await pointedSession(manager.backend, query);
}

/** The session that the agent is bound to, or else the current one; null where neither is there. */
export async function pointedSession(
  backend: StorageBackend,
  query: Pick<SessionQuery, "agent" | "imported">,
): Promise<SessionChoice | null> {
  if (query.agent !== undefined) {
    const bound = await readPointer(backend, bindingKey(query.agent.variable, query.agent.value));
    if (bound !== null && await backend.hasSession(bound)) return { id: bound, origin: "agent" };
  }
  const current = await readPointer(backend, KEYS.current);
  if (current === null) return null;
  const id = query.imported?.[current] ?? current;
  return SESSION_ID.test(id) && await backend.hasSession(id) ? { id, origin: "current" } : null;
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
  const ids = await manager.listSessions();
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
      `Cannot find session ${
        JSON.stringify(value)
      }: no session has that name or an ID starting with it`,
      { hint: "Run `orchestrator session list`" },
    );
  }
  if (others.length > 0) {
    throw (await import("./ambiguous.ts")).ambiguousSession(value, [first, ...others]);
  }
  return first;
}
