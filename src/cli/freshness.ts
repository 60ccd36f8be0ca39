/**
 * What proofs are worth now, for the screens that show a session: `status --fresh` and `handoff`.
 * @module
 */
import { compareProofs } from "../app/freshness.ts";
import { placeText, workElsewhere } from "../app/work_place.ts";
import { worthSaying } from "../app/proofs_seen.ts";
import { freshnessRemarks, staleBlockers } from "../workflow/freshness.ts";
import { currentPhase, isLastPhase } from "../workflow/locate.ts";
import type { Progress } from "../workflow/progress.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import { stepAfterComparing } from "../workflow/stale_step.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Context } from "./context.ts";

/** A session's progress, with what was found among its remarks. */
export interface FreshProgress {
  readonly progress: Progress;
  readonly proofs: readonly ProofSeen[];
}

/**
 * Compares the proofs of a session with the files.
 * @param asked whether it was asked for: then it is also said that all fit, and what cannot be compared.
 */
export async function withFreshness(
  context: Context,
  { state, progress }: { readonly state: SessionState; readonly progress: Progress },
  asked: boolean,
): Promise<FreshProgress> {
  // The work that comes after a workflow says nothing against it.
  if (state.status !== "active") {
    const ended = "The workflow has ended: its proofs are about the files of that time";
    const remarks = [...(progress.remarks ?? []), ...(asked ? [ended] : [])];
    return { progress: remarks.length === 0 ? progress : { ...progress, remarks }, proofs: [] };
  }
  const { proofs, remarks, foreign } = await compareProofs(context, state);
  const redactor = await context.redactor();
  const seen = asked ? proofs : worthSaying(state, proofs, "all");
  const found = freshnessRemarks(state, seen).map((text) => redactor.redact(text));
  const fine = asked && found.length === 0
    ? [proofs.length === 0 ? "There is no proof to compare" : "All proofs fit the files"]
    : [];
  const place = await workElsewhere(
    { paths: context.paths, backend: context.manager.backend },
    state,
  );
  const where = place === null ? [] : [`The work is in ${placeText(place)}`];
  const said = [...found, ...fine, ...where.map((text) => redactor.redact(text)), ...remarks];
  const isForeign = ({ phase, item }: ProofSeen) =>
    foreign.some((one) => one.phase === phase && one.item === item);
  const blocked = withBlockers(
    context,
    { state, progress },
    proofs.map((one) => isForeign(one) ? { ...one, verdict: "fresh" } : one),
  );
  return {
    progress: said.length === 0
      ? blocked
      : { ...blocked, remarks: [...(blocked.remarks ?? []), ...said] },
    proofs,
  };
}

/** With what of the proofs blocks the next phase, or the end. */
function withBlockers(
  { actor }: Context,
  { state, progress }: { readonly state: SessionState; readonly progress: Progress },
  proofs: readonly ProofSeen[],
): Progress {
  const phase = currentPhase(state);
  if (phase === undefined) return progress;
  const blocking = isLastPhase(state, phase)
    ? staleBlockers(state, proofs)
    : staleBlockers(state, proofs, phase.definition.id);
  if (blocking.length === 0) return progress;
  return {
    ...progress,
    blockers: [...progress.blockers, ...blocking],
    next: stepAfterComparing(state, proofs, actor),
  };
}
