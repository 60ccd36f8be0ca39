/**
 * What of a session is held against the files, and what was found the last time: the part of
 * `freshness.ts` that every `status` needs.
 * @module
 */
import type { ItemDefinition, PhaseDefinition } from "./definition.ts";
import { itemState, phaseState } from "./locate.ts";
import type { ApprovedFile } from "./recorded.ts";
import type { ItemState, SessionState } from "./state.ts";
import { fillIn } from "./template.ts";
import type { WorkMark } from "./work_record.ts";

/** An item whose proof is held against the files. */
export interface HeldProof {
  readonly phase: PhaseDefinition;
  readonly item: ItemDefinition;
  readonly standing: ItemState;
  readonly proof: WorkMark;
}

/** Whether the workflow lets a phase end, and itself finish, only when proofs fit the files. */
export function needsFreshProofs(
  { definition: { format, settings } }: Pick<SessionState, "definition">,
): boolean {
  return format === 2 && settings["proofs"] === "fresh";
}

/**
 * The items that have proved something by a command or a file, in order, and approvals that say by
 * `inputs` or by a file what they are about. Where fresh proofs are asked for, also the other approvals of
 * the current phase: what changes after that is not held against them.
 * @param phase only those of this phase. Default: all.
 */
export function heldProofs(state: SessionState, phase?: string): readonly HeldProof[] {
  const isStrict = needsFreshProofs(state);
  return everyProof(state, phase).filter(({ phase: { id }, item, standing }) =>
    isRunnable(item) || approvedFileOf(standing) !== undefined ||
    isApproval(item) && (item.inputs !== undefined || isStrict && id === state.phase)
  );
}

function everyProof(state: SessionState, phase?: string): readonly HeldProof[] {
  return state.definition.phases.flatMap((definition) => {
    if (phase !== undefined && definition.id !== phase) return [];
    const phaseStanding = phaseState(state, definition.id);
    return definition.items.flatMap((item): readonly HeldProof[] => {
      const standing = itemState(phaseStanding, item.id);
      if (standing.status !== "completed" || standing.proof === undefined) return [];
      return [{ phase: definition, item, standing, proof: standing.proof }];
    });
  });
}

/** The file that was approved with an item; undefined where none was. */
export function approvedFileOf({ approval }: ItemState): ApprovedFile | undefined {
  return approval?.file;
}

/** The file by which a proof is judged alone; undefined where other files count. */
export function namedFile(
  { verification, inputs }: ItemDefinition,
  { definition }: Pick<SessionState, "definition">,
): string | undefined {
  if (verification.type !== "file_exists" || inputs !== undefined) return undefined;
  return fillIn(verification.path, definition).text;
}

/** Whether `recheck` can prove an item again. */
export function isRunnable({ verification: { type } }: ItemDefinition): boolean {
  return type === "command" || type === "file_exists";
}

/** Whether a person proves it. */
export function isApproval({ verification }: ItemDefinition): boolean {
  return verification.type === "manual_gate";
}

/**
 * What did not fit, and what could not be compared, when the proofs were last compared, and has not been
 * proved again: as sentences.
 */
export function whenCompared(state: SessionState): readonly string[] {
  const { compared } = state;
  if (compared === undefined) return [];
  const present = new Set(everyProof(state).map(({ proof: { seq } }) => seq));
  const proofs = compared.proofs.filter(({ seq }) => present.has(seq));
  const when = `when proofs were last compared (${compared.time}, event ${compared.seq})`;
  return ([["stale", "Stale"], ["unknown", "Not comparable"]] as const).flatMap(([which, word]) => {
    const items = proofs.filter(({ verdict }) => verdict === which)
      .map(({ phase, item }) => `${phase}/${item}`);
    return items.length === 0 ? [] : [`${word} ${when}: ${items.join(", ")}`];
  });
}
