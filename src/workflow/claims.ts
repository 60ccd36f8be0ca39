/**
 * Claims: one of several agents on a session says that it works on an item.
 *
 * A claim keeps other agents, and CI, from completing, skipping or approving the item. It never keeps a
 * person from anything. It ends when the item is done or opened again, when the agent that holds it gives
 * it back or goes to another session, when its binding is gone, when a person ends it by force, and when
 * another one claims the item 12 hours later.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { DecideContext } from "./commands.ts";
import type { LocatedItem } from "./locate.ts";
import type { Actor } from "./recorded.ts";
import { shellWord } from "./shell_word.ts";
import type { Claim } from "./state.ts";

/** An agent or a person in words, as where they hold a claim. */
export function claimantText({ kind, name, agent, instance }: Actor): string {
  if (kind === "person") return name;
  return `${agent ?? kind}${instance === undefined ? "" : `#${instance}`} (${name})`;
}

/** Whether two actors are one: agents that name a session of their own are told apart by it. */
function isSame(one: Actor, other: Actor): boolean {
  return one.kind === other.kind && one.agent === other.agent &&
    one.instance === other.instance && (one.instance !== undefined || one.name === other.name);
}

/** Whether `actor` holds the claim. */
export function holds(actor: Actor, claim: Claim | undefined): boolean {
  return claim !== undefined && isSame(actor, claim.by);
}

/**
 * Why what `actor` wants to do with an item is refused for another one's claim; undefined when it is not.
 * @param doing as in "Cannot <doing>".
 */
export function refusalOfClaim(
  { definition: { id }, state: { claim } }: LocatedItem,
  { actor }: Pick<DecideContext, "actor">,
  doing: string,
): OrchestratorError | undefined {
  if (claim === undefined || actor.kind === "person" || holds(actor, claim)) return undefined;
  return claimedError(claim, id, doing, actor);
}

/** The refusal for the claim of another one. */
export function claimedError(
  claim: Claim,
  item: string,
  doing: string,
  actor: Actor,
): OrchestratorError {
  return new OrchestratorError(
    "item_blocked",
    `Cannot ${doing}: ${claimantText(claim.by)} has claimed it`,
    {
      hint: actor.kind === "person"
        ? `Run \`orchestrator claim ${shellWord(item)} --release --force\` to end the claim`
        : "Go on with another item, or ask a person to end the claim",
      details: { item, claimedBy: claim.by, claimedAt: claim.at },
    },
  );
}
