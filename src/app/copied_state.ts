/**
 * State that was copied here from another repository, where no remote tells.
 * @module
 */
import { COPIED_WITHOUT_REMOTE, lacksCommit } from "../project/root_commit.ts";
import type { Project, Warnings } from "./workspace.ts";

/** Warns where the repository has not got the commit on which the state was begun. */
export async function warnIfCopied(workspace: Project & Warnings, commit: string): Promise<void> {
  if (await lacksCommit(workspace.paths.root, commit, workspace.io.env)) {
    workspace.warn(COPIED_WITHOUT_REMOTE);
  }
}
