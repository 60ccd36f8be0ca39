/**
 * What to do where an item of an ended phase was refused.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { wayForEnded } from "../workflow/ended_phase.ts";
import type { Context } from "./context.ts";

const REFUSED: readonly string[] = ["complete", "reject", "reopen"];

/**
 * The refusal with the way that is left as its hint, where the phase has ended.
 * @param error an `item_blocked` with the item's phase among its details.
 */
export async function withWay(
  error: OrchestratorError,
  context: Context | undefined,
): Promise<OrchestratorError> {
  const { item, phase } = error.details ?? {};
  const session = context?.changing ?? null;
  const isPlace = typeof item === "string" && typeof phase === "string";
  if (context === undefined || session === null || !isPlace) return error;
  if (!REFUSED.includes(context.operation)) return error;
  const { state } = await context.manager.load(session);
  const hint = wayForEnded(state, { phase, item });
  if (hint === undefined) return error;
  return new OrchestratorError(error.code, error.message, {
    hint,
    details: { ...error.details },
    cause: error,
  });
}
