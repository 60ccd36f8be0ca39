/**
 * Checking again what a session has proved.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import { mustBeCompared } from "../workflow/freshness.ts";
import { heldProofs, isRunnable } from "../workflow/held_proofs.ts";
import { itemName, refusalIfEnded } from "../workflow/locate.ts";
import { failureOf } from "../workflow/next_step.ts";
import type { ProofSeen } from "../workflow/proof_seen.ts";
import { planRecheck, type RecheckTarget, recheckTarget } from "../workflow/recheck.ts";
import type { SessionState } from "../workflow/state.ts";
import { warnOfFile } from "./file_warning.ts";
import type { Watching } from "./watching.ts";
import { eachItem, type ItemChange } from "./each_item.ts";
import { compareProofs } from "./freshness.ts";
import { prove } from "./prove.ts";
import { type ForeignProof, placeText } from "./work_place.ts";
import type { Workspace } from "./workspace.ts";

/** What is to be checked again: what is stale, unless it says otherwise. */
export interface RecheckRequest {
  /** Ids of items of this phase or earlier ones. */
  readonly items: readonly string[];
  /** All that can be checked. */
  readonly all: boolean;
  /** Also what was proved in another checkout, with the files of this one. */
  readonly here: boolean;
}

/** What was done. */
export interface Rechecked {
  readonly state: SessionState;
  /** Those that passed again. */
  readonly changes: readonly ItemChange[];
  /** What was found of all proofs in the end. */
  readonly proofs: readonly ProofSeen[];
}

/**
 * Checks items again, in the order of the workflow, each once; the first that fails ends it.
 * @throws `verification_failed`, once the failure is recorded; `interrupted`; what `sessionToChange` and
 * `decide` refuse.
 */
export async function recheckItems(
  workspace: Workspace,
  { items, all, here }: RecheckRequest,
  watching: Watching,
): Promise<Rechecked> {
  const session = await workspace.sessionToChange();
  const { state } = await workspace.manager.loadToPlan(session);
  const ended = refusalIfEnded(state, "recheck");
  if (ended !== undefined) throw ended;
  const named = items.map((item) => targetOf(state, item));
  for (const target of named) refuseImpossible(state, target);
  const { proofs, remarks, foreign } = await compareProofs(workspace, state);
  for (const remark of remarks) workspace.warn(remark);
  const targets = named.length > 0 ? named : all ? everyTarget(state) : staleTargets(state, proofs);
  if (!here) refuseElsewhere(targets, foreign);
  const byName = new Map(targets.map((target) => [`${target.phase}/${target.item}`, target]));
  let last = state;
  const changes = await eachItem(
    workspace,
    { items: [...byName.keys()], past: "checked again" },
    async (name) => {
      const target = byName.get(name);
      if (target === undefined) throw new TypeError(`there is no item "${name}"`);
      const change = await recheckItem(workspace, session, target, watching);
      last = change.state;
      return { item: itemName(change.state, target.phase, target.item), change };
    },
  );
  const now = changes.length === 0 ? proofs : (await compareProofs(workspace, last)).proofs;
  return { state: last, changes, proofs: now };
}

function targetOf(state: SessionState, name: string): RecheckTarget {
  const { error, value } = recheckTarget(state, name);
  if (error !== undefined) throw error;
  return value;
}

function refuseImpossible(state: SessionState, target: RecheckTarget): void {
  const { error } = planRecheck(state, target);
  if (error !== undefined) throw error;
}

/** @throws `item_blocked` for what was proved in another checkout, whose work is not in this one. */
function refuseElsewhere(
  targets: readonly RecheckTarget[],
  foreign: readonly ForeignProof[],
): void {
  const found = foreign.find((one) =>
    targets.some(({ phase, item }) => phase === one.phase && item === one.item)
  );
  if (found === undefined) return;
  const { phase, item, place } = found;
  throw new OrchestratorError(
    "item_blocked",
    `Cannot recheck "${item}": the work is in ${placeText(place)}, and the files here are others`,
    {
      hint: "Run it there, or add --here to check the files of this directory",
      details: { phase, item, work: place },
    },
  );
}

/** All that can be checked again, in the order of the workflow. */
function everyTarget(state: SessionState): readonly RecheckTarget[] {
  return state.definition.phases.flatMap((phase) =>
    phase.items.map((item) => ({ phase: phase.id, item: item.id }))
      .filter((target) => planRecheck(state, target).error === undefined)
  );
}

/** What does not fit the files, what cannot be compared with them, and what has failed again. */
function staleTargets(
  state: SessionState,
  proofs: readonly ProofSeen[],
): readonly RecheckTarget[] {
  const held = heldProofs(state).filter(({ item }) => isRunnable(item));
  const due = new Set(
    held.flatMap(({ phase, item, proof }) => {
      const seen = proofs.find((one) => one.phase === phase.id && one.item === item.id);
      const isLost = seen?.verdict === "unknown" && mustBeCompared(proof);
      return seen?.verdict === "stale" || isLost ? [`${phase.id}/${item.id}`] : [];
    }),
  );
  return everyTarget(state).filter(({ phase, item }) => {
    const standing = state.phases[phase]?.items[item];
    return due.has(`${phase}/${item}`) || standing?.status === "failed" ||
      standing?.needsAgain !== undefined;
  });
}

async function recheckItem(
  workspace: Workspace,
  session: string,
  target: RecheckTarget,
  watching: Watching,
): Promise<Change> {
  const { manager, actor } = workspace;
  const { state } = await manager.loadToPlan(session);
  const { error, value: plan } = planRecheck(state, target);
  if (error !== undefined) throw error;
  const name = itemName(state, target.phase, target.item);
  const run = await prove(workspace, {
    plan,
    state,
    item: target.item,
    asked: { verb: "recheck", name },
  }, watching);
  const change = await manager.change(
    session,
    "recheck",
    (newest) =>
      decide(newest, { kind: "recheck", ...target, basis: plan.basis, ...run.proved }, { actor }),
  );
  if (!run.proved.outcome.passed) throw failed(change, target, run.failed(change.state.seq));
  for (const { type, data } of change.events) {
    if (type === "item_rechecked") warnOfFile(workspace, name, data.verification);
  }
  return change;
}

/** What is true only at its time, as a test that must fail first, cannot be repaired later. */
function orForItsTime(state: SessionState, { phase, item }: Pick<RecheckTarget, "phase" | "item">) {
  return phase === state.phase
    ? ""
    : "; where it proved something that was true only then, write `inputs: []` in the item: " +
      "in later sessions no change of files makes that proof stale; in this one a person can run " +
      `\`orchestrator finish --accept-stale ${itemName(state, phase, item)} --reason "<why>"\``;
}

function failed(
  { state }: Change,
  { phase, item }: RecheckTarget,
  list: readonly string[],
): OrchestratorError {
  const standing = state.phases[phase]?.items[item];
  const reason = (standing === undefined ? undefined : failureOf(standing)) ??
    "its verification failed";
  const name = itemName(state, phase, item);
  return new OrchestratorError("verification_failed", `Cannot recheck "${name}": ${reason}`, {
    hint: `Fix the failure, then run \`orchestrator recheck ${name}\`${
      orForItsTime(state, { phase, item })
    }`,
    details: {
      session: state.session,
      phase,
      item,
      seq: state.seq,
      verification: standing?.verification,
      ...(list.length === 0 ? {} : { list }),
    },
  });
}
