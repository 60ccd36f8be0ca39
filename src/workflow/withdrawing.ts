/**
 * Taking back what was done or approved: `reject`, `reopen`, `revoke`.
 *
 * | command | what | who | whatever needs it |
 * |---|---|---|---|
 * | `reject` | what was done, or a gate that waits | a person, where it is a gate | is open again, too |
 * | `reopen` | what was completed or skipped | anyone | must be completed once more |
 * | `revoke` | an approval, also of an ended phase or session | anyone | must be completed once more |
 *
 * They take back trust and never give it. Nothing is erased: the journal has what was there before.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import { refusalIfAgent } from "./approval_rules.ts";
import { isApproved, needsApproval } from "./blockers.ts";
import { type Command, type DecideContext, TEXT_LIMITS } from "./commands.ts";
import type { Decision } from "./decision.ts";
import type { PhaseDefinition } from "./definition.ts";
import { ambiguousItem } from "./same_id.ts";
import {
  currentPhase,
  itemState,
  type LocatedItem,
  namedItem,
  phaseState,
  requireItem,
} from "./locate.ts";
import { didYouMean } from "./nearest.ts";
import { dependents } from "./needs.ts";
import { asHint, itemStep } from "./next_step.ts";
import { isOpen } from "./reviews.ts";
import { shellWord } from "./shell_word.ts";
import type { ItemState, SessionState } from "./state.ts";
import { checkText, quoted } from "./texts.ts";

type Taking<Kind> = Extract<Command, { readonly kind: Kind }>;

/** Decides `reject`. */
export function decideReject(
  state: SessionState,
  command: Taking<"reject" | "reopen">,
  context: DecideContext,
): Decision {
  const { item: id } = command;
  const doing = `reject ${quoted(id)}`;
  const found = requireItem(state, id, "reject");
  if (found.error !== undefined) return found;
  const { definition, phase, state: item } = found.value;
  const isGate = definition.verification.type === "manual_gate";
  const refusal = isGate ? refusalIfAgent(state, context, doing) : undefined;
  if (refusal !== undefined) return { error: refusal };
  if (isOpen(item.status) && !isGate && item.withdrawn === undefined) {
    return { error: notDone(state, found.value, doing) };
  }
  const reason = reasonOf(command.reason, doing);
  if (reason.error !== undefined) return reason;
  if (saysSo(item, reason.value) && !hasMovedSince(found.value)) {
    return { value: { events: [], already: `"${id}" is already rejected` } };
  }
  const also = doneDependents(state, found.value);
  return {
    value: {
      events: [{
        type: "item_rejected",
        data: {
          phase: phase.definition.id,
          item: definition.id,
          reason: reason.value,
          ...(also.length === 0 ? {} : { also }),
          ...phaseToo(found.value),
        },
      }],
    },
  };
}

/** Decides `reopen`. */
export function decideReopen(state: SessionState, command: Taking<"reject" | "reopen">): Decision {
  const { item: id } = command;
  const doing = `reopen ${quoted(id)}`;
  const found = requireItem(state, id, "reopen");
  if (found.error !== undefined) return found;
  const { definition, phase, state: item } = found.value;
  if (item.approval !== undefined) {
    return {
      error: new OrchestratorError("item_blocked", `Cannot ${doing}: it was approved`, {
        hint: `Run \`orchestrator revoke ${shellWord(id)} --reason "<why>"\``,
        details: { item: definition.id },
      }),
    };
  }
  const reason = reasonOf(command.reason, doing);
  if (reason.error !== undefined) return reason;
  if (isOpen(item.status)) return { value: { events: [], already: `"${id}" is already open` } };
  const stale = doneDependents(state, found.value);
  return {
    value: {
      events: [{
        type: "item_reopened",
        data: {
          phase: phase.definition.id,
          item: definition.id,
          reason: reason.value,
          ...(stale.length === 0 ? {} : { stale }),
          ...phaseToo(found.value),
        },
      }],
    },
  };
}

/** Decides `revoke`. */
export function decideRevoke(state: SessionState, command: Taking<"revoke">): Decision {
  return "phase" in command.what
    ? revokePhase(state, command.what.phase, command)
    : revokeItem(state, command.what.item, command);
}

function revokePhase(state: SessionState, id: string, command: Taking<"revoke">): Decision {
  const what = `phase ${quoted(id)}`;
  const doing = `revoke the approval of ${what}`;
  const { phases } = state.definition;
  const phase = phases.find((candidate) => candidate.id === id);
  if (phase === undefined) {
    const ids = phases.map((candidate) => candidate.id);
    return {
      error: new OrchestratorError(
        "phase_unknown",
        `Cannot ${doing}: the workflow has no such phase`,
        { hint: didYouMean(id, ids) ?? `The phases are ${ids.join(", ")}` },
      ),
    };
  }
  const { approval, withdrawn } = phaseState(state, id);
  if (withdrawn !== undefined) {
    return { value: { events: [], already: `The approval of ${what} is already revoked` } };
  }
  if (approval === undefined) {
    const why = needsApproval(phase) ? "it was never approved" : "the phase needs no approval";
    return {
      error: new OrchestratorError("phase_blocked", `Cannot ${doing}: ${why}`, {
        hint: "Run `orchestrator status --verbose` to see the phases",
      }),
    };
  }
  const reason = reasonOf(command.reason, doing);
  if (reason.error !== undefined) return reason;
  const data = { phase: id, reason: reason.value, ...whereOf(command) };
  return { value: { events: [{ type: "approval_revoked", data }] } };
}

function revokeItem(state: SessionState, name: string, command: Taking<"revoke">): Decision {
  const doing = `revoke the approval of ${quoted(name)}`;
  const found = approvedItem(state, name, doing);
  if (found.error !== undefined) return found;
  const { phase, id, item } = found.value;
  if (item.withdrawn !== undefined) {
    return { value: { events: [], already: `The approval of "${name}" is already revoked` } };
  }
  const reason = reasonOf(command.reason, doing);
  if (reason.error !== undefined) return reason;
  const current = currentPhase(state);
  const isHere = current?.definition.id === phase.id;
  const located = isHere ? requireItem(state, name, "revoke").value : undefined;
  const stale = located === undefined ? [] : doneDependents(state, located);
  return {
    value: {
      events: [{
        type: "approval_revoked",
        data: {
          phase: phase.id,
          item: id,
          reason: reason.value,
          ...(stale.length === 0 ? {} : { stale }),
          ...(located === undefined ? {} : phaseToo(located)),
          ...whereOf(command),
        },
      }],
    },
  };
}

function whereOf({ elsewhere }: Taking<"revoke">): Pick<Taking<"revoke">, "elsewhere"> {
  return elsewhere === undefined ? {} : { elsewhere };
}

interface Approved {
  readonly phase: PhaseDefinition;
  readonly id: string;
  readonly item: ItemState;
}

/**
 * The item of that name whose approval can be revoked, or was: of the current phase where that has such
 * an item, or else of the one phase where it was approved.
 */
function approvedItem(state: SessionState, name: string, doing: string): Result<Approved> {
  const { phases } = state.definition;
  const { phase: named, item: id } = namedItem(state, name);
  const all = phases.filter((phase) =>
    (named === undefined || phase.id === named) && phase.items.some((item) => item.id === id)
  );
  if (all.length === 0) {
    const ids = phases.flatMap((phase) => phase.items.map((item) => item.id));
    return {
      error: new OrchestratorError(
        "item_unknown",
        `Cannot ${doing}: the workflow has no such item`,
        {
          hint: didYouMean(id, ids) ?? "Run `orchestrator status` to see the items",
        },
      ),
    };
  }
  const standings = all.map((phase): Approved => ({
    phase,
    id,
    item: itemState(phaseState(state, phase.id), id),
  }));
  const here = standings.filter(({ phase }) => phase.id === state.phase);
  const meant = here.length > 0 ? here : standings;
  const approved = meant.filter(({ item }) => item.approval !== undefined);
  const fitting = approved.some(({ item }) => item.withdrawn === undefined)
    ? approved.filter(({ item }) => item.withdrawn === undefined)
    : approved;
  const [value] = fitting;
  if (value !== undefined && fitting.length === 1) return { value };
  const revoked = meant.findLast(({ item }) => item.withdrawn?.how === "revoked");
  if (fitting.length === 0 && revoked !== undefined) return { value: revoked };
  if (fitting.length > 1) {
    return {
      error: ambiguousItem(state, { id, phases: fitting.map(({ phase }) => phase), doing }),
    };
  }
  return { error: neverApproved(standings, meant, doing) };
}

/** @param all the items of that id; an approval of another one may be what was meant. */
function neverApproved(
  all: readonly Approved[],
  meant: readonly Approved[],
  doing: string,
): OrchestratorError {
  const isGate = meant.some(({ phase, id }) =>
    phase.items.some((item) => item.id === id && item.verification.type === "manual_gate")
  );
  const rejected = meant.some(({ item }) => item.withdrawn?.how === "rejected");
  const because = !isGate
    ? "the item needs no approval"
    : rejected
    ? "it is not approved: it was rejected"
    : "it was never approved";
  const other = all.find(({ item }) => item.approval !== undefined && item.withdrawn === undefined);
  const id = meant[0]?.id ?? "";
  return new OrchestratorError("item_blocked", `Cannot ${doing}: ${because}`, {
    hint: other === undefined
      ? "Run `orchestrator status` to see its current status"
      : `Use \`${other.phase.id}/${id}\` to name the item of phase "${other.phase.id}"`,
    details: { item: id },
  });
}

function notDone(
  state: SessionState,
  { phase, definition }: LocatedItem,
  doing: string,
): OrchestratorError {
  return new OrchestratorError("item_blocked", `Cannot ${doing}: it is not completed`, {
    hint: asHint(itemStep(state, phase, definition)),
    details: { item: definition.id },
  });
}

function reasonOf(reason: unknown, doing: string): Result<string> {
  return checkText(reason, { doing, what: "reason", max: TEXT_LIMITS.reason });
}

/** Whether an item is open because of a rejection with that reason. */
function saysSo({ status, withdrawn, withdrawnReason }: ItemState, reason: string): boolean {
  return isOpen(status) && withdrawn?.how === "rejected" && withdrawnReason === reason;
}

/** Whether an item of the phase has changed since this one was rejected. */
function hasMovedSince({ phase, state }: LocatedItem): boolean {
  const rejected = state.withdrawn?.seq ?? 0;
  return Object.values(phase.state.items).some(({ touched }) => touched > rejected);
}

/** Items of the phase that are completed and need this one. */
function doneDependents(
  { definition }: SessionState,
  { phase, definition: { id } }: LocatedItem,
): readonly string[] {
  return dependents(definition, phase.definition, id)
    .filter((other) => itemState(phase.state, other).status === "completed");
}

/** The phase's approval was given for what it was before. */
function phaseToo({ phase }: LocatedItem): { readonly phaseToo?: true } {
  return isApproved(phase.state) ? { phaseToo: true } : {};
}
