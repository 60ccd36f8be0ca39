/**
 * Checks of `needs:` in a definition: each names an item that can be done before.
 * @module
 */
import type { ItemDefinition, PhaseDefinition, WorkflowDefinition } from "./definition.ts";
import { didYouMean, quote } from "./finding.ts";
import { needsOf, resolveNeed } from "./needs.ts";

/** What is wrong with the needs of an item. */
export interface NeedsProblem {
  readonly phase: PhaseDefinition;
  readonly item: ItemDefinition;
  /** Its place in the list. */
  readonly entry: number;
  readonly message: string;
  readonly hint?: string;
}

/** The problems of a definition, in its order. */
export function needsProblems(definition: WorkflowDefinition): readonly NeedsProblem[] {
  const reported = new Set<string>();
  return definition.phases.flatMap((phase) =>
    phase.items.flatMap((item) =>
      (item.needs ?? []).flatMap((id, entry): readonly NeedsProblem[] => {
        const problem = problemOf(definition, phase, item, id) ??
          circle(definition, phase, item, { id, reported });
        return problem === undefined ? [] : [{ phase, item, entry, ...problem }];
      })
    )
  );
}

type Problem = Pick<NeedsProblem, "message" | "hint">;

function problemOf(
  definition: WorkflowDefinition,
  phase: PhaseDefinition,
  item: ItemDefinition,
  id: string,
): Problem | undefined {
  if (id === item.id) return { message: `item ${quote(id)} needs itself`, hint: "Remove it" };
  if (resolveNeed(definition, phase.id, id) !== undefined) return undefined;
  const later = definition.phases.find((other) => other.items.some((one) => one.id === id));
  if (later !== undefined) {
    return {
      message: `item ${quote(item.id)} needs ${quote(id)} of phase ${quote(later.id)}, ` +
        "which comes later",
      hint: "Name an item of the same phase or of an earlier one",
    };
  }
  const upTo = definition.phases.slice(0, definition.phases.indexOf(phase) + 1);
  const ids = upTo.flatMap(({ items }) => items.map((other) => other.id));
  const hint = didYouMean(id, ids.filter((other) => other !== item.id));
  return {
    message: `item ${quote(item.id)} needs ${quote(id)}, which is no item of the workflow`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** A way from the item back to itself by its need `id`; each circle is reported once. */
function circle(
  definition: WorkflowDefinition,
  phase: PhaseDefinition,
  item: ItemDefinition,
  { id, reported }: { readonly id: string; readonly reported: Set<string> },
): Problem | undefined {
  const way = wayTo(definition, phase, { from: id, to: item.id, seen: new Set([item.id]) });
  if (way === undefined) return undefined;
  const name = [...way, item.id].sort().join(" ");
  if (reported.has(name)) return undefined;
  reported.add(name);
  const gate = phase.items.find((one) => way.includes(one.id) && !isWritten(one, way));
  const links = way.map((one) => quote(one));
  return {
    message: `item ${quote(item.id)} needs ${[...links, quote(item.id)].join(", which needs ")}`,
    hint: gate === undefined
      ? "Remove one of them"
      : `In format 2 the gate ${quote(gate.id)} needs the required items that stand before it`,
  };
}

/** Items from `from` to one that needs `to`, within a phase: needs of earlier ones lead nowhere back. */
function wayTo(
  definition: WorkflowDefinition,
  phase: PhaseDefinition,
  { from, to, seen }: {
    readonly from: string;
    readonly to: string;
    readonly seen: Set<string>;
  },
): readonly string[] | undefined {
  if (seen.has(from)) return undefined;
  seen.add(from);
  const item = phase.items.find((candidate) => candidate.id === from);
  if (item === undefined) return undefined;
  const needs = needsOf(definition, phase, item).filter((need) => need.phase === phase.id);
  if (needs.some((need) => need.item === to)) return [from];
  for (const need of needs) {
    const rest = wayTo(definition, phase, { from: need.item, to, seen });
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}

/** Whether an item names the one behind it on a way, or is the last of it. */
function isWritten({ id, needs = [] }: ItemDefinition, way: readonly string[]): boolean {
  const next = way[way.indexOf(id) + 1];
  return next === undefined || needs.includes(next);
}
