/**
 * What a repository's files choose, and a person has yet to confirm.
 * @module
 */
import { gitBranch } from "../project/git_branch.ts";
import { type Destination, findDestination } from "../state_branch/destination.ts";
import { Git } from "../state_branch/git.ts";
import { type Claim, trustCommand, type TrustKindName } from "../trust/claim.ts";
import { claimOn, CONFIRMED_KEYS } from "./confirmed_value.ts";
import { trustOf } from "./trust.ts";
import type { Configuration, Project, Warnings } from "./workspace.ts";

/** How long git may take to answer from its own files, in milliseconds. */
const GIT_PATIENCE_MS = 10_000;

/** Warns, when a key of the repository's file has been set, that its value does not count yet. */
export async function warnIfUnconfirmed(
  workspace: Project & Configuration & Warnings,
  kind: TrustKindName,
): Promise<void> {
  const isPlace = kind === "state_remote" || kind === "state_branch";
  const destination = isPlace ? await configuredDestination(workspace) : null;
  if (destination?.kind === "refused") workspace.warn(destination.error.message);
  const claims = destination?.kind === "unconfirmed"
    ? destination.claims
    : isPlace
    ? []
    : await unconfirmedValues(workspace);
  const claim = claims.find((claim) => claim.kind === kind);
  if (claim === undefined) return;
  workspace.warn(
    `"${kind}" has no effect until a person has confirmed it on each machine: \`${
      trustCommand(claim)
    }\``,
  );
}

/** Warns, when `web_mode` has been turned on, that there is no place that the state is pushed to. */
export async function warnIfNowhere(
  workspace: Project & Configuration & Warnings,
): Promise<void> {
  const destination = await configuredDestination(workspace);
  if (destination === null) {
    workspace.warn("The state is not pushed anywhere: this is not a git repository");
  } else if (destination.kind === "none") {
    workspace.warn(
      "The state is not pushed anywhere yet: this repository has no remote (add one with `git remote add origin <url>`)",
    );
  } else if (destination.kind === "refused") {
    workspace.warn(destination.error.message);
  }
}

/** What the repository's files choose, and no person has confirmed. */
export async function unconfirmedClaims(
  workspace: Project & Configuration,
): Promise<readonly Claim[]> {
  const destination = await configuredDestination(workspace);
  const claims = destination?.kind === "unconfirmed" ? destination.claims : [];
  return [...claims, ...await unconfirmedValues(workspace)];
}

/** The same of keys that are confirmed by their value alone. */
async function unconfirmedValues(
  workspace: Project & Configuration,
): Promise<readonly Claim[]> {
  if (workspace.usablePaths === null) return [];
  const config = await workspace.config();
  const trust = trustOf(workspace);
  return CONFIRMED_KEYS.flatMap((key) => claimOn(config, key) ?? [])
    .filter((claim) => !trust.has(claim));
}

/** Where the state would go; null where there is no git. */
async function configuredDestination(
  workspace: Project & Configuration,
): Promise<Destination | null> {
  const { usablePaths, io } = workspace;
  if (usablePaths === null) return null;
  const git = await Git.open(usablePaths.root, io.env, GIT_PATIENCE_MS);
  if (git === null) return null;
  return await findDestination({
    git,
    config: await workspace.config(),
    trust: trustOf(workspace),
    repositoryId: workspace.meta?.id ?? null,
    checkedOut: gitBranch(usablePaths.root),
  });
}
