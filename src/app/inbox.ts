/**
 * What waits for a person, over all sessions that are here and on the state branches of the repository.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { loadSession } from "../session/load.ts";
import { summarise } from "../session/summary.ts";
import { completeIndex } from "../state_branch/session_index.ts";
import type { SessionState } from "../workflow/state.ts";
import { type Waiting, waitingFor } from "../workflow/waiting.ts";
import { fetchBranches } from "./state/all_branches.ts";
import { tellAgain } from "./notify.ts";
import type { Found } from "./state/open_seen.ts";
import { orWarn } from "./state/or_warn.ts";
import { workElsewhere, type WorkPlace } from "./work_place.ts";
import type { Workspace } from "./workspace.ts";

/** One approval that is missing. */
export interface InboxItem extends Waiting {
  readonly session: string;
  readonly name: string | null;
  readonly task: string;
  readonly phase: string | null;
  /** The state branch where the session is further than here; null for one that is here. */
  readonly branch: string | null;
  /** The checkout that the work is in; absent where it is this one. */
  readonly work?: WorkPlace;
}

/**
 * Lists what waits, the oldest first. Asks the server once, into private refs; nothing else is written,
 * but that a person was told again, where it is time for that.
 */
export async function inbox(workspace: Workspace): Promise<readonly InboxItem[]> {
  const states = new Map<
    string,
    {
      readonly state: SessionState;
      readonly branch: string | null;
      readonly backend: Workspace["manager"]["backend"];
    }
  >();
  for (const state of await activeHere(workspace)) {
    states.set(state.session, { state, branch: null, backend: workspace.manager.backend });
  }
  await orWarn(workspace, "The state branches could not be read", async () => {
    for (const found of workspace.paths.isHome ? [] : await fetchBranches(workspace)) {
      const branch = found.branch.options.found ?? found.branch.branch;
      for (const state of await activeThere(workspace, found)) {
        const known = states.get(state.session)?.state;
        if (known !== undefined && known.seq >= state.seq) continue;
        // One that has ended here waits for nothing any more.
        if (known === undefined && await endedHere(workspace, state)) continue;
        states.set(state.session, { state, branch, backend: found.backend });
      }
    }
  });
  const items = await Promise.all([...states.values()].map(async ({ state, branch, backend }) => {
    const { session, name, task, phase } = state;
    const waitings = waitingFor(state);
    const work = waitings.length === 0
      ? null
      : await workElsewhere({ paths: workspace.paths, backend }, state);
    return waitings.map((waiting): InboxItem => ({
      ...waiting,
      argv: [...waiting.argv, "--session", session],
      session,
      name,
      task,
      phase,
      branch,
      ...(work === null ? {} : { work }),
    }));
  }));
  await tellAgain(workspace, [...states.values()].map(({ state }) => state));
  return items.flat().sort((left, right) =>
    left.since < right.since ? -1 : left.since > right.since ? 1 : 0
  );
}

async function activeHere({ meta, manager }: Workspace): Promise<readonly SessionState[]> {
  if (meta === null) return [];
  const active = (await summarise(manager)).filter(({ status }) => status === "active");
  return await Promise.all(active.map(async ({ id }) => (await manager.load(id)).state));
}

async function activeThere(
  workspace: Workspace,
  { branch: { git }, backend }: Found,
): Promise<readonly SessionState[]> {
  const index = await completeIndex(git, backend.tree);
  const active = [...index.values()].filter(({ status }) => status === "active");
  await backend.prefetch(active.map(({ id }) => id));
  const states: SessionState[] = [];
  for (const { id } of active) {
    try {
      states.push((await loadSession(backend, id)).state);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      workspace.warn(`Session ${id} of a state branch cannot be read: ${error.message}`);
    }
  }
  return states;
}

async function endedHere({ manager }: Workspace, { session, seq }: SessionState): Promise<boolean> {
  if (!await manager.backend.hasSession(session)) return false;
  return (await manager.load(session)).state.seq >= seq;
}
