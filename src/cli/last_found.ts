/**
 * What `status` says of proofs without starting git: what was last found of them, with its age, and
 * what can be seen in a few files.
 * @module
 */
import { ignoredKeys } from "../app/ignored_keys.ts";
import { type LastComparison, lastComparison } from "../app/last_comparison.ts";
import { placeData, placeText, workElsewhere } from "../app/work_place.ts";
import { worthSaying } from "../app/proofs_seen.ts";
import { staleText } from "../workflow/freshness.ts";
import { heldProofs, whenCompared } from "../workflow/held_proofs.ts";
import type { KeptProof } from "../workflow/last_comparison.ts";
import { itemName } from "../workflow/locate.ts";
import type { Progress } from "../workflow/progress.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import { stepAfterComparing } from "../workflow/stale_step.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Context } from "./context.ts";
import { ago } from "./output/text.ts";

/** Adds it to the remarks of a session's progress. */
export async function withLastFound(
  context: Context,
  state: SessionState,
  progress: Progress,
): Promise<{
  readonly progress: Progress;
  readonly lastComparison?: LastComparison;
  readonly workPlace?: ReturnType<typeof placeData>;
}> {
  const last = lastComparison(context, state);
  const { proofs, commitChanged } = last;
  const place = await workElsewhere(
    { paths: context.paths, backend: context.manager.backend },
    state,
  );
  const ignored = await ignoredKeys(context, state);
  if (proofs.length === 0 && commitChanged.length === 0 && place === null && ignored.length === 0) {
    return { progress };
  }
  const redactor = await context.redactor();
  const where = place === null ? [] : [redactor.redact(`The work is in ${placeText(place)}`)];
  const said = worthSaying(state, proofs, "all");
  const texts = proofs.filter((one) => said.includes(one))
    .map((one) => redactor.redact(keptText(state, one, context.io.now())));
  const others = commitChanged.map(({ phase, item }) => itemName(state, phase, item));
  const remarks = [
    ...withoutNames(state, progress, proofs),
    ...ignored.map((text) => redactor.redact(text)),
    ...where,
    ...texts,
    ...(others.length === 0 ? [] : [
      `Another commit is checked out than when these passed: ${listed(others)} ` +
      "(`orchestrator status --fresh` compares the files)",
    ]),
  ];
  return {
    progress: {
      ...progress,
      ...(remarks.length === 0 ? {} : { remarks }),
      next: stepAfterComparing(state, withTheOthers(state, proofs), context.actor),
    },
    ...(proofs.length === 0 && commitChanged.length === 0 ? {} : { lastComparison: last }),
    ...(place === null ? {} : { workPlace: placeData(place) }),
  };
}

/** With those of which nothing was found, as fresh: the next step is about what is known to be stale. */
function withTheOthers(
  state: SessionState,
  proofs: readonly ProofSeen[],
): readonly ProofSeen[] {
  return heldProofs(state).map(({ phase, item, proof: { seq } }) =>
    proofs.find((one) => one.seq === seq) ??
      { phase: phase.id, item: item.id, seq, verdict: "fresh" }
  );
}

function keptText(state: SessionState, kept: KeptProof, now: Date): string {
  const name = itemName(state, kept.phase, kept.item);
  const when = kept.command === "status" && kept.at === state.seq && kept.head === undefined
    ? ""
    : ` (${kept.command}, ${ago(kept.time, now)})`;
  if (kept.verdict === "stale") return `${name}: ${staleText(state, kept)}${when}`;
  const why = kept.why === undefined ? "" : `: ${kept.why}`;
  return `${name}: not compared with the files${why}${when}`;
}

/** The remarks without those that say the same of the same proofs, and name no files. */
function withoutNames(
  state: SessionState,
  { remarks = [] }: Progress,
  proofs: readonly KeptProof[],
): readonly string[] {
  const { compared } = state;
  if (compared === undefined || !proofs.some(({ at }) => at + 1 >= compared.seq)) return remarks;
  const unnamed = whenCompared(state);
  return remarks.filter((text) => !unnamed.includes(text));
}

/** How many names are listed. */
const MOST_NAMES = 5;

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
