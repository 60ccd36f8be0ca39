/**
 * Which repository a confirmation is for.
 * @module
 */
import { realpathSync } from "node:fs";
import { gitRemote } from "../project/git_remote.ts";

/**
 * A name of the repository that none of its own files can choose, or a copied `meta.json` would bring
 * the trust of another one with it: the address it was cloned from, without credentials; its path
 * where it has none.
 *
 * @param root Absolute path of the project.
 */
export function trustedRepository(root: string): string {
  const remote = gitRemote(root);
  if (remote !== null) return remote;
  try {
    return realpathSync(root);
  } catch {
    return root;
  }
}
