/**
 * Where a linked worktree works, and whose state that is.
 * @module
 */
import type { worktreeParts } from "../../answers/parts.ts";
import type { DataOf } from "../../answers/table.ts";
import type { OrchestratorPaths } from "../../project/paths.ts";
import type { StateHome } from "../../state_layout/home.ts";

/** What `status` says of it, and what it has for programs. */
export function whereabouts(
  { root }: Pick<OrchestratorPaths, "root">,
  { worktree, shared, directory }: StateHome,
): { readonly text: string | undefined; readonly data: DataOf<typeof worktreeParts> } {
  const name = worktree?.name ?? null;
  return {
    text: shared === undefined ? undefined : `State of ${shared.of}, work in ${root}`,
    data: {
      worktree: {
        name,
        root,
        stateDirectory: directory,
        stateOf: shared?.of ?? null,
      },
    },
  };
}
