/**
 * The next step where proofs may be stale.
 * @module
 */
import { agentsMayApprove } from "./approval_rules.ts";
import { advanceBlockers, type Blocker, finishBlockers } from "./blockers.ts";
import { staleBlockers } from "./freshness.ts";
import { isApproval } from "./held_proofs.ts";
import { currentPhase, isLastPhase, itemName } from "./locate.ts";
import { asHint, type NextStep, nextStep, recheckStep } from "./next_step.ts";
import type { ProofSeen } from "./proof_seen.ts";
import { own } from "./record.ts";
import type { Actor } from "./recorded.ts";
import type { SessionState } from "./state.ts";

/** Steps that are for what commands have proved: those are checked again before. */
const AFTER_PROOFS: readonly (string | undefined)[] = ["approve", "advance", "finish"];

/**
 * What to do about blockers, stale proofs among them.
 * @param blockers at least one.
 */
export function stepWithStale(
  state: SessionState,
  blockers: readonly Blocker[],
  actor?: Actor,
): NextStep {
  const next = nextStep(state, actor);
  const stale = blockers.flatMap((one) =>
    one.kind === "proof_stale" || one.kind === "proof_unknown" ? [one] : []
  );
  const approved = stale.filter(({ phase, item: id }) => {
    const item = state.definition.phases.find((one) => one.id === phase)?.items
      .find((one) => one.id === id);
    return item !== undefined && isApproval(item);
  });
  // A person approves what is there when the commands have passed on it.
  if (approved.length < stale.length && AFTER_PROOFS.includes(next.argv[0])) {
    return recheckStep("Proofs are stale");
  }
  const [first] = approved;
  if (first === undefined || stale.length < blockers.length) return next;
  return approveAgainStep(state, first);
}

/** Approves again what a stale approval is about. */
export function approveAgainStep(
  state: SessionState,
  { phase, item }: { readonly phase: string; readonly item: string },
): NextStep {
  const byPerson = !agentsMayApprove(state);
  return { argv: ["approve", itemName(state, phase, item)], why: "An approval is stale", byPerson };
}

/**
 * The next step of a session, by what was found of its proofs just now.
 * @param proofs of all phases.
 * @param actor see {@link nextStep}.
 */
export function stepAfterComparing(
  state: SessionState,
  proofs: readonly ProofSeen[],
  actor?: Actor,
): NextStep {
  const phase = currentPhase(state);
  if (phase === undefined) return nextStep(state, actor);
  const last = isLastPhase(state, phase);
  const stale = staleBlockers(state, proofs, last ? undefined : phase.definition.id);
  if (stale.length === 0) return nextStep(state, actor);
  const others = last ? finishBlockers(state, phase) : advanceBlockers(state, phase);
  return stepWithStale(state, [...others, ...stale], actor);
}

/**
 * What lets proofs be compared that could not be.
 * @param blockers some of them of the kind `proof_unknown`.
 * @param then what proves or approves them again.
 */
export function comparableHint(
  state: SessionState,
  blockers: readonly Blocker[],
  then: NextStep,
): string {
  const isGitless = blockers.every((one) => {
    if (one.kind !== "proof_unknown") return true;
    const proof = own(own(state.phases, one.phase)?.items ?? {}, one.item)?.proof;
    return proof?.tree === null && proof.inputs !== undefined;
  });
  const first = isGitless ? "Run `git init`" : "Let `git status` work here again";
  const again = asHint(then);
  return `${first}, then ${again.charAt(0).toLowerCase()}${again.slice(1)}`;
}
