/**
 * What can still be done about the items of an ended phase: their work is corrected and checked again,
 * and their approvals are revoked and given again.
 * @module
 */
import type { PhaseDefinition } from "./definition.ts";
import { itemName, itemState, phaseState } from "./locate.ts";
import { workBefore } from "./next_step.ts";
import { isRevoked } from "./reviews.ts";
import { shellWord } from "./shell_word.ts";
import type { SessionState } from "./state.ts";

/**
 * The way that is left where `complete`, `reject` or `reopen` was refused.
 * @param where the item's phase and id.
 * @returns a sentence that names one command; undefined where the phase has not ended, or the item was
 *   never completed.
 */
export function wayForEnded(
  state: SessionState,
  where: { readonly phase: string; readonly item: string },
): string | undefined {
  const { phases } = state.definition;
  const index = phases.findIndex(({ id }) => id === where.phase);
  const phase = phases[index];
  if (phase === undefined || index >= phases.findIndex(({ id }) => id === state.phase)) {
    return undefined;
  }
  const { status, approval, withdrawn } = itemState(phaseState(state, phase.id), where.item);
  if (status !== "completed") return undefined;
  const name = shellWord(itemName(state, phase.id, where.item));
  if (approval === undefined) {
    return `Correct the work, then run \`orchestrator ${correction(state, phase, [where.item])}\``;
  }
  return withdrawn === undefined
    ? `Run \`orchestrator revoke ${name} --reason "<why>"\``
    : `Correct the work, then ask a person to run \`orchestrator approve ${name}\``;
}

/** How the work of ended phases whose approval was revoked is corrected, as sentences. */
export function correctionRemarks(state: SessionState): readonly string[] {
  const { phases } = state.definition;
  const ended = phases.slice(0, Math.max(0, phases.findIndex(({ id }) => id === state.phase)));
  return ended.flatMap((phase) => {
    const { items } = phaseState(state, phase.id);
    return phase.items.flatMap((item): readonly string[] => {
      const standing = items[item.id];
      if (standing?.withdrawn === undefined || !isRevoked(standing)) return [];
      const { seq } = standing.withdrawn;
      const work = workBefore(phase, item);
      if (work.some((id) => (items[id]?.touched ?? 0) > seq)) return [];
      return [
        `Before ${phase.id}/${item.id} is approved again, the work can be corrected: change it, then run ` +
        `orchestrator ${correction(state, phase, work)}`,
      ];
    });
  });
}

/** Words behind the program's name: they record that work was corrected. */
function correction(
  state: SessionState,
  phase: PhaseDefinition,
  work: readonly string[],
): string {
  const { items } = phaseState(state, phase.id);
  const proved = phase.items.findLast(({ id, verification: { type } }) =>
    work.includes(id) && (type === "command" || type === "file_exists") &&
    items[id]?.status === "completed"
  );
  return proved === undefined
    ? 'note "<text>"'
    : `recheck ${shellWord(itemName(state, phase.id, proved.id))}`;
}
