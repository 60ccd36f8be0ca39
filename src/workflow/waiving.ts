/**
 * Finishing in spite of proofs that no longer fit the files (`finish --accept-stale`): what was true only
 * at its time cannot be proved again, and an item of an ended phase cannot be skipped any more.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { refusalIfAgent } from "./approval_rules.ts";
import type { Blocker } from "./blockers.ts";
import type { Command, DecideContext } from "./commands.ts";
import { namedItem } from "./locate.ts";
import type { Waived } from "./proof_seen.ts";
import { ambiguousItem } from "./same_id.ts";
import { checkWeightyReason } from "./skip_rules.ts";
import type { SessionState } from "./state.ts";

/** What `finish` records of it, and what still blocks. */
interface Waiver {
  readonly left: readonly Blocker[];
  readonly recorded: { readonly waived?: readonly Waived[]; readonly reason?: string };
}

/**
 * What a person accepts of what blocks `finish`: stale proofs, and items of earlier phases that failed
 * when they were checked again.
 */
export function decideWaiver(
  state: SessionState,
  { waive }: Extract<Command, { kind: "finish" }>,
  blockers: readonly Blocker[],
  context: DecideContext,
): Result<Waiver> {
  if (waive === undefined) return { value: { left: blockers, recorded: {} } };
  const reason = checkWaiver(state, waive, context);
  if (reason.error !== undefined) return reason;
  let left = blockers;
  const waived: Waived[] = [];
  for (const name of waive.items) {
    const found = waivable(state, name, blockers);
    if (found.error !== undefined) return found;
    const { phase, item } = found.value;
    if (waived.some((one) => one.phase === phase && one.item === item)) continue;
    waived.push({ phase, item });
    left = left.filter((one) =>
      !isWaivable(state, one) || one.phase !== phase || one.item !== item
    );
  }
  return { value: { left, recorded: { waived, reason: reason.value } } };
}

/** What can be refused before any proof is compared. @returns the reason as it is recorded. */
export function checkWaiver(
  state: SessionState,
  { reason }: { readonly reason: string },
  context: DecideContext,
): Result<string> {
  const doing = "accept stale proofs";
  const refused = refusalIfAgent(state, context, doing);
  if (refused !== undefined) return { error: refused };
  return checkWeightyReason(reason, doing, context);
}

type ItemBlocker = Extract<
  Blocker,
  { readonly kind: "proof_stale" | "proof_unknown" | "item_open" }
>;

function isWaivable(state: SessionState, blocker: Blocker): blocker is ItemBlocker {
  if (blocker.kind === "item_open") {
    return blocker.status === "failed" && blocker.phase !== state.phase;
  }
  return blocker.kind === "proof_stale" || blocker.kind === "proof_unknown";
}

function waivable(
  state: SessionState,
  name: string,
  blockers: readonly Blocker[],
): Result<Waived> {
  const { phase, item: id } = namedItem(state, name);
  const doing = `accept "${name}"`;
  const found = blockers.filter((one) => isWaivable(state, one))
    .filter((one) => one.item === id && (phase === undefined || one.phase === phase));
  const phases = state.definition.phases.filter((one) =>
    found.some((blocker) => blocker.phase === one.id)
  );
  const [first] = phases;
  if (first === undefined) {
    return {
      error: new OrchestratorError(
        "item_blocked",
        `Cannot ${doing}: no stale proof of it blocks the end of the workflow`,
        { hint: "Run `orchestrator status --fresh`" },
      ),
    };
  }
  if (phases.length > 1) return { error: ambiguousItem(state, { id, phases, doing }) };
  return { value: { phase: first.id, item: id } };
}
