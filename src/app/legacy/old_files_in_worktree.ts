/**
 * Files of the old tool in a linked worktree, whose state is another checkout's: they cannot move into it.
 * Their workflow can be taken over; they stay as they are.
 * @module
 */
import { readLegacyProject } from "../../legacy/project.ts";
import type { OrchestratorPaths } from "../../project/paths.ts";
import type { Project, Sessions } from "../workspace.ts";

/** The command line that takes a workflow of this directory over. */
const TAKE_OVER = "orchestrator import-legacy .";

/**
 * What is told of them, as a sentence without a full stop.
 * @param files how many there are.
 * @returns null where nothing is left to take over; undefined where they can move: this is no such worktree.
 */
export async function worktreeNotice(
  { paths, manager }: Pick<Project, "paths"> & Pick<Sessions, "manager">,
  files: number,
): Promise<string | null | undefined> {
  const shared = paths.stateHome?.shared;
  if (shared === undefined) return undefined;
  const sessions = readLegacyProject(paths.root).workflows
    .flatMap(({ summary }) => summary === null ? [] : [summary.session]);
  const isThere = await Promise.all(sessions.map((id) => manager.backend.hasSession(id)));
  if (isThere.every((there) => there)) return null;
  const [verb, count] = files === 1 ? ["lies", "1 file"] : ["lie", `${files} files`];
  return `${count} of the old tool ${verb} in this linked worktree; "${TAKE_OVER}" takes its workflow into the state of "${shared.of}", and changes none of them`;
}

/**
 * What to do in such a worktree instead of migrating, as a hint; null where the command can be run in the
 * main checkout, and where it need not be refused.
 */
export function insteadOfMigrating({ root, stateHome }: OrchestratorPaths): string | null {
  if (stateHome?.shared === undefined) return null;
  if (readLegacyProject(root).workflows.length > 0) {
    return `Run \`${TAKE_OVER}\`: it takes the workflow of this worktree into that state, and changes none of its files`;
  }
  // A repository without a checkout has no files of a root.
  return stateHome.worktree?.main === null ? "Run `orchestrator status`" : null;
}
