/**
 * What was last found when proofs were compared with the files, as it is kept beside a session.
 *
 * It is shown and never decided on: it may be of another day, and anyone can write it. So it is taken in
 * pieces, and only what is about a proof that still stands.
 * @module
 */
import { MOST_FILES } from "./freshness.ts";
import { heldProofs } from "./held_proofs.ts";
import type { ProofSeen } from "./proof_seen.ts";
import { isRecord } from "./record.ts";
import type { SessionState } from "./state.ts";

/** What was found of a proof, when and by what. */
export interface KeptProof extends ProofSeen {
  /** RFC 3339. */
  readonly time: string;
  /** The command that compared: `finish`. */
  readonly command: string;
  /** Number of the session's last line then. */
  readonly at: number;
  /** The commit that was checked out then; null before the first, absent where it is not known. */
  readonly head?: string | null;
}

/** The most proofs that are kept. */
const MOST_KEPT = 500;

/** No name or clause is longer, in UTF-16 units. */
const MOST_TEXT = 4096;

/**
 * What is kept once proofs were compared: what was found now, and what was found earlier of the others.
 */
export function keptWith(
  state: SessionState,
  earlier: readonly KeptProof[],
  found: readonly KeptProof[],
): readonly KeptProof[] {
  const known = new Set(found.map(nameOf));
  const others = stillStanding(state, earlier).filter((one) => !known.has(nameOf(one)));
  return [...others, ...found].slice(0, MOST_KEPT);
}

/** The newest of each proof in several lists. */
export function newestOf(lists: readonly (readonly KeptProof[])[]): readonly KeptProof[] {
  const newest = new Map<string, KeptProof>();
  for (const one of lists.flat()) {
    const before = newest.get(nameOf(one));
    if (before === undefined || before.time < one.time) newest.set(nameOf(one), one);
  }
  return [...newest.values()];
}

/**
 * Those about a proof that the session has now: not of an item that was proved again or opened since, and
 * not where an event has recorded something newer.
 */
export function stillStanding(
  state: SessionState,
  kept: readonly KeptProof[],
): readonly KeptProof[] {
  if (state.status !== "active") return [];
  const { compared } = state;
  const recorded = new Set(compared?.proofs.map(nameOf));
  const held = new Set(
    heldProofs(state).map(({ phase, item, proof: { seq } }) =>
      nameOf({ phase: phase.id, item: item.id, seq })
    ),
  );
  return kept.filter((one) => {
    const name = nameOf(one);
    // The event that records what was found is the next one.
    const isNewest = compared === undefined || one.at + 1 >= compared.seq || !recorded.has(name);
    return held.has(name) && one.at <= state.seq && isNewest;
  });
}

/** Those of a value that are what they should be. Takes anything. */
export function keptIn(value: unknown): readonly KeptProof[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_KEPT).flatMap((entry: unknown) => keptProof(entry) ?? []);
}

function keptProof(entry: unknown): KeptProof | undefined {
  if (!isRecord(entry)) return undefined;
  const { phase, item, seq, verdict, changed, files, why, time, command, at, head } = entry;
  const isSound = isText(phase) && isText(item) && isCount(seq) && isText(command) && isCount(at) &&
    (verdict === "fresh" || verdict === "stale" || verdict === "unknown") &&
    isText(time) && Number.isFinite(Date.parse(time)) &&
    (changed === undefined || isCount(changed)) && (why === undefined || isText(why)) &&
    (head === undefined || head === null || isText(head)) &&
    (files === undefined || isNames(files));
  if (!isSound) return undefined;
  return {
    phase,
    item,
    seq,
    verdict,
    ...(changed === undefined ? {} : { changed }),
    ...(files === undefined ? {} : { files }),
    ...(why === undefined ? {} : { why }),
    time,
    command,
    at,
    ...(head === undefined ? {} : { head }),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MOST_TEXT;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MOST_FILES && value.every(isText);
}

function nameOf({ phase, item, seq }: Pick<ProofSeen, "phase" | "item" | "seq">): string {
  return `${phase}/${item}/${seq}`;
}
