/**
 * The state on a git branch: committed by plumbing, merged by lineage and seq, pushed with a lease.
 *
 * Two private refs belong to a branch: `refs/orchestrator/state/<branch>` is the commit of all that is
 * here, `refs/orchestrator/remote/<branch>` the one last seen on the server. HEAD, the index, the work
 * tree, branches and tags are never touched; git notes its pushes below `refs/remotes/` as always.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { BranchTree } from "./branch_tree.ts";
import { branchRefused } from "./destination.ts";
import { type Git, Trouble } from "./git.ts";
import { isThere, type Merged, type MergedSession, mergeSessions } from "./merge.ts";
import {
  localRef,
  type PushRecord,
  readRecord,
  remoteRef,
  type Target,
  writeRecord,
} from "./places.ts";
import { portableProblem, portableStanding } from "./portable.ts";
import { makeProject, placeFiles, refuseNewer } from "./project_files.ts";
import { isState } from "./protected.ts";
import type { RemovalNotice } from "./removal_notice.ts";
import { repairing } from "./repair.ts";
import { removedFrom, settleRemovals, takeRecords } from "./removals.ts";
import { type Scope, sessionsIn } from "./scope.ts";
import { fetchBranch, seenRef, trackingRef } from "./server.ts";
import { lastEvents } from "./there.ts";

/** What a state branch works with. */
export interface StateBranchOptions {
  readonly git: Git;
  readonly manager: SessionManager;
  readonly paths: OrchestratorPaths;
  /** Name of the git remote, or a URL; null where the state goes nowhere. */
  readonly remote: string | null;
  /** Why the state goes nowhere although a place is configured; null where it does, or none is. */
  readonly nowhere: string | null;
  /** The branches to try, best first. */
  readonly targets: readonly Target[];
  /** The one found on the server; null when none was found or the server was not asked. */
  readonly found: string | null;
  /** More that were found: machines that began without each other. Their sessions are pulled too. */
  readonly others: readonly string[];
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** What a pull did. */
export interface PullReport {
  /** The commit that was merged; null when the server has no such branch. */
  readonly commit: string | null;
  readonly branch: string;
  readonly sessions: readonly MergedSession[];
  /** What became of sessions whose removal was recorded. */
  readonly removals: readonly RemovalNotice[];
  /** How many sessions of the branch are not here. They are read from it. */
  readonly onlyThere: number;
  /** Why the server could not be asked, when only what was known before was merged. */
  readonly problem: string | null;
}

/** How a commit is merged. */
export interface MergeOptions {
  /** See {@link MergeRequest}. */
  readonly restore?: boolean;
  /** Default: all that the commit has. */
  readonly scope?: Scope;
}

/** What a merge of a commit did. */
export interface MergeReport extends Merged {
  /** What became of sessions whose removal was recorded. */
  readonly removals: readonly RemovalNotice[];
}

/** Why nothing is pushed if there is no server. */
export const NO_REMOTE = "this repository has no remote";

/** Why a branch is refused that holds something else. */
const NOT_OURS = "its newest commit was not made by orchestrator";

/** The state of one project on a branch. */
export class StateBranch {
  /** What it works with. */
  readonly options: StateBranchOptions;
  readonly #trees = new Map<string | null, BranchTree>();

  constructor(options: StateBranchOptions) {
    this.options = options;
  }

  /** The name it is known by, regardless of the method. */
  get name(): string {
    return this.options.targets[0]?.branch ?? "";
  }

  get git(): Git {
    return this.options.git;
  }

  /** Name of the git remote, or a URL; null where the state goes nowhere. */
  get remote(): string | null {
    return this.options.remote;
  }

  /** Why it goes nowhere although a place is configured; null where it does, or none is. */
  get nowhere(): string | null {
    return this.options.nowhere;
  }

  /** What is remembered of pushing. */
  get record(): PushRecord {
    return readRecord(this.git, this.name);
  }

  /** Why the state is not safe, without asking a server; null when it was at the last push. */
  async problem(): Promise<string | null> {
    const { fallback, problem } = this.record;
    return fallback === "portable" ? await this.portableProblem() : problem;
  }

  /** Why the state directory is not safe with the user's own commits; null when it is. */
  async portableProblem(): Promise<string | null> {
    const { git, paths } = this.options;
    return portableProblem(await portableStanding(git, paths.stateDirectory));
  }

  /** Sessions of which something is here that the server, when last seen, did not have. */
  async notThere(): Promise<readonly string[]> {
    const { git, manager } = this.options;
    const seen = await this.remoteTip();
    const tree = await BranchTree.open(git, seen);
    const ids: string[] = [];
    const here = [...await manager.listSessions()].sort();
    await tree.filesOf(here);
    for (const id of here) {
      if (!await isThere(git, manager, tree, id)) ids.push(id);
    }
    return ids;
  }

  /** The commit of all that was here when it was last committed; null before the first. */
  localTip(): Promise<string | null> {
    return this.git.resolve(localRef(this.name));
  }

  /** The commit last seen on the server; null when none was. */
  remoteTip(): Promise<string | null> {
    return this.git.resolve(remoteRef(this.name));
  }

  /** The commit last seen on the server, be it by the user's own fetch; null when none was. */
  async knownTip(): Promise<string | null> {
    const { remote } = this.options;
    const own = await this.remoteTip();
    const users = remote === null ? null : await this.git.resolve(trackingRef(remote, this.branch));
    if (own === null || users === null || own === users) return own ?? users;
    const args = ["merge-base", "--is-ancestor", own, users];
    return (await this.git.run(args, { codes: [1, 128] })).exitCode === 0 ? users : own;
  }

  /**
   * Fetches the branch into a private ref. Nothing else is written.
   * @returns its commit; null when the server has no such branch.
   * @throws Trouble; `branch_refused` when it holds something else than state.
   */
  async fetch(branch: string = this.branch): Promise<string | null> {
    const { remote } = this.options;
    if (remote === null) return null;
    const into = remoteRef(this.name);
    const before = await this.remoteTip();
    if (!await fetchBranch(this.git, remote, { branch, into })) return null;
    const tip = await this.remoteTip();
    if (tip !== null && tip !== before && !await this.#isOurs(tip)) {
      // A foreign commit must not be recorded as the last known state.
      await this.git.run(["update-ref", "-d", into, tip], { codes: [1, 128] });
      throw branchRefused(branch, NOT_OURS);
    }
    return tip;
  }

  /** The tree of a commit, read once. */
  async tree(commit: string | null): Promise<BranchTree> {
    const known = this.#trees.get(commit) ?? await BranchTree.open(this.git, commit);
    this.#trees.set(commit, known);
    return known;
  }

  async #isOurs(commit: string): Promise<boolean> {
    return await isState(this.git, (await this.tree(commit)).files);
  }

  /**
   * Fetches and merges the remote state. Initialises a project if there is none.
   * @param scope machines that started independently are merged completely, regardless of the
   *   scope.
   */
  pull(scope: Scope = "all"): Promise<PullReport> {
    return this.repairing(() => this.#pull(scope));
  }

  /** Merges some of a commit's sessions, besides those that are here. */
  bringIn(commit: string, sessions: readonly string[]): Promise<MergeReport> {
    return this.repairing(async () => {
      const merged = await this.mergeIn(commit, { scope: { with: sessions } });
      this.#settle(true, (await this.onlyThere(commit)).size);
      await this.rememberThere(commit, merged.sessions.map(({ id }) => id));
      return merged;
    });
  }

  /** Runs a task that may be repeated, putting right what git complains of. See `repair.ts`. */
  repairing<Result>(task: () => Promise<Result>): Promise<Result> {
    const { git, remote, targets, warn } = this.options;
    const branches = [...targets.map(({ branch }) => branch), this.branch];
    const tracking = remote === null ? [] : branches.map((branch) => trackingRef(remote, branch));
    return repairing({ git, tracking: [...new Set(tracking)], warn }, () => {
      this.#trees.clear();
      return task();
    });
  }

  async #pull(scope: Scope): Promise<PullReport> {
    let problem = this.options.remote === null ? this.nowhere ?? NO_REMOTE : null;
    let commit: string | null;
    try {
      commit = await this.fetch();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      problem = error.message;
      commit = await this.knownTip();
    }
    const sessions: MergedSession[] = [];
    const removals: RemovalNotice[] = [];
    for (const tip of [commit, ...await this.#otherTips()]) {
      if (tip === null) continue;
      const merged = await this.mergeIn(tip, { scope: tip === commit ? scope : "all" });
      sessions.push(...merged.sessions);
      removals.push(...merged.removals);
    }
    const onlyThere = commit === null ? 0 : (await this.onlyThere(commit)).size;
    this.#settle(commit !== null, onlyThere);
    await this.rememberThere(commit, sessions.map(({ id }) => id));
    return { commit, branch: this.branch, sessions, removals, onlyThere, problem };
  }

  /** Sessions of a commit that are not here, and that were not removed. */
  async onlyThere(commit: string): Promise<ReadonlySet<string>> {
    const { git, manager } = this.options;
    const tree = await this.tree(commit);
    const here = new Set(await manager.listSessions());
    const missing = [...tree.folders.keys()].filter((id) => !here.has(id));
    const removed = await removedFrom({ git, manager }, tree, missing, [tree]);
    return new Set(missing.filter((id) => !removed.has(id)));
  }

  #otherTips(): Promise<readonly (string | null)[]> {
    return Promise.all(this.options.others.map((branch) => this.git.resolve(seenRef(branch))));
  }

  /** Remembers which branch was found, so that a push goes there too, and whether it has more. */
  #settle(found: boolean, onlyThere: number): void {
    const { record } = this;
    if (!found) return;
    const target = record.branch !== null
      ? undefined
      : this.options.targets.find(({ branch }) => branch === this.branch);
    const { fallback, branch } = target ?? record;
    if (target === undefined && (record.onlyThere ?? 0) === onlyThere) return;
    writeRecord(this.git, this.name, { ...record, fallback, branch, onlyThere });
  }

  /**
   * Makes the project where there is none, as a commit has it, with its configuration, and remembers
   * the branch.
   */
  async adopt(commit: string): Promise<void> {
    const { git, manager, paths } = this.options;
    const { files } = await this.tree(commit);
    await makeProject(files, this.options);
    await placeFiles(files, { git, manager, paths, local: await this.localTip() });
    this.#settle(true, (await this.onlyThere(commit)).size);
  }

  /** Remembers how far a commit of the server is with sessions, and with those that it is known of. */
  async rememberThere(commit: string | null, sessions: readonly string[]): Promise<void> {
    const { record } = this;
    const known = [...Object.keys(record.there ?? {}), ...sessions];
    if (known.length === 0) return;
    const there = await lastEvents(this.git, commit, known);
    try {
      const { thereAt: _, ...rest } = record;
      const at = commit === null ? {} : { thereAt: commit };
      writeRecord(this.git, this.name, { ...rest, there, ...at });
    } catch (error) {
      // It only saves time.
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }

  /**
   * Merges a commit's sessions and, where they are new here, the repository's files.
   * @throws `format_too_new` when a newer program wrote it; then nothing was changed.
   */
  async mergeIn(commit: string, options: MergeOptions = {}): Promise<MergeReport> {
    const { git, manager, paths, warn } = this.options;
    const tree = await this.tree(commit);
    if (!await isState(git, tree.files)) throw branchRefused(this.branch, NOT_OURS);
    await refuseNewer(git, tree.files);
    await makeProject(tree.files, this.options);
    const restore = options.restore === true;
    const scope = { git, manager, tree };
    const { sessions, recorded } = await sessionsIn(options.scope ?? "all", scope);
    await takeRecords(git, manager, tree, recorded);
    // What was removed since is recorded as restored, too.
    if (restore) await takeRecords(git, manager, await this.#known(), sessions);
    const merged = await mergeSessions({ git, manager, tree, sessions, restore, warn });
    const removals = restore
      ? merged.removals
      : [...merged.removals, ...await settleRemovals(manager)];
    await placeFiles(tree.files, { git, manager, paths, local: await this.localTip() });
    return { ...merged, removals };
  }

  /** Takes over which sessions were removed elsewhere, so that what comes back says so. */
  async takeRemovals(): Promise<void> {
    const tree = await this.#known();
    await takeRecords(this.git, this.options.manager, tree, tree.recorded);
  }

  async #known(): Promise<BranchTree> {
    return await this.tree(await this.knownTip());
  }

  /** The branch on the server: that of the last fallback, else the one that was found, else the first. */
  get branch(): string {
    const branch = this.record.branch ?? this.options.found;
    const known = this.options.targets.some((target) => target.branch === branch);
    return known && branch !== null ? branch : this.name;
  }
}
