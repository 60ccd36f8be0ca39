/**
 * The state branch of the project a command works on.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { gitBranch } from "../../project/git_branch.ts";
import { StateBranch } from "../../state_branch/branch.ts";
import {
  type Destination,
  destinationProblem,
  type DestinationQuery,
  findDestination,
} from "../../state_branch/destination.ts";
import { protectedReason } from "../../state_branch/protected.ts";
import {
  newestFirst,
  type ServerBranch,
  serverBranches,
  trackedBranches,
} from "../../state_branch/server.ts";
import { Git, Trouble } from "../../state_branch/git.ts";
import {
  branchName,
  branchPattern,
  needsId,
  readRecord,
  type Target,
  targets,
} from "../../state_branch/places.ts";
import { trustOf } from "../trust.ts";
import type { Workspace } from "../workspace.ts";

/** The patience of a command that only wants to know whether there is something newer. */
export const LOOK_SECONDS = 10;

/** What a server has for one request of a command that was given for it, where nothing is configured. */
const ASKED_SECONDS = 30;

/** How the branch is looked for. */
export interface FindOptions {
  /** Seconds that a server may take, at most. */
  readonly patience?: number;
  /** The time limit of pushes counts, for all that is asked together: for what was not asked for. */
  readonly hurried?: boolean;
  /** No server is asked: what refs here say counts. */
  readonly offline?: boolean;
  /** Name on the server of a branch that was found; default: the project's own. */
  readonly branch?: string;
  /**
   * Gives the configured place, or throws where it cannot be used: for a command that is of no use
   * without it. It may ask a person to confirm the place.
   */
  readonly insist?: (query: DestinationQuery) => Promise<Destination>;
}

/**
 * Finds the branch. In a clone without state of its own the server is asked which there is.
 *
 * Where the configured place cannot be used and is not required, the branch has no remote, and says
 * why (`nowhere`): nothing is sent to, or fetched from, another one.
 * @returns null without git, or where there is nothing to go by.
 * @throws Trouble when the server would have to be asked and cannot be; with `insist` also
 * `remote_unknown`, `branch_refused`, `trust_needed`, `config_invalid`.
 */
export async function findStateBranch(
  workspace: Workspace,
  { patience = Infinity, hurried = false, offline = false, branch: named, insist }: FindOptions =
    {},
): Promise<StateBranch | null> {
  const { paths, manager, io, meta } = workspace;
  const config = await workspace.config();
  const limit = config.effective("state_push_timeout");
  const asked = !hurried && limit.origin.layer === "default"
    ? ASKED_SECONDS
    : config.get("state_push_timeout");
  const seconds = Math.min(asked, patience);
  const git = await Git.open(paths.root, io.env, seconds * 1000, { together: hurried });
  if (git === null) return null;
  const here = gitBranch(paths.root);
  const query = {
    git,
    config,
    trust: trustOf(workspace),
    repositoryId: meta?.id ?? null,
    checkedOut: here,
  };
  const agent = workspace.environment.agent?.name ?? null;
  const destination = insist === undefined ? await findDestination(query) : await insist(query);
  const remote = destination.kind === "remote" ? destination.remote : null;
  const nowhere = destinationProblem(destination, agent !== null);
  const make = (
    branches: readonly Target[],
    found: string | null = null,
    others: readonly string[] = [],
  ) =>
    new StateBranch({
      git,
      manager,
      paths,
      remote,
      nowhere,
      targets: branches,
      found,
      others,
      now: io.now,
      warn: (message) => workspace.warn(message),
    });
  const configured = config.get("state_branch");
  const own = meta === null && needsId(configured) ? null : branchName(configured, meta?.id ?? "");
  // A project that keeps something, or has pushed before, knows its branch.
  const settled = own !== null &&
    (!needsId(configured) || readRecord(git, own).safeAt !== null ||
      (await manager.listSessions()).length > 0);
  const known = own === null ? null : readRecord(git, own).branch;
  const fallbacks = (branch: string): readonly Target[] => {
    const steps = targets(branch, here, agent).filter((step) =>
      step.fallback === "own" || protectedReason(step.branch, here) === null
    );
    if (known === null || steps.some((step) => step.branch === known)) return steps;
    return [...steps, { fallback: "agent", branch: known }];
  };
  if (named === undefined && own !== null && (settled || remote === null)) {
    return make(fallbacks(own));
  }
  if (remote === null) {
    warnOfNowhere(workspace, { nowhere });
    return null;
  }
  const candidates = named !== undefined
    ? [named]
    : await discover({ git, remote, offline }, branchPattern(configured), own);
  const [found, ...others] = candidates;
  if (found === undefined) return own === null ? null : make(fallbacks(own));
  if (others.length > 0 && !offline) {
    workspace.warn(
      `There are ${
        others.length + 1
      } state branches; a pull merges all of them, new state is pushed to ${found}`,
    );
  }
  const plain = found.slice(found.lastIndexOf("/") + 1);
  if (plain === found) return make(fallbacks(found), found, others);
  const steps: readonly Target[] = [{ fallback: "own", branch: plain }, {
    fallback: "agent",
    branch: found,
  }];
  return make(steps, found, others);
}

/** Warns that the configured place for the state cannot be used, and why. */
export function warnOfNowhere(
  workspace: Workspace,
  { nowhere }: Pick<StateBranch, "nowhere">,
): void {
  if (nowhere !== null) workspace.warn(`The state branch is not used: ${nowhere}`);
}

/** The branches that may be this repository's, best first. */
async function discover(
  { git, remote, offline }: {
    readonly git: Git;
    readonly remote: string;
    readonly offline: boolean;
  },
  pattern: string,
  own: string | null,
): Promise<readonly string[]> {
  let all: readonly ServerBranch[] = [];
  let answered = !offline;
  if (offline) all = await trackedBranches(git, remote, pattern);
  else {
    try {
      all = await serverBranches(git, remote, pattern);
    } catch (error) {
      if (error instanceof Trouble) all = await trackedBranches(git, remote, pattern);
      if (all.length === 0) throw error;
      answered = false;
    }
  }
  const mine = all.find(({ branch }) => branch === own || branch.endsWith(`/${own}`));
  if (mine !== undefined) return [mine.branch];
  return answered ? await newestFirst(git, remote, all) : all.map(({ branch }) => branch);
}

/** As {@link findStateBranch}, for commands that need one. @throws `git_failed`, `no_project` */
export async function requireStateBranch(
  workspace: Workspace,
  options: FindOptions = {},
): Promise<StateBranch> {
  let branch: StateBranch | null;
  try {
    branch = await findStateBranch(workspace, options);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new OrchestratorError(
      "git_failed",
      `Cannot find the state branch: ${error.message}`,
      { cause: error },
    );
  }
  if (branch !== null) return branch;
  const place = `Cannot find the state branch: "${workspace.paths.root}" is`;
  if (!await isRepository(workspace)) {
    throw new OrchestratorError("git_failed", `${place} not a git repository`, {
      hint: "Run `orchestrator snapshot export -o state.tar.gz`",
    });
  }
  throw new OrchestratorError("no_project", `${place} a clone without one, and has no state yet`, {
    hint: 'Run `orchestrator start "<task>"`',
  });
}

/**
 * Asks the server for the branch, in a clone that has seen nothing of it.
 * @returns its commit; null when the server has none.
 * @throws `git_failed` when it cannot be asked.
 */
export async function fetchTip(branch: StateBranch): Promise<string | null> {
  try {
    return await branch.fetch();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new OrchestratorError(
      "git_failed",
      `Cannot read branch "${branch.name}": ${error.message}`,
      { cause: error },
    );
  }
}

async function isRepository(workspace: Workspace): Promise<boolean> {
  return await Git.open(workspace.paths.root, workspace.io.env, 1000) !== null;
}
