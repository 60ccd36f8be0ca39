/**
 * A project that was begun on another branch, or in another worktree, in portable mode: what is begun here
 * is the same project, and what a switch of branches took away is named. No server is asked.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { gitBranch } from "../project/git_branch.ts";
import { gitDirectory } from "../project/git_remote.ts";
import type { RepositoryMeta, RepositoryMode } from "../project/identity.ts";
import { namesThere, objectsNamed } from "../project/committed_files.ts";
import {
  identitiesOnRefs,
  type IdentityClaim,
  type IdentityOnRef,
  isStateRef,
  stateFileOn,
} from "../project/identity_claims.ts";
import { portableWorktrees } from "../project/own_sessions.ts";
import { STATE_HOME_VARIABLE } from "../project/state_home.ts";
import { readBinding } from "../session/bindings.ts";
import { KEYS, SESSION_ID } from "../state_layout/names.ts";
import { isRecord } from "../workflow/record.ts";
import type { Project, Warnings, Workspace } from "./workspace.ts";

/** What a new project goes by; empty where there is nothing. */
export interface NewIdentity {
  readonly identity?: RepositoryMeta;
  readonly mode?: RepositoryMode;
}

/**
 * Who a project is that is about to be made here: the one on other branches, which is said. Asked before
 * anything is made.
 * @param wanted an ID that the command line names.
 * @throws `other_repository` where two branches disagree and none was named, `invalid_argument` for an ID
 * that none of them has, `other_checkout` in a linked worktree whose state would be the main checkout's.
 */
export async function identityForNew(
  workspace: Pick<Project, "paths" | "meta" | "io"> & Warnings & { readonly operation: string },
  wanted?: string,
): Promise<NewIdentity> {
  const { paths, meta, io } = workspace;
  if (meta !== null || paths.isHome) return {};
  const claims = [
    ...(await onBranches(paths.root, io.env)).map(({ branch, meta }) => ({
      id: meta.id,
      from: `branch ${branch}`,
      meta,
    })),
    ...portableWorktrees(paths).map(({ root, meta }) => ({
      id: meta.id,
      from: `the worktree "${root}"`,
      meta,
    })),
  ];
  const claim = chosenClaim(claims, wanted, workspace.operation);
  if (claim === null) return {};
  const { identity, from } = { identity: claim.meta, from: claim.from };
  const shared = paths.stateHome?.shared?.of;
  if (shared !== undefined && identity.mode === "portable") {
    throw new OrchestratorError(
      "other_checkout",
      `Cannot run "${workspace.operation}" in "${paths.root}": the project is in portable mode on ${from}, and the state of this linked worktree would be that of "${shared}"`,
      {
        hint:
          `Run \`${STATE_HOME_VARIABLE}=worktree orchestrator init --portable\` to begin it in this worktree`,
        details: { root: paths.root, identity: identity.id },
      },
    );
  }
  workspace.warn(
    `The project was begun on ${from}: its ID ${identity.id} and ${identity.mode} mode count here, too${
      identity.mode === "portable" ? "; commit .orchestrator before you switch branches" : ""
    }`,
  );
  return { identity, mode: identity.mode };
}

type WholeClaim = IdentityClaim & { readonly meta: RepositoryMeta };

function chosenClaim(
  claims: readonly WholeClaim[],
  wanted: string | undefined,
  operation: string,
): WholeClaim | null {
  const [first] = claims;
  const ids = [...new Map(claims.map(({ id, from }) => [id, `${id} (${from})`])).values()];
  if (wanted !== undefined) {
    const named = claims.find(({ id }) => id === wanted);
    if (named !== undefined) return named;
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use "${wanted}" as the repository's ID: ${
        ids.length === 0 ? "no branch here has one" : `the branches have ${ids.join(", ")}`
      }`,
      { hint: "Leave out --identity" },
    );
  }
  if (first === undefined || ids.length === 1) return first ?? null;
  throw new OrchestratorError(
    "other_repository",
    `Cannot run "${operation}": the branches disagree on the repository's ID: ${ids.join(", ")}`,
    {
      hint: `Run \`orchestrator init --identity ${first.id}\` (or another of these IDs) first`,
      details: { identities: claims.map(({ id }) => id) },
    },
  );
}

/** The identities that are committed with the work, those of local branches first. */
async function onBranches(
  root: string,
  env: Workspace["io"]["env"],
): Promise<readonly IdentityOnRef[]> {
  const found = (await identitiesOnRefs(root, env))
    .filter(({ ref }) => !isStateRef(ref) && !ref.endsWith("/HEAD"));
  const isLocal = ({ ref }: IdentityOnRef) => ref.startsWith("refs/heads/");
  return [...found.filter(isLocal), ...found.filter((entry) => !isLocal(entry))];
}

/** Sessions that are on another branch, for an error. */
export interface LeftBehind {
  /** A clause. */
  readonly what: string;
  readonly hint: string;
}

/**
 * Where the sessions are that are not on this branch: the current one that a switch has taken away, or all
 * of a project that this branch does not have.
 * @returns null where there are none, and where git does not tell.
 */
export async function leftBehind(
  workspace: Pick<Workspace, "meta" | "paths" | "manager" | "agentBinding" | "io">,
): Promise<LeftBehind | null> {
  const { meta, paths: { root, isHome }, io: { env } } = workspace;
  if (isHome || gitDirectory(root) === null || (meta !== null && meta.mode !== "portable")) {
    return null;
  }
  const branches = await onBranches(root, env);
  if (branches.length === 0) return null;
  const current = await goneSession(workspace);
  const ref = current === null ? null : await refWith(root, env, current, branches);
  if (current !== null && ref !== null) {
    const name = await nameOn(root, env, ref.ref, current);
    const named = name === null ? current : `${current} (${name})`;
    return {
      what: `the current session ${named} is on branch "${ref.branch}"`,
      hint: wayTo(ref, root),
    };
  }
  if (meta !== null) return null;
  const [first] = branches;
  if (first === undefined) return null;
  const names = [...new Set(branches.map(({ branch }) => `"${branch}"`))];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return {
    what: `the project's sessions are on ${names.length === 1 ? "branch" : "branches"} ${
      names.slice(0, MOST_NAMED).join(", ")
    }${more}`,
    hint: wayTo(first, root),
  };
}

const MOST_NAMED = 3;

/** The session that the agent or this checkout was in, where it is not here; null otherwise. */
async function goneSession(
  { manager, agentBinding }: Pick<Workspace, "manager" | "agentBinding">,
): Promise<string | null> {
  const bound = agentBinding === null ? null : await readBinding(manager, agentBinding);
  for (const id of [bound, await manager.currentSession()]) {
    if (id !== null && SESSION_ID.test(id) && !await manager.backend.hasSession(id)) return id;
  }
  return null;
}

async function refWith(
  root: string,
  env: Workspace["io"]["env"],
  session: string,
  branches: readonly IdentityOnRef[],
): Promise<IdentityOnRef | null> {
  const journal = ({ ref }: IdentityOnRef) => stateFileOn(ref, KEYS.sessionJournal(session));
  const there = await namesThere(root, env, branches.map(journal));
  return branches.find((entry) => there.has(journal(entry))) ?? null;
}

async function nameOn(
  root: string,
  env: Workspace["io"]["env"],
  ref: string,
  session: string,
): Promise<string | null> {
  const file = stateFileOn(ref, KEYS.sessionMeta(session));
  try {
    const bytes = (await objectsNamed(root, env, [file]))?.get(file)?.bytes;
    const value: unknown = bytes === undefined ? null : JSON.parse(new TextDecoder().decode(bytes));
    const name = isRecord(value) ? value["name"] : null;
    return typeof name === "string" ? name : null;
  } catch {
    return null;
  }
}

/** Names that need no quotes in any shell. */
const PLAIN = /^(?!-)[\w./+-]+$/;

function wayTo({ ref, branch }: IdentityOnRef, root: string): string {
  if (branch === gitBranch(root)) {
    return "Restore the files of .orchestrator that are missing from the commit that is checked out";
  }
  const local = ref.startsWith("refs/remotes/") ? branch.replace(/^[^/]+\//, "") : branch;
  const way = PLAIN.test(local) ? `Run \`git switch ${local}\`` : "Switch to that branch";
  return `${way} to go on there; \`orchestrator start "<task>"\` begins a session on this branch, in the same project`;
}
