/**
 * `needs` of an item: other items that must be done before it is completed or approved.
 *
 * An id means an item of the same phase, or else of the nearest earlier phase that has one. In
 * `format: 2` a manual gate also needs the required items that stand before it in its phase. A skipped
 * item counts as done: whether it may be skipped is decided by its own rules, and the skip stays visible.
 * @module
 */
import type { ItemDefinition, PhaseDefinition, WorkflowDefinition } from "./definition.ts";
import { itemState, phaseState } from "./locate.ts";
import { isDone } from "./reviews.ts";
import type { SessionState } from "./state.ts";

/** An item and its phase. */
export interface Needed {
  readonly phase: string;
  readonly item: string;
}

/** The item that an id under `needs:` means; undefined where there is none, or only a later one. */
export function resolveNeed(
  { phases }: WorkflowDefinition,
  phase: string,
  id: string,
): Needed | undefined {
  const own = phases.findIndex((candidate) => candidate.id === phase);
  for (let index = own; index >= 0; index -= 1) {
    const candidate = phases[index];
    if (candidate?.items.some((item) => item.id === id) === true) {
      return { phase: candidate.id, item: id };
    }
  }
  return undefined;
}

/** What an item needs, each once, in the order of the definition's text. */
export function needsOf(
  definition: WorkflowDefinition,
  phase: PhaseDefinition,
  item: ItemDefinition,
): readonly Needed[] {
  const written = (item.needs ?? []).flatMap((id): readonly Needed[] => {
    const need = resolveNeed(definition, phase.id, id);
    return need === undefined || isSame(need, { phase: phase.id, item: item.id }) ? [] : [need];
  });
  const gate = definition.format === 2 && item.verification.type === "manual_gate";
  const before = gate ? phase.items.slice(0, phase.items.indexOf(item)) : [];
  const implied = before.filter(({ required }) => required)
    .map(({ id }) => ({ phase: phase.id, item: id }));
  const all = [...written, ...implied];
  return all.filter((need, index) => all.findIndex((other) => isSame(need, other)) === index);
}

/** What an item needs and what is not done. */
export function openNeeds(
  state: SessionState,
  phase: PhaseDefinition,
  item: ItemDefinition,
): readonly Needed[] {
  return needsOf(state.definition, phase, item).filter((need) => !isDone(stateOf(state, need)));
}

/** Items of the same phase that need an item, directly or by others; in the order of the phase. */
export function dependents(
  definition: WorkflowDefinition,
  phase: PhaseDefinition,
  item: string,
): readonly string[] {
  const found = new Set([item]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const candidate of phase.items) {
      const needs = needsOf(definition, phase, candidate);
      const isOne = needs.some((need) => need.phase === phase.id && found.has(need.item));
      if (isOne) found.add(candidate.id);
    }
  }
  found.delete(item);
  return phase.items.map(({ id }) => id).filter((id) => found.has(id));
}

/** The first item of a later phase that needs an item; undefined where none does. */
export function neededLater(
  { phases, ...definition }: WorkflowDefinition,
  phase: PhaseDefinition,
  item: string,
): Needed | undefined {
  const index = phases.indexOf(phase);
  for (const later of index < 0 ? [] : phases.slice(index + 1)) {
    for (const candidate of later.items) {
      if (candidate.needs?.includes(item) !== true) continue;
      const need = resolveNeed({ phases, ...definition }, later.id, item);
      if (need?.phase === phase.id) return { phase: later.id, item: candidate.id };
    }
  }
  return undefined;
}

/** Items as a clause names them: `"a"`, `"a" and "b"`, `"a", "b" and 3 more`. */
export function namesText(items: readonly string[]): string {
  const names = items.map((item) => `"${item}"`);
  const most = 5;
  const shown = names.length > most + 1 ? names.slice(0, most) : names.slice(0, -1);
  const last = names.length > most + 1 ? `${names.length - most} more` : names.at(-1) ?? "";
  return shown.length === 0 ? last : `${shown.join(", ")} and ${last}`;
}

function stateOf(state: SessionState, { phase, item }: Needed) {
  return itemState(phaseState(state, phase), item);
}

function isSame(one: Needed, other: Needed): boolean {
  return one.phase === other.phase && one.item === other.item;
}
