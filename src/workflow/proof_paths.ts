/**
 * Files that the verifications and approvals of a workflow name.
 * @module
 */
import type { ItemDefinition, WorkflowDefinition } from "./definition.ts";
import { substitute } from "./template.ts";

/**
 * The paths, relative to the project's root, each once, with the settings in place of their templates;
 * those with a template that has no setting are left out.
 * @param isMeant which items count. Default: all.
 */
export function proofPaths(
  { phases, settings }: Pick<WorkflowDefinition, "phases" | "settings">,
  isMeant: (item: ItemDefinition, phase: string) => boolean = () => true,
): readonly string[] {
  const items = phases.flatMap((phase) => phase.items.filter((item) => isMeant(item, phase.id)));
  const paths = items.flatMap(({ verification }): readonly string[] => {
    const { path } = verification.type === "file_exists" || verification.type === "manual_gate"
      ? verification
      : {};
    if (path === undefined) return [];
    const { text, missing } = substitute(path, settings);
    return missing.length > 0 || text.trim() === "" ? [] : [text];
  });
  return [...new Set(paths)];
}
