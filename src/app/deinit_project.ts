/**
 * What giving the program up removes from a project and its surroundings, and what it leaves.
 * @module
 */
import { existsSync } from "node:fs";
import { shownPath } from "../project/shown_path.ts";
import { join } from "node:path";
import { findGitTraces, type GitTraces, removeGitTraces } from "../deinit/git_traces.ts";
import { removeState } from "../deinit/remove_state.ts";
import { type Survey, surveyState } from "../deinit/survey.ts";
import { OrchestratorError } from "../errors.ts";
import { Git } from "../state_branch/git.ts";
import { branchName } from "../state_branch/places.ts";
import { ELSEWHERE } from "../state_layout/elsewhere.ts";
import { readTrustFile, removeTrust, type TrustEntry } from "../trust/trust_file.ts";
import type { Workspace } from "./workspace.ts";
import { orWarn } from "./state/or_warn.ts";
import { findStateBranch } from "./state/find_branch.ts";
import { trustChange, trustOf } from "./trust.ts";

/** Something that is left. */
export interface Left {
  /** As people find it: a path, a branch. */
  readonly where: string;
  readonly what: string;
}

/** What goes and what stays. */
export interface LeavingPlan {
  /** Null with `--keep-state`. */
  readonly state: Survey | null;
  /** Sessions of which something is on this machine only, as far as can be told without a server. */
  readonly hereOnly: readonly string[];
  /** Null where there is no git. */
  readonly git: { readonly git: Git; readonly traces: GitTraces } | null;
  readonly trusted: readonly TrustEntry[];
  readonly left: readonly Left[];
  /** Whether there is nothing to remove. */
  readonly isEmpty: boolean;
}

/** How long git may take to answer from its own files, in milliseconds. */
const GIT_PATIENCE_MS = 60_000;

/** Looks at all that is there. Writes nothing, asks no server. */
export async function planLeaving(workspace: Workspace, keepState: boolean): Promise<LeavingPlan> {
  const { paths, io } = workspace;
  const survey = surveyState(paths.stateDirectory);
  const git = await Git.open(paths.root, io.env, GIT_PATIENCE_MS);
  const traces = git === null ? null : await findGitTraces(git, await projectOf(workspace));
  const trust = trustOf(workspace);
  const trusted = readTrustFile(trust.path).entries
    .filter(({ repository }) => repository === trust.repository);
  const state = keepState ? null : survey;
  const isEmpty = (state === null || state.ours.length === 0) && trusted.length === 0 &&
    (traces === null || traces.refs.length + traces.files.length === 0);
  return {
    state,
    hereOnly: state === null || state.sessions.length === 0
      ? []
      : await hereOnly(workspace, survey),
    git: git === null || traces === null ? null : { git, traces },
    trusted,
    left: leftBehind(workspace, { survey, keepState, traces }),
    isEmpty,
  };
}

/**
 * Removes it. The state goes first: what is elsewhere is of use as long as there is state.
 * @throws `lock_held`, I/O errors, `git_failed`; then it can be run again.
 */
export async function remove(workspace: Workspace, plan: LeavingPlan): Promise<void> {
  const { paths, manager } = workspace;
  if (plan.state !== null) await removeState(paths.stateDirectory, manager);
  if (plan.git !== null) await removeGitTraces(plan.git.git, plan.git.traces);
  const { path, repository } = trustOf(workspace);
  if (plan.trusted.length > 0) {
    await removeTrust(path, (entry) => entry.repository === repository, trustChange(workspace));
  }
}

async function projectOf(workspace: Workspace) {
  const id = readId(workspace);
  const configured = (await workspace.config()).get("state_branch");
  return { repositoryId: id, branch: id === null ? null : branchName(configured, id) };
}

/** The repository's id; null where there is none, or where it cannot be read. */
function readId(workspace: Workspace): string | null {
  try {
    return workspace.meta?.id ?? null;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return null;
  }
}

/** Sessions that the state branch, when last seen, did not have whole. */
async function hereOnly(workspace: Workspace, { sessions }: Survey): Promise<readonly string[]> {
  let found: readonly string[] = sessions;
  if (readId(workspace) === null) return found;
  await orWarn(workspace, "Cannot determine what the state branch contains", async () => {
    const branch = await findStateBranch(workspace);
    if (branch !== null) found = await branch.notThere();
  });
  return found;
}

/** What the table says that is kept, where it is there. */
function leftBehind(
  workspace: Workspace,
  { survey, keepState, traces }: {
    readonly survey: Survey;
    readonly keepState: boolean;
    readonly traces: GitTraces | null;
  },
): readonly Left[] {
  const { paths, io } = workspace;
  const left: Left[] = [];
  if (keepState) {
    if (existsSync(paths.stateDirectory)) {
      left.push({ where: paths.relative(paths.stateDirectory), what: "the state, unchanged" });
    }
  } else {
    for (const { path, files, because } of survey.kept) {
      const name = paths.relative(join(paths.stateDirectory, path));
      left.push({ where: files === 1 ? name : `${name} (${files} files)`, what: because });
    }
  }
  for (const { base, where, what, onLeaving } of ELSEWHERE) {
    if (onLeaving !== "keep") continue;
    if (base === "remote") {
      for (const branch of traces?.branches ?? []) {
        // A fact about what stays, and no next step: another clone may still need the branch.
        const how = keepState ? "" : `; git push <remote> --delete ${branch} deletes it`;
        left.push({ where: `branch ${branch} on the server`, what: `${what}${how}` });
      }
    }
    const folder = base === "root" ? paths.root : base === "home" ? io.home : undefined;
    if (folder !== undefined && existsSync(join(folder, where))) {
      left.push({ where: shownPath(paths, join(folder, where)), what });
    }
  }
  for (const name of traces?.others ?? []) {
    left.push({
      where: `${name} in git's directory`,
      what: "created by another project or by a person",
    });
  }
  return left;
}
