/**
 * Which session a command means: what was asked for → `ORCHESTRATOR_SESSION` → the session bound to
 * this agent → `current`.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { Inexact } from "./find_inexact.ts";
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
  /** What counts where nothing here has the value as its ID or its name; asked only then. */
  readonly inexact?: (value: string) => Promise<Inexact>;
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
 * Finds the one session that `value` names: by id, by name, or by a unique prefix of its id. An exact name
 * elsewhere goes before a prefix here.
 * @throws `session_unknown`, also where only one elsewhere is meant; `session_ambiguous`
 */
export async function findSession(
  manager: SessionManager,
  value: string,
  query: Pick<SessionQuery, "imported" | "inexact"> = {},
): Promise<string> {
  const alias = query.imported?.[value];
  if (alias !== undefined && await manager.backend.hasSession(alias)) return alias;
  if (SESSION_ID.test(value) && await manager.backend.hasSession(value)) return value;
  const ids = await manager.listSessions();
  const matches = [];
  for (const id of ids) {
    if ((await manager.meta(id))?.name === value) matches.push(id);
  }
  const [only, more] = matches;
  if (only !== undefined && more === undefined) return only;
  const { findInexact } = await import("./find_inexact.ts");
  return await findInexact(manager.backend, { value, ids, matches, inexact: query.inexact });
}
