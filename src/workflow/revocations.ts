/**
 * Approvals that were revoked and not given again.
 * @module
 */
import { own } from "./record.ts";
import type { Actor } from "./recorded.ts";
import type { PhaseState, SessionState, Withdrawal } from "./state.ts";

/** An approval that does not hold any more. */
export interface Revocation {
  readonly phase: string;
  /** Absent for the approval of the phase itself. */
  readonly item?: string;
  readonly seq: number;
  readonly time: string;
  readonly by: Actor;
  readonly reason: string;
}

/** The revocations of a state, in the order of the definition. */
export function revocationsOf({ definition, phases }: SessionState): readonly Revocation[] {
  return definition.phases.flatMap(({ id, items }): readonly Revocation[] => {
    const phase: PhaseState | undefined = own(phases, id);
    if (phase === undefined) return [];
    return [
      ...items.flatMap((item) =>
        revocation({ phase: id, item: item.id }, own(phase.items, item.id))
      ),
      ...revocation({ phase: id }, phase),
    ];
  });
}

function revocation(
  where: { readonly phase: string; readonly item?: string },
  standing: { readonly withdrawn?: Withdrawal; readonly withdrawnReason?: string } | undefined,
): readonly Revocation[] {
  const { withdrawn, withdrawnReason: reason = "" } = standing ?? {};
  if (withdrawn?.how !== "revoked" || withdrawn.because !== undefined) return [];
  const { seq, at: time, by } = withdrawn;
  return [{ ...where, seq, time, by, reason }];
}

/** `approval of review revoked`, as a clause behind how a session ended; null where none is. */
export function revokedText(state: SessionState): string | null {
  const names = revocationsOf(state).map(({ phase, item }) => item ?? `phase ${phase}`);
  if (names.length === 0) return null;
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  const word = names.length === 1 ? "approval" : "approvals";
  return `${word} of ${names.slice(0, 3).join(", ")}${more} revoked`;
}
