/**
 * Deciding `claim`: see `claims.ts` for what a claim is.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { claimantText, claimedError, holds } from "./claims.ts";
import type { Command, DecideContext } from "./commands.ts";
import type { Decision } from "./decision.ts";
import { requireItem } from "./locate.ts";
import type { Actor } from "./recorded.ts";
import { isDone } from "./reviews.ts";
import type { Claim, SessionState } from "./state.ts";

/** How long after it was made a claim can be taken over, in milliseconds. */
export const CLAIM_MS = 12 * 60 * 60 * 1000;

/** Decides `claim`. */
export function decideClaim(
  state: SessionState,
  command: Extract<Command, { kind: "claim" }>,
  { actor }: DecideContext,
): Decision {
  const doing = `claim "${command.item}"`;
  const found = requireItem(state, command.item, "claim");
  if (found.error !== undefined) return found;
  const { definition, phase, state: item } = found.value;
  const { claim } = item;
  if (isDone(item)) {
    const how = item.status === "skipped" ? "skipped" : "completed";
    return { error: new OrchestratorError("item_blocked", `Cannot ${doing}: it is ${how}`) };
  }
  if (holds(actor, claim)) {
    return { value: { events: [], already: `You have already claimed "${command.item}"` } };
  }
  const lapsed = claim !== undefined && command.lapsed === true;
  const ended = claim?.bound !== undefined && command.ended === true;
  if (claim !== undefined && !lapsed && !ended) {
    return { error: claimedError(claim, definition.id, doing, actor) };
  }
  const data = {
    phase: phase.definition.id,
    item: definition.id,
    ...(lapsed ? { lapsed: true as const } : {}),
    ...(ended ? { ended: true as const } : {}),
    ...(command.bound === undefined ? {} : { bound: command.bound }),
  };
  return { value: { events: [{ type: "item_claimed", data }] } };
}

/** Decides `claim --release`. */
export function decideRelease(
  state: SessionState,
  command: Extract<Command, { kind: "release" }>,
  { actor }: DecideContext,
): Decision {
  const doing = `release "${command.item}"`;
  const found = requireItem(state, command.item, "release");
  if (found.error !== undefined) return found;
  const { definition, phase, state: { claim } } = found.value;
  if (claim === undefined) {
    return { value: { events: [], already: `"${command.item}" is not claimed` } };
  }
  const own = holds(actor, claim);
  const ended = !own && claim.bound !== undefined && command.ended === true;
  if (!own && !ended && !command.force) {
    return { error: claimedError(claim, definition.id, doing, actor) };
  }
  if (!own && !ended && actor.kind === "agent") {
    return {
      error: new OrchestratorError(
        "agent_refused",
        `Cannot ${doing}: only a person can end the claim of ${claimantText(claim.by)}`,
        {
          hint: "Ask a person to end it; `orchestrator claim --help` says how",
          details: { item: definition.id, claimedBy: claim.by },
        },
      ),
    };
  }
  const data = {
    phase: phase.definition.id,
    item: definition.id,
    ...(ended ? { ended: true as const } : own ? {} : { forced: true as const }),
  };
  return { value: { events: [{ type: "claim_released", data }] } };
}

/** The claims of items of the current phase. */
export function claimsIn(
  state: SessionState,
): readonly { readonly item: string; readonly claim: Claim }[] {
  const items = state.phase === null ? {} : state.phases[state.phase]?.items ?? {};
  return Object.entries(items).flatMap(([item, { claim }]) =>
    claim === undefined ? [] : [{ item, claim }]
  );
}

/** Ids of the items of the current phase that `actor` has claimed. */
export function claimedBy(state: SessionState, actor: Actor): readonly string[] {
  return claimsIn(state).filter(({ claim }) => holds(actor, claim)).map(({ item }) => item);
}

/**
 * The phases of a checkpoint with the claims of now: a claim is about who works, not about how far it is.
 */
export function withClaimsOf(
  now: SessionState["phases"],
  then: SessionState["phases"],
): SessionState["phases"] {
  const hasAny = [now, then].some((phases) =>
    Object.values(phases).some(({ items }) =>
      Object.values(items).some(({ claim }) => claim !== undefined)
    )
  );
  if (!hasAny) return then;
  return Object.fromEntries(
    Object.entries(then).map(([id, phase]) => {
      const items = Object.entries(phase.items).map(([item, { claim: _, ...rest }]) => {
        const claim = isDone(rest) ? undefined : now[id]?.items[item]?.claim;
        return [item, claim === undefined ? rest : { ...rest, claim }];
      });
      return [id, { ...phase, items: Object.fromEntries(items) }];
    }),
  );
}
