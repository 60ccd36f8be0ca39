/**
 * Where the state may go: the remote and the branch that the configuration names, judged before
 * anything is sent or fetched.
 *
 * The state holds tasks, notes and outputs. It goes to the remote that the clone came from, on a branch
 * of our own naming, without a question; anything else that a repository's file names waits for a
 * person (see the room `trust`). Where the wish cannot be met, nothing goes anywhere else instead.
 * @module
 */
import type { Config } from "../config/config.ts";
import { isRemoteAddress } from "../config/keys.ts";
import { OrchestratorError } from "../errors.ts";
import { stripCredentials } from "../project/git_remote.ts";
import { type Claim, trustNeeded } from "../trust/claim.ts";
import type { Trust } from "../trust/trust.ts";
import type { Git } from "./git.ts";
import { branchName } from "./places.ts";
import { hasOwnName, protectedReason } from "./protected.ts";

/** The answer to where the state may go. */
export type Destination =
  /** Name of a remote, or a URL. */
  | { readonly kind: "remote"; readonly remote: string }
  /** Nothing is configured, and the repository has no remote. */
  | { readonly kind: "none" }
  /** What is configured cannot be, or must not be. */
  | { readonly kind: "refused"; readonly error: OrchestratorError }
  /** A repository's file names what no person has confirmed. */
  | { readonly kind: "unconfirmed"; readonly claims: readonly Claim[] };

/** What decides. */
export interface DestinationQuery {
  readonly git: Git;
  readonly config: Config;
  readonly trust: Trust;
  /** The repository's id; null where it is not known yet. */
  readonly repositoryId: string | null;
  /** The branch that is checked out; null for none. */
  readonly checkedOut: string | null;
}

/** As in "Cannot use the state branch: …". */
const DOING = "use the state branch";

/** Judges the configured place. Asks no server. */
export async function findDestination(query: DestinationQuery): Promise<Destination> {
  const { git, config, trust } = query;
  // A value that cannot be read must not become the default: it may have named a private place.
  for (const key of ["state_remote", "state_branch"] as const) {
    const error = config.problemOf(key, DOING);
    if (error !== null) return { kind: "refused", error };
  }
  const branch = judgeBranch(query);
  if (branch instanceof OrchestratorError) return { kind: "refused", error: branch };
  const remotes = await remotesOf(git);
  const remote = judgeRemote(config, remotes);
  if (remote instanceof OrchestratorError) return { kind: "refused", error: remote };
  const claims = [remote.claim, branch].filter((claim) => claim !== null)
    .filter((claim) => !trust.has(claim));
  if (claims.length > 0) {
    const { problem } = trust;
    return problem === null ? { kind: "unconfirmed", claims } : { kind: "refused", error: problem };
  }
  return remote.name === null ? { kind: "none" } : { kind: "remote", remote: remote.name };
}

/** Why nothing goes anywhere, as an error; null where it does, or where there is just no remote. */
export function destinationError(
  destination: Destination,
  agent: boolean,
): OrchestratorError | null {
  if (destination.kind === "refused") return destination.error;
  const claim = destination.kind === "unconfirmed" ? destination.claims[0] : undefined;
  return claim === undefined ? null : trustNeeded(DOING, claim, agent);
}

/** The same in words for a warning, with the next step; null where the state goes somewhere. */
export function destinationProblem(destination: Destination, agent: boolean): string | null {
  const error = destinationError(destination, agent);
  if (error === null) return null;
  const reason = error.message.replace(`Cannot ${DOING}: `, "");
  return error.hint === undefined ? reason : `${reason}. ${error.hint}`;
}

/** @returns what has to be confirmed; null for nothing. */
function judgeBranch(
  { config, repositoryId, checkedOut }: DestinationQuery,
): Claim | null | OrchestratorError {
  const { value, origin } = config.effective("state_branch");
  const configured = String(value);
  const name = branchName(configured, repositoryId ?? "x");
  const reason = protectedReason(name, checkedOut);
  if (reason !== null) return branchRefused(name, reason);
  if (origin.layer !== "repository" || hasOwnName(name)) return null;
  return { kind: "state_branch", value: configured };
}

function judgeRemote(
  config: Config,
  remotes: readonly string[],
): { readonly name: string | null; readonly claim: Claim | null } | OrchestratorError {
  const { value, origin } = config.effective("state_remote");
  const wanted = String(value);
  const claim: Claim | null = origin.layer === "repository"
    ? { kind: "state_remote", value: wanted }
    : null;
  if (isRemoteAddress(wanted)) {
    if (claim !== null && holdsCredentials(wanted)) return credentialsError();
    return { name: wanted, claim };
  }
  const [only, second] = remotes;
  if (remotes.includes(wanted)) {
    return { name: wanted, claim: wanted === "origin" || second === undefined ? null : claim };
  }
  if (origin.layer !== "default") return remoteUnknown(wanted, remotes);
  if (only === undefined) return { name: null, claim: null };
  return second === undefined ? { name: only, claim: null } : remoteUnknown(wanted, remotes);
}

async function remotesOf(git: Git): Promise<readonly string[]> {
  const { stdout } = await git.run(["remote"]);
  return stdout.split("\n").filter((name) => name !== "");
}

/** Whether an address has a password, a token or a query in it; a name of an ssh user is none. */
export function holdsCredentials(address: string): boolean {
  const stripped = stripCredentials(address);
  return stripped !== null && stripped.toLowerCase() !== address.trim().toLowerCase();
}

/** An address without credentials, a name as it is: for people. */
export function shownRemote(remote: string): string {
  return isRemoteAddress(remote) ? stripCredentials(remote) ?? remote : remote;
}

function remoteUnknown(wanted: string, remotes: readonly string[]): OrchestratorError {
  const has = remotes.length === 0 ? "no remotes" : remotes.map((name) => `"${name}"`).join(", ");
  return new OrchestratorError(
    "remote_unknown",
    `Cannot ${DOING}: this clone has no remote "${wanted}", and the state is not pushed to any other (it has ${has})`,
    {
      hint:
        `Add it with \`git remote add ${wanted} <url>\`, or name another remote in ORCHESTRATOR_STATE_REMOTE`,
      details: { remote: wanted, remotes },
    },
  );
}

function credentialsError(): OrchestratorError {
  return new OrchestratorError(
    "config_invalid",
    `Cannot ${DOING}: the URL of state_remote in the repository's file contains credentials`,
    { hint: "Write the URL without them, and store them in git's credential helper" },
  );
}

/** The refusal of a branch. @param reason as in "it is <reason>" */
export function branchRefused(branch: string, reason: string): OrchestratorError {
  return new OrchestratorError(
    "branch_refused",
    `Cannot use branch "${branch}" for the state: ${reason}`,
    {
      hint: "Set state_branch to a separate branch, for example orchestrator-state-<repo-id>",
      details: { branch },
    },
  );
}
