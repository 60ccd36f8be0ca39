/**
 * Who runs a command: what the journal records with every event.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import type { Actor } from "../workflow/events.ts";
import type { Environment, Variables } from "./environment.ts";

/** Longest name of an actor, in UTF-16 units. */
const MAX_ACTOR_NAME = 100;

/** Where a name is looked for, best first. The last three are what login shells and Windows set. */
const NAME_VARIABLES = ["ORCHESTRATOR_ACTOR", "USER", "LOGNAME", "USERNAME"] as const;

/**
 * The actor of this process. An agent in CI is an agent.
 *
 * @param userName Asks the system for the login name; called only when no variable names the actor,
 * and allowed to throw (a container's user may have no name): the name is then `unknown`.
 */
export function actorFrom(environment: Environment, env: Variables, userName: () => string): Actor {
  const name = actorName(env, userName);
  const { agent } = environment;
  if (agent !== null) {
    const { sessionId, sessionVariable } = agent;
    return {
      kind: "agent",
      name,
      agent: agent.name,
      ...(sessionId === undefined || sessionVariable === undefined
        ? {}
        : { instance: agentKey(sessionVariable, sessionId).slice(0, INSTANCE_DIGITS) }),
    };
  }
  return { kind: environment.ci === null ? "person" : "ci", name };
}

/** How many digits of its key tell an agent apart from others. */
const INSTANCE_DIGITS = 8;

/** What an agent's own session id is known by: the id itself is on no disk. 32 hex digits. */
export function agentKey(variable: string, value: string): string {
  return sha256Hex(`${variable}=${value}`).slice(0, 32);
}

function actorName(env: Variables, userName: () => string): string {
  for (const variable of NAME_VARIABLES) {
    const name = cleanName(env[variable] ?? "");
    if (name !== "") return name;
  }
  try {
    const name = cleanName(userName());
    if (name !== "") return name;
  } catch {
    // Node throws a plain SystemError here when the user id has no entry in the password database.
  }
  return "unknown";
}

/**
 * One line, safe to print: control characters, line separators, lone surrogates and the marks that
 * reorder text are dropped. Zero-width joiners stay, names and emoji use them.
 */
function cleanName(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cs}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, "")
    .trim();
  if (clean.length <= MAX_ACTOR_NAME) return clean;
  // Cutting between the halves of a surrogate pair would leave half a character.
  return clean.slice(0, MAX_ACTOR_NAME).replace(/\p{Cs}$/u, "").trimEnd();
}
