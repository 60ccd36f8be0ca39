/**
 * What `advance` and `finish` find of the proofs, and say of them.
 * @module
 */
import { freshnessRemarks, mustBeCompared } from "../workflow/freshness.ts";
import { heldProofs, isRunnable, needsFreshProofs } from "../workflow/held_proofs.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import type { SessionState } from "../workflow/state.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import type { Comparing } from "./freshness.ts";
import type { ForeignProof } from "./work_place.ts";
import type { Warnings } from "./workspace.ts";

/** Which proofs are compared. */
interface Comparison {
  /** Only its proofs. Default: all. */
  readonly phase?: string;
  /** What the files are, where that has been looked at already. */
  readonly tree?: WorkRecord["tree"];
  /** Items, as `PHASE/item`, that are left out. */
  readonly without?: ReadonlySet<string>;
}

/** What was found, as a field of a command, and what people should know of it. */
export interface ComparedProofs {
  readonly found: { readonly proofs?: readonly ProofSeen[] };
  readonly remarks: readonly string[];
  /** Those of another checkout. */
  readonly foreign: readonly ForeignProof[];
}

/**
 * Compares proofs with the files, and warns of those that do not fit: as a field of a command. Without
 * proofs git is not asked.
 */
export async function proofsToRecord(
  workspace: Comparing & Warnings,
  state: SessionState,
  options: Comparison,
): Promise<ComparedProofs> {
  const compared = await proofsBy(workspace, state, options);
  for (const remark of compared.remarks) workspace.warn(remark);
  return compared;
}

/** The same, and says nothing itself. */
export async function proofsBy(
  workspace: Comparing,
  state: SessionState,
  options: Comparison,
): Promise<ComparedProofs> {
  // The work that comes after a workflow says nothing against it.
  const { phase, without = new Set<string>() } = options;
  const isLeftOut = (which: string, item: string) => without.has(`${which}/${item}`);
  const held = heldProofs(state, phase).filter((one) => !isLeftOut(one.phase.id, one.item.id));
  if (state.status !== "active" || held.length === 0) {
    return { found: {}, remarks: [], foreign: [] };
  }
  const { compareProofs } = await import("./freshness.ts");
  const { proofs: all, remarks, foreign } = await compareProofs(workspace, state, options);
  const proofs = all.filter((seen) => !isLeftOut(seen.phase, seen.item));
  const said = [...freshnessRemarks(state, worthSaying(state, proofs)), ...remarks];
  // Without git nothing is compared, and nothing is to be said of it in each line.
  const isMute = !needsFreshProofs(state) &&
    proofs.every(({ verdict }) => verdict === "unknown") &&
    heldProofs(state).every(({ proof: { tree } }) => tree === null);
  return { found: isMute ? {} : { proofs }, remarks: said, foreign };
}

/**
 * What is worth saying: not that nothing is compared where there is no git.
 * @param which whether stale proofs that are refused count, which the refusal names.
 */
export function worthSaying(
  state: SessionState,
  proofs: readonly ProofSeen[],
  which: "not refused" | "all" = "not refused",
): readonly ProofSeen[] {
  const strict = which === "not refused" && needsFreshProofs(state);
  const bySeq = new Map(heldProofs(state).map((held) => [held.proof.seq, held]));
  return proofs.filter(({ verdict, seq }) => {
    const held = bySeq.get(seq);
    if (held === undefined) return false;
    const isRefused = strict && (verdict !== "unknown" || mustBeCompared(held.proof));
    if (isRefused && isRunnable(held.item)) return false;
    if (verdict === "stale") return true;
    return verdict === "unknown" && (strict || held.proof.tree !== null);
  });
}
