/**
 * Deciding the approval of an item by a person (`approve`).
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { checkedFile, gatePath, recordedApproval } from "./recorded_approval.ts";
import { refusalOfClaim } from "./claims.ts";
import type { Command, DecideContext } from "./commands.ts";
import type { Decision } from "./decision.ts";
import {
  inSpiteOf,
  isBetterNow,
  isToApproveAgain,
  proofsBehind,
  proofsHere,
  refusalOfStale,
  seenBy,
} from "./early_approval.ts";
import { recordedProofs } from "./freshness.ts";
import { isApproval } from "./held_proofs.ts";
import {
  currentPhase,
  itemState,
  type LocatedItem,
  namedItem,
  phaseState,
  requireItem,
} from "./locate.ts";
import { asHint, itemStep } from "./next_step.ts";
import { isDone, isRevoked } from "./reviews.ts";
import { ambiguousItem } from "./same_id.ts";
import type { Approval } from "./recorded.ts";
import type { SessionState } from "./state.ts";
import { checkAccompaniment, refusalOfNeeds, refusalOfSkipped } from "./verification_plan.ts";
import { recordedWork } from "./work_marks.ts";

/** Decides `approve` of an item. */
export function decideApproveItem(
  state: SessionState,
  command: Extract<Command, { kind: "approve_item" }>,
  context: DecideContext,
): Decision {
  const { item: id } = command;
  const doing = `approve "${id}"`;
  const found = requireApprovable(state, id);
  if (found.error !== undefined) return found;
  const { definition, phase, state: item } = found.value;
  if (!isApproval(definition)) return { error: refusalOfNone(state, found.value, doing) };
  const isAgain = item.status === "completed" && isDone(item);
  const thing = { phase: phase.definition, item: definition.id };
  const seen = seenBy(command);
  const isOther = isOtherFile(item.approval, command.approval) ||
    isToApproveAgain(state, thing, seen) || isBetterNow(state, item.approval, seen);
  if (isAgain && !isOther) {
    return { value: { events: [], already: `"${id}" is already approved` } };
  }
  if (item.status === "skipped") return { error: refusalOfSkipped(doing) };
  const claimed = refusalOfClaim(found.value, context, doing);
  if (claimed !== undefined) return { error: claimed };
  const approval = recordedApproval(state, command.approval, context, doing);
  if (approval.error !== undefined) return approval;
  const needs = isAgain || isRevoked(item) ? undefined : refusalOfNeeds(state, found.value, doing);
  if (needs !== undefined) return { error: needs };
  const given = checkAccompaniment(definition, command, {
    verb: "approve",
    demanded: true,
    name: id,
    format: state.definition.format,
    asBefore: context.asBefore,
  });
  if (given.error !== undefined) return given;
  const file = checkedFile(gatePath(state, definition), command.approval, doing);
  if (file.error !== undefined) return file;
  const stale = refusalOfStale(state, thing, { ...seen, doing });
  if (stale !== undefined) return { error: stale };
  // Lines of earlier programs do not say it.
  const inSpite = context.asBefore === true ? {} : inSpiteOf(state, thing, seen);
  return {
    value: {
      events: [{
        type: "item_approved",
        data: {
          phase: phase.definition.id,
          item: definition.id,
          ...given.value,
          approval: { ...approval.value, ...file.value, ...inSpite },
          ...recordedWork(state, command.work),
          ...recordedProofs(
            state,
            proofsHere(state, seen, thing),
            proofsBehind(state, phase.definition),
          ),
        },
      }],
    },
  };
}

function refusalOfNone(
  state: SessionState,
  { phase, definition }: LocatedItem,
  doing: string,
): OrchestratorError {
  return new OrchestratorError("item_blocked", `Cannot ${doing}: the item needs no approval`, {
    hint: asHint(itemStep(state, phase, definition)),
  });
}

/** Whether an approval is of a file that is not as it was when it was approved before. */
function isOtherFile(before: Approval | undefined, { file }: Approval): boolean {
  return before?.file !== undefined && file !== undefined && file.sha256 !== before.file.sha256;
}

/**
 * The gate of that name in the current phase; where it has no such item, the one of the earlier phases
 * whose approval was revoked, or says by a file or `inputs` what it is about: it can be given again.
 * @param name its id, or `PHASE/item`.
 */
export function requireApprovable(state: SessionState, name: string): Result<LocatedItem> {
  const found = requireItem(state, name, "approve");
  const current = currentPhase(state);
  if (found.value !== undefined || current === undefined) return found;
  const { phase: named, item: id } = namedItem(state, name);
  const again = state.definition.phases.slice(0, current.index).flatMap((definition, index) => {
    if (named !== undefined && definition.id !== named) return [];
    const phase = { index, definition, state: phaseState(state, definition.id) };
    const standing = itemState(phase.state, id);
    const item = definition.items.find((candidate) => candidate.id === id);
    const fits = isRevoked(standing) || standing.approval?.file !== undefined ||
      standing.status === "completed" && item !== undefined && isApproval(item) &&
        item.inputs !== undefined;
    return item === undefined || !fits ? [] : [{ phase, definition: item, state: standing }];
  });
  const [value] = again;
  if (value === undefined) return found;
  if (again.length === 1) return { value };
  const phases = again.map(({ phase }) => phase.definition);
  return { error: ambiguousItem(state, { id, phases, doing: `approve "${name}"` }) };
}
