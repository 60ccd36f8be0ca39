/**
 * Claiming an item for one of several agents on a session, and giving it back.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { CLAIM_MS, claimedBy, decideClaim, decideRelease } from "../workflow/claiming.ts";
import { requireItem } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";
import { boundHere } from "./ended_claims.ts";
import type { Workspace } from "./workspace.ts";

type Needed = Pick<
  Workspace,
  "sessionToChange" | "manager" | "actor" | "io" | "paths" | "agentBinding"
>;

/**
 * Claims an item of the current phase.
 * @throws `item_blocked` where another one has; what `sessionToChange` refuses.
 */
export async function claimItem(workspace: Needed, item: string): Promise<Change> {
  const { manager, io, actor } = workspace;
  const session = await workspace.sessionToChange();
  const { lineage } = (await manager.load(session)).state;
  const bound = await boundHere(workspace, lineage);
  return await manager.change(session, "claim", (state) => {
    const at = requireItem(state, item, "claim").value?.state.claim?.at;
    const lapsed = at !== undefined && io.now().getTime() - Date.parse(at) >= CLAIM_MS;
    const more = { ...(lapsed ? { lapsed } : {}), ...(bound === undefined ? {} : { bound }) };
    return decideClaim(state, { kind: "claim", item, ...more }, { actor });
  });
}

/**
 * Gives an item back.
 * @param options.force ends another one's claim, which only a person may.
 * @throws `item_blocked`, `agent_refused`; what `sessionToChange` refuses.
 */
export async function releaseItem(
  workspace: Pick<Workspace, "sessionToChange" | "manager" | "actor">,
  item: string,
  { force }: { readonly force: boolean },
): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  return await manager.change(
    session,
    "claim",
    (state) => decideRelease(state, { kind: "release", item, force }, { actor }),
  );
}

/**
 * Gives back all that this agent has claimed in a session that it leaves. A session that cannot be changed
 * keeps its claims: they lapse.
 */
export async function releaseAll(
  workspace: Pick<Workspace, "manager" | "actor" | "warn">,
  session: string,
): Promise<void> {
  const { manager, actor } = workspace;
  try {
    if (claimedBy((await manager.load(session)).state, actor).length === 0) return;
    await manager.change(session, "claim", (state) => releasedBy(state, actor));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    workspace.warn(
      `Items that you have claimed in session ${session} were not released: ${reason}`,
    );
  }
}

function releasedBy(state: SessionState, actor: Workspace["actor"]) {
  const events = claimedBy(state, actor).flatMap((item) =>
    decideRelease(state, { kind: "release", item, force: false }, { actor }).value?.events ?? []
  );
  return { value: { events } };
}
