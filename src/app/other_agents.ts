/**
 * Agents that share a repository: which of them is at work in the session that is current.
 *
 * An agent that is bound to no session falls to `current`. Where another agent works in that one, the
 * two would change one session without knowing: the change is refused until a session is named.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { bindingsTo, instanceOf } from "../session/bound_agents.ts";
import type { LoadedSession } from "../session/loaded_session.ts";
import { eventsFrom } from "../session/read_events.ts";
import { bindingKey } from "../session/session_manager.ts";
import type { Identity, Sessions, Surroundings } from "./workspace.ts";

/**
 * For how long after the last change of its session a bound agent counts as at work, in milliseconds.
 * A conversation that ended leaves its binding behind: the next day it does not count.
 */
export const AT_WORK_MS = 12 * 60 * 60 * 1000;

/** How many of the last events are searched for an agent's product name. */
const EVENTS_SEARCHED = 200;

type Asking = Pick<Identity, "agentBinding"> & Pick<Sessions, "manager"> & {
  readonly io: Pick<Surroundings, "now">;
};

/**
 * The other agent that is at work in a session, as people read it; null where there is none, and for a
 * person or an agent that names no session of its own.
 */
export async function otherAgent(workspace: Asking, id: string): Promise<string | null> {
  const { agentBinding, manager, io } = workspace;
  if (agentBinding === null) return null;
  const own = bindingKey(agentBinding.variable, agentBinding.value);
  const instances = (await bindingsTo(manager.backend, id)).map(instanceOf)
    .filter((instance) => instance !== instanceOf(own));
  if (instances.length === 0) return null;
  const { state } = await manager.load(id);
  const idle = io.now().getTime() - Date.parse(state.updatedAt);
  if (state.status !== "active" || idle > AT_WORK_MS) return null;
  return await nameOf(manager, state, instances);
}

/** The agent of these that acted last. */
async function nameOf(
  { backend }: Sessions["manager"],
  { session, seq }: LoadedSession["state"],
  instances: readonly string[],
): Promise<string> {
  const events = await eventsFrom(backend, session, Math.max(1, seq - EVENTS_SEARCHED));
  const actor = events.findLast(({ actor }) => instances.includes(actor.instance ?? ""))?.actor;
  return actor === undefined
    ? `agent #${instances[0] ?? ""}`
    : `${actor.agent ?? actor.kind}#${actor.instance ?? ""}`;
}

/** Says whose the current session is, to an agent that reads it. */
export async function sayWhose(
  workspace: Asking & { warn(message: string): void },
  id: string,
): Promise<void> {
  const other = await otherAgent(workspace, id);
  if (other === null) return;
  workspace.warn(
    `The current session is in use by ${other}, and you are bound to none. Name a session before you change one: orchestrator session use <id>`,
  );
}

/**
 * Refuses a change of the current session by an agent that is not bound to it, while another one is.
 * @throws `session_ambiguous`
 */
export async function refuseOthers(
  workspace: Asking & { readonly operation: string },
  id: string,
): Promise<void> {
  const other = await otherAgent(workspace, id);
  if (other === null) return;
  throw new OrchestratorError(
    "session_ambiguous",
    `Cannot run "${workspace.operation}": the current session (${id}) is in use by ${other}, and you are bound to none`,
    {
      hint:
        "Run `orchestrator session list` to find yours, and `orchestrator session use <id>` to go on with it",
      details: { session: id, agent: other },
    },
  );
}
