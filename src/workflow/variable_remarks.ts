/**
 * Variables that were set while commands ran and that change what programs do, as sentences for people.
 * @module
 */
import { itemState, phaseState } from "./locate.ts";
import type { SessionState } from "./state.ts";

/** How many names one sentence has. */
const MOST_NAMES = 5;

/** Where git looks for its own configuration, and what npm passes to every program that it starts. */
const USUAL = /^(?:GIT_CONFIG_|npm_config_(?!script_shell|shell|node_options|if_present))/;

/** One sentence for each set of variables, in the order of the items. */
export function variableRemarks(state: SessionState): readonly string[] {
  const items = new Map<string, string[]>();
  const every = state.definition.phases.flatMap((phase) =>
    phase.items.map((item) => ({ phase, item }))
  );
  for (const { phase, item } of every) {
    const { verification } = itemState(phaseState(state, phase.id), item.id);
    if (verification?.type !== "command" || !Array.isArray(verification.variables)) continue;
    const names = verification.variables.filter((name) => !USUAL.test(String(name)));
    if (names.length === 0) continue;
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : "";
    const set = `${names.slice(0, MOST_NAMES).join(", ")}${more}`;
    items.set(set, [...items.get(set) ?? [], `${phase.id}/${item.id}`]);
  }
  return [...items].map(([set, ran]) => {
    const more = ran.length > MOST_NAMES ? ` and ${ran.length - MOST_NAMES} more` : "";
    return `Set while commands ran, and can change what they do: ${set} (${
      ran.slice(0, MOST_NAMES).join(", ")
    }${more})`;
  });
}
