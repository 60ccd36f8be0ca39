/**
 * Items of several phases that have the same id.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { PhaseDefinition } from "./definition.ts";
import type { SessionState } from "./state.ts";

/** The refusal of an id that means an item of more than one earlier phase. */
export function ambiguousItem(
  { phase: current }: SessionState,
  { id, phases, doing }: {
    readonly id: string;
    /** Where it fits, at least two. */
    readonly phases: readonly PhaseDefinition[];
    readonly doing: string;
  },
): OrchestratorError {
  const names = phases.map((phase) => `${phase.id}/${id}`);
  return new OrchestratorError(
    "item_blocked",
    `Cannot ${doing}: it means items of several phases: ${names.join(", ")}`,
    {
      hint: `Name one with its phase, as in \`${names.at(-1)}\``,
      details: { item: id, phases: phases.map((phase) => phase.id), currentPhase: current },
    },
  );
}
