/**
 * What an approval comes too early for: work that is open, and proofs that do not fit the files.
 *
 * | | `format: 1` | `format: 2` | with `proofs: fresh` |
 * |---|---|---|---|
 * | a gate, and a required item before it is open | recorded | refused (`needs.ts`) | refused |
 * | a phase, and something of it is open | recorded | refused | refused |
 * | what a command or a file proved is stale | recorded | recorded | refused |
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Blocker, itemBlockers, reviewBlocker, summarise } from "./blockers.ts";
import type { PhaseDefinition } from "./definition.ts";
import { staleBlockers } from "./freshness.ts";
import { heldProofs, isRunnable } from "./held_proofs.ts";
import { isSameDirectory } from "./last_work.ts";
import { itemState, type LocatedPhase, phaseState } from "./locate.ts";
import { asHint, nextStep, recheckStep } from "./next_step.ts";
import { approveAgainStep, comparableHint } from "./stale_step.ts";
import type { ProofSeen } from "./proof_seen.ts";
import type { Approval } from "./recorded.ts";
import { isDone, reviewsEndingWith } from "./reviews.ts";
import type { SessionState } from "./state.ts";
import type { WorkRecord } from "./work_record.ts";

/** What is approved: a gate of a phase, or the phase. */
export interface ApprovedThing {
  readonly phase: PhaseDefinition;
  /** Id of the gate; absent for the phase. */
  readonly item?: string;
}

/**
 * The phase whose proofs are behind an approval, as `advance` and `finish` ask for them: undefined for
 * all, in the last phase.
 */
export function proofsBehind(state: SessionState, phase: PhaseDefinition): string | undefined {
  const last = state.definition.phases.at(-1);
  return phase.id === state.phase && phase.id === last?.id ? undefined : phase.id;
}

/** Ids of required items that are not done and come before what is approved. */
export function requiredBefore(
  state: SessionState,
  { phase, item }: ApprovedThing,
): readonly string[] {
  const standing = phaseState(state, phase.id);
  const place = item === undefined ? -1 : phase.items.findIndex(({ id }) => id === item);
  const before = place < 0 ? phase.items : phase.items.slice(0, place);
  return before.filter(({ id, required }) => required && !isDone(itemState(standing, id)))
    .map(({ id }) => id);
}

/** What of a phase blocks its end, but for its approval: items and reviews. */
function openBlockers(state: SessionState, phase: LocatedPhase): readonly Blocker[] {
  const items = phase.definition.items
    .flatMap((item) => itemBlockers(state, phase.definition, item));
  const reviews = reviewsEndingWith(state, phase)
    .filter(({ by }) => !items.some((one) => "item" in one && one.item === by?.item));
  return [...items, ...reviews.map(reviewBlocker)];
}

/** The refusal where something of a phase is open that blocks its end; undefined in `format: 1`. */
export function refusalOfOpen(
  state: SessionState,
  { phase }: ApprovedThing,
  doing: string,
): OrchestratorError | undefined {
  if (state.definition.format !== 2) return undefined;
  const index = state.definition.phases.indexOf(phase);
  const standing = phaseState(state, phase.id);
  const blockers = openBlockers(state, { index, definition: phase, state: standing });
  return blockers.length === 0
    ? undefined
    : refusal(blockers, doing, asHint(nextStep(state)), "phase_blocked");
}

/** What was seen where an approval is given. */
export interface SeenHere {
  /** What was found of the proofs; absent where they were not compared. */
  readonly proofs?: readonly ProofSeen[];
  /** What the project is there. */
  readonly work?: WorkRecord;
}

/**
 * Items, as `PHASE/item`, that were proved in another directory than that where an approval is given: in
 * another clone or work tree, whose files are not those here. `advance` and `finish` compare them where
 * the work is.
 */
export function provedElsewhere(
  state: SessionState,
  work: Pick<WorkRecord, "root"> | undefined,
): ReadonlySet<string> {
  const began = state.begun?.root;
  const here = work?.root ?? began;
  const other = heldProofs(state).filter(({ proof }) => {
    const there = proof.root ?? began;
    return here !== undefined && there !== undefined && !isSameDirectory(here, there);
  });
  return new Set(other.map(({ phase, item }) => `${phase.id}/${item.id}`));
}

/** What a command was given of it. */
export function seenBy({ proofs, work }: SeenHere): SeenHere {
  return {
    ...(proofs === undefined ? {} : { proofs }),
    ...(work === undefined ? {} : { work }),
  };
}

/** Those of the proofs that were made here, and that of what is approved itself, wherever it was. */
export function proofsHere(
  state: SessionState,
  { proofs, work }: SeenHere,
  thing: ApprovedThing,
): readonly ProofSeen[] | undefined {
  const elsewhere = provedElsewhere(state, work);
  return proofs?.filter((one) => isOf(thing, one) || !elsewhere.has(`${one.phase}/${one.item}`));
}

function isOf({ phase, item }: ApprovedThing, one: ProofSeen): boolean {
  return one.phase === phase.id && one.item === item;
}

/** Whether the approval of a gate was found stale, or keeps a phase from its end: it can be given again. */
export function isToApproveAgain(
  state: SessionState,
  thing: ApprovedThing,
  { proofs }: SeenHere,
): boolean {
  const found = proofs?.find((one) => isOf(thing, one));
  const held = heldProofs(state, thing.phase.id).find(({ item }) => item.id === thing.item);
  if (found === undefined || found.seq !== held?.proof.seq) return false;
  return found.verdict === "stale" ||
    staleBlockers(state, proofs, thing.phase.id)
      .some((one) => "item" in one && one.item === thing.item);
}

/**
 * Whether proofs that were stale when an approval was given fit the files now: it can be given again, and
 * is then an approval of what is there.
 */
export function isBetterNow(
  state: SessionState,
  before: Pick<Approval, "stale"> | undefined,
  { proofs = [] }: SeenHere,
): boolean {
  const stale = before?.stale;
  if (!Array.isArray(stale)) return false;
  return heldProofs(state).some(({ phase, item, proof: { seq } }) =>
    stale.includes(`${phase.id}/${item.id}`) &&
    proofs.some((one) =>
      one.phase === phase.id && one.item === item.id && one.seq === seq && one.verdict === "fresh"
    )
  );
}

/** The refusal where the workflow asks for fresh proofs, and one behind the approval is not. */
export function refusalOfStale(
  state: SessionState,
  { phase, item }: ApprovedThing,
  { doing, ...seen }: SeenHere & { readonly doing: string },
): OrchestratorError | undefined {
  const elsewhere = provedElsewhere(state, seen.work);
  const runnable = new Set(
    heldProofs(state).filter((held) => isRunnable(held.item))
      .map((held) => `${held.phase.id}/${held.item.id}`),
  );
  const isRun = (one: Blocker) => "item" in one && runnable.has(`${one.phase}/${one.item}`);
  const all = staleBlockers(state, seen.proofs, proofsBehind(state, phase))
    .filter((one) => !("item" in one) || !elsewhere.has(`${one.phase}/${one.item}`));
  // Stale approvals of items are given again one by one: none waits for another.
  const blockers = item === undefined ? all : all.filter(isRun);
  const [first] = blockers;
  if (first === undefined) return undefined;
  const isBlind = blockers.some(({ kind }) => kind === "proof_unknown");
  const again = "item" in first && first.item !== undefined
    ? approveAgainStep(state, { phase: first.phase, item: first.item })
    : nextStep(state);
  const step = blockers.some(isRun) ? recheckStep("Proofs are stale") : again;
  return refusal(
    blockers,
    doing,
    isBlind ? comparableHint(state, blockers, step) : asHint(step),
    item === undefined ? "phase_blocked" : "item_blocked",
  );
}

function refusal(
  blockers: readonly Blocker[],
  doing: string,
  hint: string,
  code: "phase_blocked" | "item_blocked",
): OrchestratorError {
  return new OrchestratorError(code, `Cannot ${doing}: ${summarise(blockers)}`, {
    hint,
    details: { blockers },
  });
}

/** What an approval is given in spite of, as its record says it. */
export function inSpiteOf(
  state: SessionState,
  thing: ApprovedThing,
  seen: SeenHere,
): Pick<Approval, "open" | "stale"> {
  const proofs = proofsHere(state, seen, thing);
  const open = requiredBefore(state, thing);
  const scope = proofsBehind(state, thing.phase);
  const stale = heldProofs(state, scope).flatMap(({ phase: { id }, item, proof: { seq } }) => {
    const isItself = id === thing.phase.id && item.id === thing.item;
    const found = proofs?.find((one) => one.phase === id && one.item === item.id);
    return isItself || found?.seq !== seq || found.verdict !== "stale" ? [] : [`${id}/${item.id}`];
  });
  return {
    ...(open.length === 0 ? {} : { open }),
    ...(stale.length === 0 ? {} : { stale }),
  };
}
