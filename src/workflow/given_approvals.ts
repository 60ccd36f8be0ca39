/**
 * Approvals of a session that hold.
 * @module
 */
import { isApproved } from "./blockers.ts";
import { itemState, phaseState } from "./locate.ts";
import type { Actor, Approval } from "./recorded.ts";
import type { SessionState } from "./state.ts";

/** An approval that holds. */
export interface GivenApproval {
  readonly phase: string;
  /** Absent for the approval of the phase itself. */
  readonly item?: string;
  readonly approval: Approval;
  /** Absent where an import did not know it. */
  readonly at?: string;
  readonly by?: Actor;
}

/** The approvals, in the order of the definition. */
export function approvalsOf(state: SessionState): readonly GivenApproval[] {
  return state.definition.phases.flatMap((phase): readonly GivenApproval[] => {
    const standing = phaseState(state, phase.id);
    const items = phase.items.flatMap(({ id }): readonly GivenApproval[] => {
      const { approval, at, by, withdrawn, needsAgain } = itemState(standing, id);
      const holds = withdrawn === undefined && needsAgain === undefined;
      if (approval === undefined || !holds) return [];
      const when = at === undefined ? {} : { at };
      return [{
        phase: phase.id,
        item: id,
        approval,
        ...when,
        ...(by === undefined ? {} : { by }),
      }];
    });
    const { approval } = standing;
    if (approval === undefined || !isApproved(standing)) return items;
    const { at, by, notes: _, proof: _p, ...given } = approval;
    return [...items, { phase: phase.id, approval: given, at, by }];
  });
}
