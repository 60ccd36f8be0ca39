/**
 * Finding the phase or item that a command names.
 * @module
 */
import { OrchestratorError, type Result } from "../errors.ts";
import type { ItemDefinition, PhaseDefinition } from "./definition.ts";
import { didYouMean } from "./nearest.ts";
import { own } from "./record.ts";
import { revokedText } from "./revocations.ts";
import type { ItemState, PhaseState, SessionState } from "./state.ts";
import { quoted } from "./texts.ts";

/** A phase with its position in the workflow and its status. */
export interface LocatedPhase {
  readonly index: number;
  readonly definition: PhaseDefinition;
  readonly state: PhaseState;
}

/** An item of the current phase with its status. */
export interface LocatedItem {
  readonly phase: LocatedPhase;
  readonly definition: ItemDefinition;
  readonly state: ItemState;
}

const UNKNOWN_PHASE: PhaseState = { status: "pending", items: {} };
const UNKNOWN_ITEM: ItemState = { status: "pending", touched: 0, failures: 0 };

/** A phase's standing; that of an untouched phase where the state has none. */
export function phaseState(state: SessionState, phase: string): PhaseState {
  return own(state.phases, phase) ?? UNKNOWN_PHASE;
}

/** An item's standing in a phase; that of an untouched item where the state has none. */
export function itemState(phase: PhaseState, item: string): ItemState {
  return own(phase.items, item) ?? UNKNOWN_ITEM;
}

/** The phase the session is in; undefined when the workflow has ended (or has no phases). */
export function currentPhase(state: SessionState): LocatedPhase | undefined {
  if (state.status !== "active" || state.phase === null) return undefined;
  const index = state.definition.phases.findIndex((phase) => phase.id === state.phase);
  const definition = state.definition.phases[index];
  if (definition === undefined) return undefined;
  return { index, definition, state: phaseState(state, definition.id) };
}

/** True for the last phase. */
export function isLastPhase(state: SessionState, phase: LocatedPhase): boolean {
  return phase.index === state.definition.phases.length - 1;
}

/**
 * The current phase, or why there is none: `workflow_ended`, or `state_corrupt` when an active
 * session names no phase of its definition.
 *
 * @param doing What is refused, as it follows "Cannot".
 */
export function requireCurrentPhase(state: SessionState, doing: string): Result<LocatedPhase> {
  const ended = refusalIfEnded(state, doing);
  if (ended !== undefined) return { error: ended };
  const value = currentPhase(state);
  if (value !== undefined) return { value };
  return {
    error: new OrchestratorError(
      "state_corrupt",
      `Cannot ${doing}: the current phase of the session is not in its workflow`,
      { hint: "Run `orchestrator log verify`" },
    ),
  };
}

/** The `workflow_ended` refusal, or undefined while the workflow is active. */
export function refusalIfEnded(state: SessionState, doing: string): OrchestratorError | undefined {
  if (state.status === "active") return undefined;
  const end = state.status === "completed" ? "finished" : "abandoned";
  const revoked = revokedText(state);
  const since = revoked === null ? "" : `; ${revoked}`;
  return new OrchestratorError(
    "workflow_ended",
    `Cannot ${doing}: the workflow is ${end}${since}`,
    {
      hint: 'Start a new session with `orchestrator start "<task>"`',
      details: { status: state.status, endedAt: state.endedAt ?? null },
    },
  );
}

/** An item as people name it: its id, or `PHASE/item`. */
export function namedItem(
  { definition: { phases } }: SessionState,
  name: string,
): { readonly phase?: string; readonly item: string } {
  const slash = name.lastIndexOf("/");
  const phase = phases.find(({ id }) => id === name.slice(0, Math.max(slash, 0)))?.id;
  const isId = phases.some(({ items }) => items.some(({ id }) => id === name));
  return phase === undefined || isId ? { item: name } : { phase, item: name.slice(slash + 1) };
}

/** An item as commands are told it: `PHASE/item` where its id alone may mean another one. */
export function itemName(state: SessionState, phase: string, item: string): string {
  const { phases } = state.definition;
  const isOther = ({ id, items }: PhaseDefinition) =>
    id !== phase && items.some((other) => other.id === item);
  return state.phase !== phase && phases.some(isOther) ? `${phase}/${item}` : item;
}

/** What takes something back: for it a later phase does not have to begin. */
const BACKWARD: readonly string[] = ["reject", "reopen", "release", "revoke"];

/** What leads out of a phase. */
function stepTo({ definition, state }: LocatedPhase): string {
  const open = definition.items.filter(({ id, required }) => {
    const { status, withdrawn, needsAgain } = itemState(state, id);
    const isDone = status === "completed" || status === "skipped";
    return required && !(isDone && withdrawn === undefined && needsAgain === undefined);
  }).map(({ id }) => id);
  return open.length === 0
    ? `Run \`orchestrator advance\` to end phase "${definition.id}" first`
    : `First do what is open in phase "${definition.id}": ${open.join(", ")} ` +
      "(`orchestrator status` shows the next step)";
}

/**
 * The item of that name in the current phase, or why it cannot be had: `workflow_ended`,
 * `item_blocked` when it belongs to another phase, `item_unknown` when to none.
 *
 * @param name its id, or `PHASE/item`.
 * @param verb What is refused: `complete`, `skip`, `approve`.
 */
export function requireItem(state: SessionState, name: string, verb: string): Result<LocatedItem> {
  const doing = `${verb} ${quoted(name)}`;
  const current = requireCurrentPhase(state, doing);
  if (current.error !== undefined) return current;
  const phase = current.value;
  const { phase: named, item: id } = namedItem(state, name);
  const isMeant = (candidate: PhaseDefinition) => named === undefined || candidate.id === named;
  const definition = phase.definition.items.find((item) => item.id === id);
  if (definition !== undefined && isMeant(phase.definition)) {
    return { value: { phase, definition, state: itemState(phase.state, id) } };
  }
  const elsewhere = state.definition.phases.findIndex((other) =>
    isMeant(other) && other.items.some((item) => item.id === id)
  );
  const home = state.definition.phases[elsewhere];
  if (home === undefined) {
    const candidates = [
      ...phase.definition.items.map((item) => item.id),
      ...state.definition.phases.flatMap((other) => other.items.map((item) => item.id)),
    ];
    return {
      error: new OrchestratorError(
        "item_unknown",
        `Cannot ${doing}: the workflow has no such item`,
        {
          hint: didYouMean(id, candidates) ?? "Run `orchestrator status` to see the items",
        },
      ),
    };
  }
  const when = elsewhere < phase.index ? "which has ended" : "which has not started";
  return {
    error: new OrchestratorError(
      "item_blocked",
      `Cannot ${doing}: it belongs to phase "${home.id}", ${when}; ` +
        `the current phase is "${phase.definition.id}"`,
      {
        hint: elsewhere < phase.index || BACKWARD.includes(verb)
          ? "Run `orchestrator status` to see which items are open"
          : stepTo(phase),
        details: { item: id, phase: home.id, currentPhase: phase.definition.id },
      },
    ),
  };
}
