/**
 * Whether what an item has proved still fits the files.
 *
 * The comparison itself needs git and is made elsewhere; what it found is handed to `decide()`, which
 * records it, so that it can be decided again.
 * @module
 */
import type { Blocker } from "./blockers.ts";
import {
  approvedFileOf,
  type HeldProof,
  heldProofs,
  isApproval,
  isRunnable,
  needsFreshProofs,
} from "./held_proofs.ts";
import { isGivenElsewhere } from "./last_work.ts";
import { itemName } from "./locate.ts";
import type { ProofSeen } from "./proof_seen.ts";
import type { SessionState } from "./state.ts";
import type { WorkMark } from "./work_record.ts";

/** The most names of changed files that are recorded and shown. */
export const MOST_FILES = 10;

/**
 * What of the proofs blocks `advance` (of a phase) or `finish`: none, unless the workflow asks for fresh
 * proofs. One that cannot be compared blocks too, unless there was no repository when it was made. An
 * approval blocks where a file or `inputs` say what it is about; by `inputs` only where it was given in
 * the directory of the work.
 */
export function staleBlockers(
  state: SessionState,
  seen: readonly ProofSeen[] | undefined,
  phase?: string,
): readonly Blocker[] {
  if (!needsFreshProofs(state)) return [];
  return heldProofs(state, phase).flatMap((held): readonly Blocker[] => {
    if (!isBinding(state, held)) return [];
    const { phase: { id }, item, proof } = held;
    const found = seen?.find((one) => one.phase === id && one.item === item.id);
    const about = { kind: "proof_stale", phase: id, item: item.id } as const;
    const proofOf = `the ${isApproval(item) ? "approval" : "proof"} of "${
      itemName(state, id, item.id)
    }"`;
    if (found === undefined || found.seq !== proof.seq) {
      return [{
        ...about,
        message: `${proofOf} was not compared with the files`,
      }];
    }
    if (found.verdict === "unknown" && mustBeCompared(proof)) {
      const why = found.why === undefined ? "" : `: ${found.why}`;
      const message = `${proofOf} cannot be compared with the files${why}`;
      return [{ ...about, kind: "proof_unknown", message }];
    }
    if (found.verdict !== "stale") return [];
    return [{
      ...about,
      message: `${proofOf} is stale: ${staleText(state, found)}`,
    }];
  });
}

function isBinding(state: SessionState, { item, standing, proof }: HeldProof): boolean {
  if (isRunnable(item) || approvedFileOf(standing) !== undefined) return true;
  return item.inputs !== undefined && !isGivenElsewhere(state, proof);
}

/**
 * Whether a proof that cannot be compared is as good as none: not where there never was a repository, and
 * nothing says which files count.
 */
export function mustBeCompared({ tree, missing, inputs }: WorkMark): boolean {
  return tree !== null || inputs !== undefined || missing === "too_slow" ||
    missing === "git_failed";
}

/** What has changed since a proof, as a clause: "3 files changed since it passed: a, b, c". */
export function staleText(
  { definition: { phases } }: Pick<SessionState, "definition">,
  { phase, item: id, changed = 0, files = [], why }: ProofSeen,
): string {
  const item = phases.find((one) => one.id === phase)?.items.find((one) => one.id === id);
  const isApproved = item !== undefined && isApproval(item);
  const since = `since it ${isApproved ? "was approved" : "passed"}`;
  const more = changed - files.length;
  const names = [...files, ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
  const unnamed = why === undefined ? "" : ` (${why})`;
  if (changed === 0) return `files changed ${since}${unnamed}`;
  const many = changed === 1 ? "1 file" : `${changed} files`;
  return `${many} changed ${since}: ${names}${unnamed}`;
}

/** Texts about proofs that do not fit, or could not be compared, for people; none where all fit. */
export function freshnessRemarks(
  state: Pick<SessionState, "definition">,
  seen: readonly ProofSeen[],
): readonly string[] {
  const stale = seen.filter(({ verdict }) => verdict === "stale")
    .map((one) => `${one.item}: ${staleText(state, one)}`);
  const unknown = seen.filter(({ verdict }) => verdict === "unknown");
  const [first] = unknown;
  if (first === undefined) return stale;
  const items = unknown.map(({ item }) => item).join(", ");
  const why = first.why === undefined ? "" : ` (${first.why})`;
  return [...stale, `Not compared with the files${why}: ${items}`];
}

/**
 * The field of an event's data: what was found of the proofs that the state has; absent where there is
 * nothing of that kind.
 */
export function recordedProofs(
  state: SessionState,
  seen: readonly ProofSeen[] | undefined,
  phase?: string,
): { readonly proofs?: readonly ProofSeen[] } {
  if (seen === undefined) return {};
  const proofs = heldProofs(state, phase).flatMap(({ phase: { id }, item, proof: { seq } }) => {
    const found = seen.find((one) => one.phase === id && one.item === item.id && one.seq === seq);
    if (found === undefined) return [];
    const { verdict, changed, files, why } = found;
    return [{
      phase: id,
      item: item.id,
      seq,
      verdict,
      ...(changed === undefined ? {} : { changed }),
      ...(files === undefined ? {} : { files: files.slice(0, MOST_FILES) }),
      ...(why === undefined ? {} : { why }),
    }];
  });
  return proofs.length === 0 ? {} : { proofs };
}
