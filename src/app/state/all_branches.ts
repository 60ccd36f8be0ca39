/**
 * All state branches of this repository: machines that began without each other have one each.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { StateBranch } from "../../state_branch/branch.ts";
import { Trouble } from "../../state_branch/git.ts";
import { branchPattern } from "../../state_branch/places.ts";
import { serverBranches, trackedBranches } from "../../state_branch/server.ts";
import type { Workspace } from "../workspace.ts";
import { findStateBranch, LOOK_SECONDS } from "./find_branch.ts";
import { type Found, openSeen } from "./open_seen.ts";
import { rememberFetch } from "./when_to_fetch.ts";

/**
 * Asks the server for its state branches, and fetches them into private refs. Where it cannot be asked,
 * what was seen last counts, and a warning says how old that is.
 * @returns none without git, and where there is none.
 */
export async function fetchBranches(workspace: Workspace): Promise<readonly Found[]> {
  const any = await anyBranch(workspace);
  if (any === null || any.remote === null) return [];
  const { git, remote } = any;
  const pattern = branchPattern((await workspace.config()).get("state_branch"));
  rememberFetch(workspace);
  let problem: string | null = null;
  let all = await trackedBranches(git, remote, pattern);
  try {
    all = await serverBranches(git, remote, pattern);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    problem = error.message;
  }
  const found: Found[] = [];
  for (const { branch: name } of all) {
    const branch = await findStateBranch(workspace, {
      branch: name,
      offline: true,
      patience: LOOK_SECONDS,
    });
    if (branch === null) continue;
    const commit = problem === null ? await fetched(workspace, branch) : await branch.knownTip();
    const opened = commit === null ? null : await openSeen(branch, commit);
    if (opened === null) continue;
    found.push(opened);
    if (problem !== null) {
      const time = await git.line(["show", "-s", "--format=%cI", opened.commit]);
      workspace.warn(
        `The server could not be asked (${problem}): branch ${name} is shown as of ${
          new Date(time).toISOString()
        }`,
      );
    }
  }
  return found;
}

/** The state branches as the refs of this clone have them. No server is asked. */
export async function knownBranches(workspace: Workspace): Promise<readonly Found[]> {
  const any = await findStateBranch(workspace, { offline: true });
  if (any === null || any.remote === null) return [];
  const pattern = branchPattern((await workspace.config()).get("state_branch"));
  const found: Found[] = [];
  for (const { branch: name } of await trackedBranches(any.git, any.remote, pattern)) {
    const branch = await findStateBranch(workspace, { branch: name, offline: true });
    const opened = branch === null ? null : await openSeen(branch);
    if (opened !== null) found.push(opened);
  }
  return found;
}

/**
 * The branch as it was last seen here: the project's own, or one of a machine that began without this one
 * and has what is not here; null where none is known.
 */
export async function openKnown(workspace: Workspace): Promise<Found | null> {
  const branch = await findStateBranch(workspace, { offline: true });
  const own = branch === null ? null : await openSeen(branch);
  if (own !== null && (await own.branch.onlyThere(own.commit)).size > 0) return own;
  for (const other of await knownBranches(workspace)) {
    if ((await other.branch.onlyThere(other.commit)).size > 0) return other;
  }
  return own;
}

/** The branch that has a session, as far as the refs of this clone know; null for none. */
export async function branchWith(workspace: Workspace, session: string): Promise<Found | null> {
  const all = await knownBranches(workspace);
  return all.find(({ backend }) => backend.tree.folders.has(session)) ?? null;
}

async function anyBranch(workspace: Workspace): Promise<StateBranch | null> {
  try {
    return await findStateBranch(workspace, { offline: true }) ??
      await findStateBranch(workspace, { patience: LOOK_SECONDS });
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    workspace.warn(`The server could not be asked for state branches: ${error.message}`);
    return null;
  }
}

async function fetched(workspace: Workspace, branch: StateBranch): Promise<string | null> {
  try {
    return await branch.fetch(branch.options.found ?? branch.branch);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    workspace.warn(`Branch ${branch.branch} could not be read: ${error.message}`);
    return error instanceof Trouble ? await branch.knownTip() : null;
  }
}
