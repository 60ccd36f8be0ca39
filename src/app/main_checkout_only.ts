/**
 * What is done in the main checkout only: it is about the state as a whole, or about files of a root; and what is refused in a worktree.
 * @module
 */
import { dirname } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { partBelow } from "../platform/path.ts";
import { STATE_HOME_VARIABLE } from "../project/state_home.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { Project } from "./workspace.ts";

/**
 * Refuses it in a linked worktree whose state is the main checkout's.
 * @param doing e.g. `migrate`
 * @param own the command that does it for this worktree alone; null where there is none.
 * @param instead a hint that names another way; null where there is none.
 * @throws `other_checkout`
 */
export function requireOwnState(
  { paths }: Pick<Project, "paths">,
  doing: string,
  own: string | null,
  instead: string | null = null,
): void {
  const shared = paths.stateHome?.shared;
  const main = paths.stateHome?.worktree?.main ?? null;
  if (shared === undefined || (main === null && own === null && instead === null)) return;
  const alone = `\`${STATE_HOME_VARIABLE}=worktree ${own}\``;
  throw new OrchestratorError(
    "other_checkout",
    `Cannot ${doing} in "${paths.root}": the state of this linked worktree is that of "${shared.of}"`,
    {
      hint: instead !== null ? instead : own === null
        ? `Run it in "${shared.of}"`
        // A repository without a checkout has no files of a root.
        : main === null
        ? `For this worktree alone: ${alone}`
        : `Run it in "${shared.of}", or for this worktree alone: ${alone}`,
      details: { root: paths.root, stateOf: shared.of },
    },
  );
}

/**
 * Refuses to put files of a project into git's own directory of a bare repository.
 * @param doing e.g. `init`
 * @throws `other_checkout`
 */
export function requireCheckout({ paths }: Pick<Project, "paths">, doing: string): void {
  const { stateHome, root } = paths;
  if (stateHome?.why !== "bare" || stateHome.worktree !== null) return;
  const repository = dirname(dirname(stateHome.directory));
  if (partBelow(repository, root) === null) return;
  throw new OrchestratorError(
    "other_checkout",
    `Cannot ${doing} in "${root}": it is the directory of a bare repository`,
    { hint: "Run it in a worktree of the repository", details: { root } },
  );
}

/**
 * The refusal in a linked worktree whose branch is from before the portable mode of its main checkout: a
 * state that git does not track would be removed with the worktree.
 * @param operation as messages name it
 */
export function olderBranch(
  { root }: Pick<OrchestratorPaths, "root">,
  operation: string,
): OrchestratorError {
  return new OrchestratorError(
    "other_checkout",
    `Cannot run "${operation}" in "${root}" with sessions: its branch has no committed state, and the main checkout is in portable mode`,
    {
      hint:
        `Merge a branch that has it, or run \`orchestrator init --portable\` here; ${STATE_HOME_VARIABLE}=worktree keeps a state that is removed with the worktree`,
      details: { root },
    },
  );
}

/**
 * Refuses normal mode in a linked worktree while its main checkout is in portable mode: the sessions
 * committed here would not count, and no other could begin.
 * @throws `other_checkout`
 */
export function requireNotPortableMain(
  { root, stateHome }: Pick<OrchestratorPaths, "root" | "stateHome">,
): void {
  if (stateHome?.mainToo !== true) return;
  const main = stateHome?.worktree?.main ?? null;
  throw new OrchestratorError(
    "other_checkout",
    `Cannot init --normal in "${root}": its main checkout is in portable mode, and the sessions of this linked worktree would no longer be found`,
    {
      hint: `Run \`orchestrator init --normal\` in ${
        main === null ? "the main checkout" : `"${main}"`
      }, commit it and merge it here`,
      details: { root },
    },
  );
}
