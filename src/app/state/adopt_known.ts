/**
 * A clone without a project takes the identity that a state branch has which it knows: the sessions that
 * begin here belong with those on it.
 * @module
 */
import { existsSync } from "node:fs";
import type { Workspace } from "../workspace.ts";
import { knownBranches } from "./all_branches.ts";
import { refsMayKnow } from "./known_refs.ts";
import { orWarn } from "./or_warn.ts";

/**
 * Makes the project as the newest known branch has it, where there is none. No server is asked, and no
 * session comes here.
 */
export async function adoptKnown(workspace: Workspace): Promise<void> {
  const { paths } = workspace;
  if (workspace.meta !== null || paths.isHome) return;
  // A branch does not say in which folder of a repository its project is.
  if (!existsSync(`${paths.root}/.git`) || !await refsMayKnow(workspace)) return;
  await orWarn(workspace, "The state branch could not be read", async () => {
    const [found, ...others] = await knownBranches(workspace);
    if (found === undefined) return;
    await found.branch.adopt(found.commit);
    await workspace.refresh();
    if (others.length === 0) return;
    const names = others.map(({ branch }) => branch.branch).join(", ");
    workspace.warn(
      `There are ${
        others.length + 1
      } state branches: this clone goes on with ${found.branch.branch}, the newest; also there: ${names}`,
    );
  });
}
