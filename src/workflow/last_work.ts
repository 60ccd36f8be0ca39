/**
 * In which directory a session was last worked on.
 * @module
 */
import { isApproval } from "./held_proofs.ts";
import { own } from "./record.ts";
import type { SessionState } from "./state.ts";
import type { RootRecord, WorkMark } from "./work_record.ts";

/** The newest proof that is no approval: approvals are given anywhere. Without one, what the session began with. */
export function lastWork(state: SessionState): WorkMark | undefined {
  const proofs = state.definition.phases.flatMap(({ id, items }) =>
    items.filter((item) => !isApproval(item))
      .flatMap((item) => own(own(state.phases, id)?.items ?? {}, item.id)?.proof ?? [])
  );
  return proofs.reduce<WorkMark | undefined>(
    (last, proof) => last === undefined || last.seq < proof.seq ? proof : last,
    state.begun,
  );
}

/** Whether an approval was given in another directory than that of the work: its files are no measure there. */
export function isGivenElsewhere(state: SessionState, { root }: WorkMark): boolean {
  const began = state.begun?.root;
  const work = lastWork(state)?.root ?? began;
  const given = root ?? began;
  return work !== undefined && given !== undefined && !isSameDirectory(work, given);
}

/** Whether two records are of one directory, moved or not. */
export function isSameDirectory(one: RootRecord, other: RootRecord): boolean {
  if (one.machine !== other.machine) return false;
  return one.path === other.path || one.directory === other.directory;
}
