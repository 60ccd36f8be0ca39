/**
 * Approvals that were revoked in the other half of a session that two machines went on with. The half that
 * was split off keeps them, unless a revocation of what both have counts here too.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { eventsFrom, firstEvent, visitEvents } from "../../session/read_events.ts";
import { decide } from "../../workflow/decide.ts";
import { evolve } from "../../workflow/evolve.ts";
import { approvalsOf, type GivenApproval } from "../../workflow/given_approvals.ts";
import type { RevokedElsewhere } from "../../workflow/recorded.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Sessions, Workspace } from "../workspace.ts";

type Needed = Pick<Sessions, "manager">;

/** Where a session was split off. */
export interface Split {
  /** The session that kept the id. */
  readonly from: string;
  /** How many events both have. */
  readonly common: number;
  /** How many events the copy had that became the split. */
  readonly seq: number;
}

/** The session that was split off, by its first event. Most sessions have no parent: it is not read then. */
export async function splitOf({ manager }: Needed, session: string): Promise<Split | null> {
  if (((await manager.meta(session))?.parent ?? null) === null) return null;
  const first = await firstEvent(manager.backend, session);
  if (first?.type !== "session_imported") return null;
  const { branchOf: from, common, seq } = first.data.source;
  return typeof from === "string" && typeof common === "number" && typeof seq === "number"
    ? { from, common, seq }
    : null;
}

/** An approval that a session has, and that was revoked in the session that it was split off from. */
export interface Revoked {
  readonly phase: string;
  /** Absent for the approval of the phase itself. */
  readonly item?: string;
  readonly reason: string;
  readonly elsewhere: RevokedElsewhere;
}

/**
 * The approvals of a session that were given before it was split off, and revoked in the other half since.
 * What was approved here after the split is not among them. A session that is itself the other half of
 * a split is looked at in the same way.
 */
export async function revokedElsewhere(
  workspace: Needed,
  state: SessionState,
): Promise<readonly Revoked[]> {
  const given = approvalsOf(state);
  const seen = new Set([state.session]);
  const revoked = new Map<string, Revoked>();
  let split = given.length === 0 ? null : await splitOf(workspace, state.session);
  while (split !== null && !seen.has(split.from)) {
    seen.add(split.from);
    for (const one of await revokedIn(workspace, split, given)) revoked.set(whatOf(one), one);
    split = await splitOf(workspace, split.from);
  }
  return [...revoked.values()];
}

/** What of the approvals that both halves have was revoked in the one that kept the id. */
async function revokedIn(
  { manager: { backend } }: Needed,
  { from, common }: Split,
  given: readonly GivenApproval[],
): Promise<readonly Revoked[]> {
  try {
    const since = await eventsFrom(backend, from, common + 1);
    const revocations = since.filter((event) => event.type === "approval_revoked");
    if (revocations.length === 0) return [];
    let before: SessionState | null = null;
    await visitEvents(
      backend,
      from,
      { to: common },
      (event) => void (before = evolve(before, event)),
    );
    const shared = before === null ? [] : approvalsOf(before);
    return revocations.flatMap(({ seq, time: at, actor: by, data }) => {
      const { phase, item, reason, elsewhere } = data;
      const isOf = (one: GivenApproval) => one.phase === phase && one.item === item;
      const here = given.find(isOf);
      if (here === undefined || shared.find(isOf)?.at !== here.at) return [];
      const which = { phase, ...(item === undefined ? {} : { item }), reason };
      return [{ ...which, elsewhere: elsewhere ?? { session: from, seq, made: { at, by } } }];
    });
  } catch (error) {
    // The other one was removed, or cannot be read: that is said where it is opened.
    if (error instanceof OrchestratorError) return [];
    throw error;
  }
}

/** `PLAN/ok`, or `phase PLAN`. */
export function whatOf({ phase, item }: Pick<Revoked, "phase" | "item">): string {
  return item === undefined ? `phase ${phase}` : `${phase}/${item}`;
}

/** By whom an approval was revoked, and why; raw. */
export function whyOf({ elsewhere: { made: { by } }, reason }: Revoked): string {
  return `by ${by.name}: ${reason}`;
}

/**
 * Records in a session that was split off what was revoked in the other half: from then on a person has to
 * approve it again, as if it had been revoked here.
 * @returns what was recorded.
 */
export async function takeOverRevocations(
  { manager, actor }: Pick<Workspace, "manager" | "actor">,
  state: SessionState,
): Promise<readonly Revoked[]> {
  const { session } = state;
  const revoked = await revokedElsewhere({ manager }, state);
  for (const { phase, item, reason, elsewhere } of revoked) {
    const what = item === undefined ? { phase } : { item: `${phase}/${item}` };
    await manager.change(
      session,
      "revoke",
      (newest) => decide(newest, { kind: "revoke", what, reason, elsewhere }, { actor }),
      { replay: true },
    );
  }
  return revoked;
}
