/**
 * Approvals that were revoked in another half of a session that two machines went on with. Each half keeps
 * them, whichever of them has the id, unless a revocation of what both have counts here too.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { visitHistory, visitHistoryFile } from "../../session/history.ts";
import { parseEvent } from "../../session/journal.ts";
import { eventsFrom, visitEvents } from "../../session/read_events.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import { decide } from "../../workflow/decide.ts";
import { evolve } from "../../workflow/evolve.ts";
import { approvalsOf, type GivenApproval } from "../../workflow/given_approvals.ts";
import type { RevokedElsewhere } from "../../workflow/recorded.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Sessions, Workspace } from "../workspace.ts";
import { copiesHere, copiesOnBranches, type Copy } from "./family.ts";
import { splitIn } from "./split_from.ts";

/** An approval that a session has, and that was revoked in another half of it. */
export interface Revoked {
  readonly phase: string;
  /** Absent for the approval of the phase itself. */
  readonly item?: string;
  readonly reason: string;
  readonly elsewhere: RevokedElsewhere;
}

type Revocation = Extract<SessionEvent, { readonly type: "approval_revoked" }>;

/** A session that this one continues, or this one. */
interface Ancestor {
  readonly id: string;
  /** How many of its events this session has; all for itself. */
  readonly common: number;
}

/**
 * The approvals of a session that were given before it was split, and revoked in another half since: in
 * the one that it was split off from, or in one that was split off. What was approved here after the split
 * is not among them.
 * @param there copies of its halves in other places than here.
 */
export async function revokedElsewhere(
  { manager }: Pick<Sessions, "manager">,
  state: SessionState,
  there: readonly Copy[] = [],
): Promise<readonly Revoked[]> {
  const given = approvalsOf(state);
  if (given.length === 0) return [];
  const family = new Family(manager.backend, state.session, [
    ...await copiesHere({ manager }, state),
    ...there,
  ]);
  const revoked = new Map<string, Revoked>();
  for (const one of await family.revocations(given)) revoked.set(whatOf(one), one);
  return [...revoked.values()];
}

/** A session and the halves of it that are known. */
class Family {
  readonly #here: Copy["backend"];
  readonly #session: string;
  readonly #copies: readonly Copy[];

  constructor(here: Copy["backend"], session: string, copies: readonly Copy[]) {
    this.#here = here;
    this.#session = session;
    this.#copies = copies;
  }

  async revocations(given: readonly GivenApproval[]): Promise<readonly Revoked[]> {
    const ancestors = await this.#ancestors(this.#session);
    const ids = new Set([...ancestors.slice(1), ...this.#copies].map(({ id }) => id));
    const found: Revoked[] = [];
    for (const id of ids) {
      for (const backend of this.#placesOf(id)) {
        found.push(...await known(() => this.#revokedIn({ id, backend }, { ancestors, given })));
      }
    }
    return found;
  }

  /** What of the approvals that both halves have was revoked in another one. */
  async #revokedIn(
    copy: Copy,
    { ancestors, given }: {
      readonly ancestors: readonly Ancestor[];
      readonly given: readonly GivenApproval[];
    },
  ): Promise<readonly Revoked[]> {
    const { id, backend } = copy;
    if (!await backend.hasSession(id)) return [];
    const own = ancestors.find((ancestor) => ancestor.id === id);
    const common = own ?? await this.#commonWith(id, ancestors);
    if (common === null) return [];
    const revocations = own === undefined
      ? [...await revokedBefore(copy), ...await revokedSince(copy, 1)]
      : await revokedSince(copy, own.common);
    if (revocations.length === 0) return [];
    const shared = await this.#approvalsAt(common);
    return revocations.flatMap((event) => {
      const { phase, item, reason } = event.data;
      const isOf = (one: GivenApproval) => one.phase === phase && one.item === item;
      const mine = given.find(isOf);
      if (mine === undefined || shared.find(isOf)?.at !== mine.at) return [];
      const which = { phase, ...(item === undefined ? {} : { item }), reason };
      return [{ ...which, elsewhere: this.#where(id, event, common) }];
    });
  }

  #where(id: string, event: Revocation, { id: of, common }: Ancestor): RevokedElsewhere {
    const { seq, time: at, actor: by, data } = event;
    const told = data.elsewhere;
    const { session, ...where } = told === undefined || told.session === this.#session
      ? { session: id, seq, made: { at, by } }
      : { session: told.session, seq: told.seq, made: told.made };
    return { session, ...where, ...(of === this.#session ? { common } : {}) };
  }

  /** The session itself, and what it was split off from, nearest first. */
  async #ancestors(session: string): Promise<readonly Ancestor[]> {
    const ancestors: Ancestor[] = [{ id: session, common: Infinity }];
    const seen = new Set([session]);
    let split = await this.#split(session);
    while (split !== null && !seen.has(split.from)) {
      seen.add(split.from);
      ancestors.push({ id: split.from, common: split.common });
      split = await this.#split(split.from);
    }
    return ancestors;
  }

  /** The beginning that a session and this one have in common; null without one. */
  async #commonWith(id: string, ancestors: readonly Ancestor[]): Promise<Ancestor | null> {
    for (const { id: from, common } of (await this.#ancestors(id)).slice(1)) {
      const found = ancestors.find((ancestor) => ancestor.id === from);
      if (found !== undefined) return { id: from, common: Math.min(found.common, common) };
    }
    return null;
  }

  async #split(id: string) {
    for (const backend of this.#placesOf(id)) {
      const [split] = await known(async () => [await splitIn(backend, id)]);
      if (split !== undefined && split !== null) return split;
    }
    return null;
  }

  /** The approvals that held behind an event. */
  async #approvalsAt({ id, common }: Ancestor): Promise<readonly GivenApproval[]> {
    for (const backend of this.#placesOf(id)) {
      if (!await backend.hasSession(id)) continue;
      let state: SessionState | null = null;
      await visitEvents(
        backend,
        id,
        { to: common },
        (event) => void (state = evolve(state, event)),
      );
      return state === null ? [] : approvalsOf(state);
    }
    return [];
  }

  #placesOf(id: string): readonly Copy["backend"][] {
    const there = this.#copies.filter((copy) => copy.id === id).map(({ backend }) => backend);
    return [...new Set([this.#here, ...there])];
  }
}

/** None where a half was removed, or cannot be read: that is said where it is opened. */
async function known<Found>(
  find: () => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof OrchestratorError) return [];
    throw error;
  }
}

async function revokedSince({ backend, id }: Copy, seq: number): Promise<readonly Revocation[]> {
  return (await eventsFrom(backend, id, seq + 1)).filter(isRevocation);
}

/** What was revoked in a half before it was split off; all of it is in its first event. */
async function revokedBefore({ backend, id }: Copy): Promise<readonly Revocation[]> {
  const revocations: Revocation[] = [];
  const take = (value: string | null) => {
    const event = value === null ? null : parseEvent(value);
    if (event !== null && isRevocation(event)) revocations.push({ ...event, seq: 1 });
  };
  let file: Parameters<typeof visitHistoryFile>[2] | null = null;
  await visitEvents(backend, id, { to: 1 }, (event, line) => {
    if (event.type !== "session_imported") return;
    const { history } = event.data;
    if ("sha256" in history) file = history;
    else visitHistory(history, line, take);
  });
  if (file !== null) await visitHistoryFile(backend, id, file, take);
  return revocations;
}

function isRevocation(event: SessionEvent): event is Revocation {
  return event.type === "approval_revoked";
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
 * Records in a session what was revoked in another half of it, here or on a state branch that this clone
 * knows: from then on a person has to approve it again, as if it had been revoked here.
 * @returns what was recorded.
 */
export async function takeOverRevocations(
  workspace: Workspace,
  state: SessionState,
): Promise<readonly Revoked[]> {
  const { manager, actor } = workspace;
  if (approvalsOf(state).length === 0) return [];
  const there = await copiesOnBranches(workspace, state);
  const revoked = await revokedElsewhere({ manager }, state, there);
  for (const { phase, item, reason, elsewhere } of revoked) {
    const what = item === undefined ? { phase } : { item: `${phase}/${item}` };
    await manager.change(
      state.session,
      "revoke",
      (newest) => decide(newest, { kind: "revoke", what, reason, elsewhere }, { actor }),
      { replay: true },
    );
  }
  return revoked;
}
