/**
 * Names of sessions, each of which means one.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { openBranchSessions } from "./state/find_on_branch.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Makes sure that nothing else answers to a name, be it here or on the state branch. The repository
 * must be held.
 * @param except the session that is to have the name.
 * @throws `already_exists`
 */
export async function requireFreeName(
  workspace: Workspace,
  name: string,
  except?: string,
): Promise<void> {
  const { manager } = workspace;
  const answers = (id: string, known: string | null | undefined) =>
    id !== except && (known === name || id.startsWith(name));
  let taken: string | undefined;
  for (const id of await manager.listSessions()) {
    if (answers(id, (await manager.meta(id))?.name)) taken ??= id;
  }
  if (taken === undefined) {
    const there = await (await openBranchSessions(workspace))?.entries() ?? [];
    taken = there.find((entry) => answers(entry.id, entry.name))?.id;
  }
  if (taken === undefined) return;
  throw new OrchestratorError(
    "already_exists",
    `Cannot name the session "${name}": session ${taken} already has that name or ID`,
    { hint: "Choose another name" },
  );
}
