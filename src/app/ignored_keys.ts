/**
 * Keys of a gate that the definition's format lets pass although they mean nothing: the proof of the gate
 * may be among them.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import type { ItemDefinition, WorkflowDefinition } from "../workflow/definition.ts";
import { itemName } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Workspace } from "./workspace.ts";

/** How `parseDefinition` writes where an item is: `phases[0].items[1].key`, or `steps[1].key`. */
const IN_ITEM = /^(?:phases\[(\d+)\]\.items|steps)\[(\d+)\]\.(.+)$/;

/**
 * Remarks on gates that nothing proves, which name the unknown keys in them. From the session's own copy
 * of the file, which is read for such a gate only.
 */
export async function ignoredKeys(
  { manager }: { readonly manager: Pick<Workspace["manager"], "backend"> },
  state: SessionState,
): Promise<readonly string[]> {
  const { definition } = state;
  if (definition.format === 2 || !hasUnprovedGate(definition)) return [];
  try {
    const text = await manager.backend.readText(KEYS.sessionWorkflow(state.session));
    if (text === null) return [];
    const { parseDefinition } = await import("../workflow/parse_definition.ts");
    const { findings } = parseDefinition(text, { file: `${definition.name}.yaml` });
    return findings.flatMap(({ message, path }) => {
      const [, phase = "0", index = "", key = ""] = IN_ITEM.exec(path) ?? [];
      if (!message.startsWith("unknown key")) return [];
      const inPhase = definition.phases[Number(phase)];
      const item = inPhase?.items[Number(index)];
      if (inPhase === undefined || item === undefined || !isUnprovedGate(item)) return [];
      const name = itemName(state, inPhase.id, item.id);
      return [`Nothing proves the gate ${name}: its key "${key}" is unknown and was ignored`];
    });
  } catch {
    // The copy is looked at by other commands, which say what is wrong with it.
    return [];
  }
}

function hasUnprovedGate({ phases }: WorkflowDefinition): boolean {
  return phases.some(({ items }) => items.some(isUnprovedGate));
}

function isUnprovedGate({ step_type, verification, evidence_schema }: ItemDefinition): boolean {
  return step_type === "gate" && verification.type === "none" && evidence_schema === undefined;
}
