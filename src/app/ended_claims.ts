/**
 * Claims whose agent is gone: its binding was removed, or the linked worktree that it was bound in.
 *
 * Bindings are this machine's. A claim says which state directory has the binding of its agent, as a hash:
 * one from another machine or another copy is never judged by what is not here. It lapses by time.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { keysOfWorktrees } from "../project/worktree_keys.ts";
import { readBinding } from "../session/bindings.ts";
import { instanceOf } from "../session/bound_agents.ts";
import { holds } from "../workflow/claims.ts";
import { claimsIn, decideRelease } from "../workflow/claiming.ts";
import type { SessionState } from "../workflow/state.ts";
import { FOLDERS, KEYS, OF_MAIN } from "../state_layout/names.ts";
import { rootRecord } from "../work_tree/root.ts";
import type { Workspace } from "./workspace.ts";

type Asking = Pick<Workspace, "manager" | "actor" | "paths">;

/** Hex digits of the hash of a state directory. */
const DIGITS = 16;

/** The hash of the state directory in a session; null where it cannot be told. */
function placeOf({ paths }: Pick<Workspace, "paths">, lineage: string): string | null {
  try {
    const { machine, directory } = rootRecord(paths.stateDirectory, lineage);
    return sha256Hex(`${machine}\0${directory}`).slice(0, DIGITS);
  } catch {
    // Without it a claim lapses by time.
    return null;
  }
}

/** What a claim of the running agent records as `bound`; undefined where it has no binding here. */
export async function boundHere(
  workspace: Pick<Workspace, "manager" | "paths" | "agentBinding">,
  lineage: string,
): Promise<string | undefined> {
  const { agentBinding, manager } = workspace;
  if (agentBinding === null || await readBinding(manager, agentBinding) === null) return undefined;
  return placeOf(workspace, lineage) ?? undefined;
}

/** The items of the current phase that an agent has claimed that is gone. */
async function endedClaims(
  workspace: Asking,
  state: SessionState,
): Promise<readonly string[]> {
  const claims = claimsIn(state).filter(({ claim }) =>
    claim.bound !== undefined && claim.by.instance !== undefined && !holds(workspace.actor, claim)
  );
  if (claims.length === 0) return [];
  const here = placeOf(workspace, state.lineage);
  const own = claims.filter(({ claim }) => claim.bound === here);
  if (own.length === 0) return [];
  const live = await liveInstances(workspace);
  return own.filter(({ claim }) => !live.has(claim.by.instance ?? "")).map(({ item }) => item);
}

/** The agents that are bound in a checkout that is there. */
async function liveInstances({ manager, paths }: Asking): Promise<ReadonlySet<string>> {
  const { backend } = manager;
  const worktrees = keysOfWorktrees(paths.root);
  const bindings = KEYS.binding("");
  const [ownKeys, mainKeys, linkedKeys] = await Promise.all([
    backend.listBlobs(bindings),
    backend.listBlobs(`${OF_MAIN}${bindings}`),
    backend.listBlobs(`${FOLDERS.checkouts}/`),
  ]);
  const linked = linkedKeys.filter((key) => {
    const [, worktree = "", folder] = key.split("/");
    return folder === FOLDERS.bindings && (worktrees === null || worktrees.has(worktree));
  });
  return new Set([...ownKeys, ...mainKeys, ...linked].map(instanceOf));
}

/** The state as if the claims of agents that are gone were released: for what is only read. */
export async function withoutEndedClaims(
  workspace: Asking,
  state: SessionState,
): Promise<SessionState> {
  const { phase } = state;
  const before = phase === null ? undefined : state.phases[phase];
  const ended = await endedClaims(workspace, state);
  if (phase === null || before === undefined || ended.length === 0) return state;
  const items = Object.fromEntries(
    Object.entries(before.items).map(([id, { claim, ...item }]) => [
      id,
      claim === undefined || ended.includes(id) ? item : { ...item, claim },
    ]),
  );
  return { ...state, phases: { ...state.phases, [phase]: { ...before, items } } };
}

/** Releases the claims of agents that are gone, which is recorded. */
export async function releaseEnded(workspace: Asking, session: string): Promise<void> {
  const { manager, actor } = workspace;
  const ended = await endedClaims(workspace, (await manager.load(session)).state);
  if (ended.length === 0) return;
  await manager.change(session, "claim", (state) => ({
    value: {
      events: ended.flatMap((item) =>
        decideRelease(state, { kind: "release", item, force: false, ended: true }, { actor })
          .value?.events ?? []
      ),
    },
  }));
}
