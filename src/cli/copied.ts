/**
 * State that was copied here from another repository, where no remote tells.
 * @module
 */
import { COPIED_WITHOUT_REMOTE, lacksCommit } from "../project/root_commit.ts";
import type { Context } from "./context.ts";

/** Warns where the repository has not got the commit on which the state was begun. */
export async function warnIfCopied(context: Context, commit: string): Promise<void> {
  if (await lacksCommit(context.paths.root, commit, context.io.env)) {
    context.warn(COPIED_WITHOUT_REMOTE);
  }
}
