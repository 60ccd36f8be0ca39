/**
 * What is known locally about the branch that keeps the state. Makes no network requests and writes
 * nothing.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { gitBranch } from "../project/git_branch.ts";
import { destinationError, findDestination } from "../state_branch/destination.ts";
import { Git } from "../state_branch/git.ts";
import {
  branchName,
  localRef,
  needsId,
  type PushRecord,
  readRecord,
  remoteRef,
} from "../state_branch/places.ts";
import { Trust } from "../trust/trust.ts";
import { type Finding, skipped } from "./check.ts";
import type { Examination } from "./examination.ts";

/** Maximum time to wait for a server, in seconds. */
const PATIENCE = 10;

/** The state branch as known locally. */
export interface StatePlace {
  readonly git: Git;
  /** Name of the git remote, or a URL; null if the state is not pushed. */
  readonly remote: string | null;
  /** Why the state is not pushed although a place is configured; else null. */
  readonly nowhere: OrchestratorError | null;
  /** The branch that the state is or would be pushed to. */
  readonly branch: string;
  readonly record: PushRecord;
  /** The commit of all that was here when it was last committed. */
  readonly local: string | null;
  /** The commit last seen on the server. */
  readonly seen: string | null;
}

/** The place, or the message of checks that have none. */
export type StatePlaceOrFinding =
  | { readonly place: StatePlace; readonly finding: null }
  | { readonly place: null; readonly finding: Finding };

/** Finds the place, if the state is or was kept on a branch. */
export function statePlace(examination: Examination): Promise<StatePlaceOrFinding> {
  return examination.once("state place", async () => {
    const { options, paths, meta } = examination;
    const config = await options.config();
    const wanted = config.get("web_mode");
    const nothing = {
      place: null,
      finding: skipped("the state is not kept on a branch (web_mode)"),
    };
    const configured = config.get("state_branch");
    if ((meta.value ?? null) === null && needsId(configured)) {
      return { place: null, finding: examination.absent ?? skipped("meta.json cannot be read") };
    }
    const name = branchName(configured, meta.value?.id ?? "");
    const seconds = Math.min(config.get("state_push_timeout"), PATIENCE);
    let git: Git | null;
    try {
      git = await Git.open(paths.root, options.env, seconds * 1000);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return wanted ? { place: null, finding: broken(error.message) } : nothing;
    }
    if (git === null) {
      return wanted ? { place: null, finding: broken("not a git repository") } : nothing;
    }
    const [local, seen, destination] = await Promise.all([
      git.resolve(localRef(name)),
      git.resolve(remoteRef(name)),
      findDestination({
        git,
        config,
        trust: new Trust(options, paths.root),
        repositoryId: meta.value?.id ?? null,
        checkedOut: gitBranch(paths.root),
      }),
    ]);
    if (!wanted && local === null && seen === null) return nothing;
    const record = readRecord(git, name);
    const branch = record.branch ?? name;
    const remote = destination.kind === "remote" ? destination.remote : null;
    const nowhere = destinationError(destination, examination.environment.agent !== null);
    return { place: { git, remote, nowhere, branch, record, local, seen }, finding: null };
  });
}

/** web_mode is on but cannot work. */
function broken(why: string): Finding {
  return {
    level: "warning",
    seen: `web_mode is on, but the state cannot be kept on a branch: ${why}`,
    todo: "Save the state with `orchestrator snapshot export` instead",
  };
}
