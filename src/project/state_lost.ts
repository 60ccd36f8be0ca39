/**
 * What is said where the place of the state cannot be told: a second state must not begin.
 * @module
 */
import { basename, dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { readStrictly } from "./git_files.ts";

const OWN = "ORCHESTRATOR_STATE_HOME=worktree";

/** Git's directory for this worktree is not there. */
export function brokenLink(gitFile: string, admin: string): OrchestratorError {
  const common = dirname(dirname(admin));
  const top = dirname(gitFile);
  const isPruned = readStrictly(join(common, "HEAD")) !== null;
  return lost(
    top,
    isPruned
      ? `git has pruned this worktree from "${common}"`
      : `the repository of this worktree is not at "${common}"`,
    isPruned
      ? `Work in the main checkout, which has the sessions; ${OWN} gives this folder a state of its own`
      : `Run \`git worktree repair\` with this folder's path in the main checkout, where it is now; where it is not on this machine, ${OWN} gives this folder a state of its own`,
    { worktree: top, repository: common },
  );
}

/** Git has it at another path. */
export function moved(gitFile: string, admin: string): OrchestratorError {
  const top = dirname(gitFile);
  return lost(
    top,
    `git has the worktree "${basename(admin)}" at another path`,
    `If this folder was moved, run \`git worktree repair\` in it; if it is a copy or is mounted here, ${OWN} gives it a state of its own`,
    { worktree: top, repository: dirname(dirname(admin)) },
  );
}

/** A `.git` file that leads to no repository. */
export function senseless(gitFile: string): OrchestratorError {
  const top = dirname(gitFile);
  return lost(
    top,
    `the file "${gitFile}" does not lead to a repository`,
    `Repair it, in a linked worktree with \`git worktree repair\` in the main checkout; ${OWN} gives this folder a state of its own`,
    { worktree: top },
  );
}

/** Nothing says where the main checkout is. */
export function unknownMain(root: string, common: string): OrchestratorError {
  return lost(
    root,
    `the main checkout of "${common}" is not known, and it may have the state`,
    `Run \`orchestrator status\` in the main checkout once; ${OWN} gives this worktree a state of its own`,
    { worktree: root, repository: common },
  );
}

/** A link in the main checkout leads elsewhere. */
export function linked(root: string, folder: string, real: string): OrchestratorError {
  return lost(
    root,
    `"${folder}" in the main checkout leads to "${real}"`,
    `Set ${OWN} to keep the state in this worktree`,
    { root, folder },
  );
}

function lost(
  top: string,
  why: string,
  hint: string,
  details: Readonly<Record<string, string>>,
): OrchestratorError {
  return new OrchestratorError("worktree_broken", `Cannot find the state of "${top}": ${why}`, {
    hint,
    details,
  });
}
