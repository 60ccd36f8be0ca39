/**
 * The state on a git branch: committed by plumbing, merged by lineage and seq, pushed with a lease.
 *
 * Two private refs belong to a branch: `refs/orchestrator/state/<branch>` is the commit of all that is
 * here, `refs/orchestrator/remote/<branch>` the one last seen on the server. HEAD, the index, the work
 * tree, branches and tags are never touched; git notes its pushes below `refs/remotes/` as always.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { readRepositoryMeta } from "../project/identity.ts";
import type { ProjectPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { commitAll, commitMessage } from "./commit.ts";
import { branchRefused } from "./destination.ts";
import { type Git, Trouble } from "./git.ts";
import {
  isReadable,
  isThere,
  type Merged,
  type MergedSession,
  mergeSessions,
  sessionsOf,
} from "./merge.ts";
import { readTree, type Tree, writeCommit } from "./objects.ts";
import {
  localRef,
  type PushRecord,
  readRecord,
  remoteRef,
  type Rung,
  type Target,
  writeRecord,
} from "./places.ts";
import { portableProblem, portableStanding } from "./portable.ts";
import { makeProject, placeFiles, refuseNewer } from "./project_files.ts";
import { hasOwnName, isDefaultBranch, isState } from "./protected.ts";
import { setRef } from "./refs.ts";
import { fetchBranch, pushCommit, seenRef, trackingRef } from "./server.ts";

/** What a state branch works with. */
export interface StateBranchOptions {
  readonly git: Git;
  readonly manager: SessionManager;
  readonly paths: ProjectPaths;
  /** Name of the git remote, or a URL; null where the state goes nowhere. */
  readonly remote: string | null;
  /** Why the state goes nowhere although a place is configured; null where it does, or none is. */
  readonly nowhere: string | null;
  /** The branches to try, best first. */
  readonly targets: readonly Target[];
  /** The one of them that was found on the server; null when none was, or nobody has looked. */
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
  /** Why the server could not be asked, when only what was known before was merged. */
  readonly problem: string | null;
}

/** What a push did. */
export interface PushReport {
  /** The commit of all that is here. */
  readonly commit: string;
  /** The branch it went to, or would go to; null on a rung without one. */
  readonly branch: string | null;
  readonly rung: Rung;
  /** True when all of it is on a server. */
  readonly safe: boolean;
  readonly problem: string | null;
  /** What was merged in on the way. */
  readonly sessions: readonly MergedSession[];
}

/** How a push goes about it. */
export interface PushOptions {
  /** Tries the whole ladder again, from its first rung. */
  readonly probe?: boolean;
  /** Only commits, when the server was in trouble a moment ago: a later push catches up. */
  readonly patient?: boolean;
}

/** How long a patient push leaves a server alone that could not be reached, or refused. */
const PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 10 * 60_000;

/** How often a push is tried again because somebody was faster. */
const ATTEMPTS = 6;

const NOTHING_MERGED: Merged = { sessions: [], refused: new Set(), removed: new Set() };

const NO_REMOTE = "this repository has no remote";

const NOT_OURS = "its newest commit is not one of orchestrator's";

/** The state of one project on a branch. */
export class StateBranch {
  readonly #options: StateBranchOptions;

  constructor(options: StateBranchOptions) {
    this.#options = options;
  }

  /** The name it is known by, whichever rung is taken. */
  get name(): string {
    return this.#options.targets[0]?.branch ?? "";
  }

  get git(): Git {
    return this.#options.git;
  }

  /** Name of the git remote, or a URL; null where the state goes nowhere. */
  get remote(): string | null {
    return this.#options.remote;
  }

  /** Why it goes nowhere although a place is configured; null where it does, or none is. */
  get nowhere(): string | null {
    return this.#options.nowhere;
  }

  /** What is remembered of pushing. */
  get record(): PushRecord {
    return readRecord(this.git, this.name);
  }

  /** Why the state is not safe, without asking a server; null when it was at the last push. */
  async problem(): Promise<string | null> {
    const { rung, problem } = this.record;
    return rung === "portable" ? await this.#portableProblem() : problem;
  }

  async #portableProblem(): Promise<string | null> {
    const { git, paths } = this.#options;
    return portableProblem(await portableStanding(git, paths.stateDirectory));
  }

  /** Sessions of which something is here that the server, when last seen, did not have. */
  async notThere(): Promise<readonly string[]> {
    const { git, manager } = this.#options;
    const seen = await this.remoteTip();
    const tree: Tree = seen === null ? new Map() : await readTree(git, seen);
    const ids: string[] = [];
    for (const id of [...await manager.ids()].sort()) {
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
    const { remote } = this.#options;
    return await this.remoteTip() ??
      (remote === null ? null : await this.git.resolve(trackingRef(remote, this.#branch())));
  }

  /**
   * Fetches the branch into a private ref. Nothing else is written.
   * @returns its commit; null when the server has no such branch.
   * @throws Trouble; `branch_refused` when it holds something else than state.
   */
  async fetch(branch: string = this.#branch()): Promise<string | null> {
    const { remote } = this.#options;
    if (remote === null) return null;
    const into = remoteRef(this.name);
    const before = await this.remoteTip();
    if (!await fetchBranch(this.git, remote, { branch, into })) return null;
    const tip = await this.remoteTip();
    if (tip !== null && tip !== before && !await this.#isOurs(tip)) {
      // What is not ours must not be taken for the state that was seen last.
      await this.git.run(["update-ref", "-d", into, tip], { codes: [1, 128] });
      throw branchRefused(branch, NOT_OURS);
    }
    return tip;
  }

  async #isOurs(commit: string): Promise<boolean> {
    return await isState(this.git, await readTree(this.git, commit));
  }

  /** Fetches, and merges what is there. A project is made where there is none. */
  async pull(): Promise<PullReport> {
    let problem = this.#options.remote === null ? this.nowhere ?? NO_REMOTE : null;
    let commit: string | null;
    try {
      commit = await this.fetch();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      problem = error.message;
      commit = await this.knownTip();
    }
    const sessions: MergedSession[] = [];
    for (const tip of [commit, ...await this.#otherTips()]) {
      if (tip !== null) sessions.push(...(await this.mergeIn(tip)).sessions);
    }
    this.#settle(commit !== null);
    return { commit, branch: this.#branch(), sessions, problem };
  }

  #otherTips(): Promise<readonly (string | null)[]> {
    return Promise.all(this.#options.others.map((branch) => this.git.resolve(seenRef(branch))));
  }

  /** Remembers which branch was found, so that a push goes there too. */
  #settle(found: boolean): void {
    const { record } = this;
    const target = this.#options.targets.find(({ branch }) => branch === this.#branch());
    if (!found || record.branch !== null || target === undefined) return;
    writeRecord(this.git, this.name, { ...record, rung: target.rung, branch: target.branch });
  }

  /**
   * Merges a commit's sessions and, where they are new here, the repository's files.
   * @throws `format_too_new` when a newer program wrote it; then nothing was changed.
   */
  async mergeIn(commit: string, options: { readonly restore?: boolean } = {}): Promise<Merged> {
    const { git, manager, paths, warn } = this.#options;
    const tree = await readTree(git, commit);
    if (!await isState(git, tree)) throw branchRefused(this.#branch(), NOT_OURS);
    await refuseNewer(git, tree);
    await makeProject(tree, this.#options);
    const restore = options.restore === true;
    const removed = restore ? NOTHING_MERGED.removed : await this.#removedHere(tree);
    const merged = await mergeSessions({ git, manager, tree, removed, restore, warn });
    await placeFiles(tree, { git, manager, paths, local: await this.localTip() });
    return merged;
  }

  /**
   * Commits all that is here, merged with what the server has, and pushes it. Never throws for what
   * a server does: then it is committed here, and a later push catches up.
   * @param reason the first line of the commit's message.
   */
  async push(reason: string, options: PushOptions = {}): Promise<PushReport> {
    const { targets, remote } = this.#options;
    const before = this.record;
    const { nowhere } = this;
    if (options.patient === true && nowhere === null && this.#isPausing(before)) {
      // What was seen on the server since is merged by the next push that talks to it.
      const commit = await this.#commitHere(
        reason,
        await this.localTip() ?? await this.remoteTip(),
      );
      const { branch, rung } = before;
      const problem = await this.problem();
      return { commit, branch, rung: rung ?? "own", problem, safe: problem === null, sessions: [] };
    }
    const taken = before.branch ?? this.#options.found;
    const known = targets.findIndex(({ branch }) => branch === taken);
    const from = options.probe === true || known < 0 ? 0 : known;
    const sessions: MergedSession[] = [];
    let problem = nowhere ?? NO_REMOTE;
    let commit: string | null = null;
    for (const target of remote === null ? [] : targets.slice(from)) {
      const tried = await this.#pushTo(target, reason, sessions);
      commit = tried.commit;
      const { branch, rung } = target;
      if (tried.trouble === null) {
        return this.#remember({ commit, branch, rung, sessions, problem: null });
      }
      problem = tried.trouble.message;
      if (tried.trouble.kind !== "forbidden" && tried.trouble.kind !== "rejected") {
        return this.#remember({ commit, branch, rung: before.rung ?? rung, sessions, problem });
      }
    }
    commit ??= await this.#commitHere(reason, await this.localTip());
    if (readRepositoryMeta(this.#options.paths.meta)?.mode !== "portable") {
      const rung = nowhere === null ? "snapshot" : before.rung ?? "own";
      return this.#remember({ commit, branch: null, rung, sessions, problem });
    }
    const left = await this.#portableProblem();
    return this.#remember({ commit, branch: null, rung: "portable", sessions, problem: left });
  }

  /**
   * Replaces the branch's history by one commit with the same content.
   * @returns the new commit, how many it stands for, and why only the history here was replaced; null
   * when there is no other.
   * @throws `git_failed` when the server refuses it; then nothing changed.
   */
  async compact(): Promise<
    { readonly commit: string; readonly replaced: number; readonly problem: string | null }
  > {
    const pushed = await this.push("Before compacting");
    const count = Number(await this.git.line(["rev-list", "--count", pushed.commit]));
    const tree = await this.git.line(["rev-parse", `${pushed.commit}^{tree}`]);
    const commit = await writeCommit(this.git, {
      tree,
      parents: [],
      message: commitMessage("Compact the history", `${count} commits before`),
      time: this.#options.now(),
    });
    if (pushed.safe && pushed.branch !== null) {
      try {
        await pushCommit(this.git, this.#options.remote, {
          commit,
          branch: this.#branch(),
          expected: pushed.commit,
        });
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        throw new OrchestratorError(
          "git_failed",
          `Cannot compact branch "${this.#branch()}": ${error.message}`,
          { cause: error },
        );
      }
      await setRef(this.git, remoteRef(this.name), commit, pushed.commit);
    }
    await setRef(this.git, localRef(this.name), commit, pushed.commit);
    const problem = this.#options.remote === null ? this.nowhere : pushed.problem;
    return { commit, replaced: count, problem };
  }

  /** The branch on the server: the remembered rung's, else the one that was found, else the first. */
  #branch(): string {
    const branch = this.record.branch ?? this.#options.found;
    const known = this.#options.targets.some((target) => target.branch === branch);
    return known && branch !== null ? branch : this.name;
  }

  #isPausing({ problem, rung, triedAt }: PushRecord): boolean {
    const refused = rung === "snapshot" || rung === "portable";
    if ((problem === null && !refused) || triedAt === null) return false;
    const pause = refused ? REFUSED_PAUSE_MS : PAUSE_MS;
    const passed = this.#options.now().getTime() - Date.parse(triedAt);
    return passed >= 0 && passed < pause;
  }

  async #pushTo(
    { branch }: Target,
    reason: string,
    sessions: MergedSession[],
  ): Promise<{ readonly commit: string; readonly trouble: Trouble | null }> {
    const { remote } = this.#options;
    for (let attempt = 1;; attempt++) {
      let seen: string | null;
      let trouble: Trouble | null = null;
      try {
        seen = await this.fetch(branch);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        trouble = error;
        seen = null;
      }
      const known = seen ?? await this.remoteTip();
      const merged = known === null ? NOTHING_MERGED : await this.mergeIn(known);
      sessions.push(...merged.sessions);
      const commit = await this.#commit(reason, known, merged);
      if (trouble !== null) return { commit, trouble };
      if (commit === seen) return { commit, trouble: null };
      try {
        const push = { commit, branch, expected: seen };
        const { git } = this;
        if (attempt === 1 && this.record.branch !== branch) {
          if (
            remote !== null && !hasOwnName(branch) && await isDefaultBranch(git, remote, branch)
          ) {
            throw branchRefused(branch, "it is the default branch of the remote");
          }
          await pushCommit(git, remote, { ...push, dryRun: true });
        }
        await pushCommit(git, remote, push);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        if (error.kind === "stale" && attempt < ATTEMPTS) {
          const pause = 20 * 2 ** attempt * (0.5 + Math.random());
          await new Promise((resolve) => setTimeout(resolve, pause));
          continue;
        }
        return { commit, trouble: error };
      }
      await setRef(this.git, remoteRef(this.name), commit, null);
      return { commit, trouble: null };
    }
  }

  /** Commits all that is here, and of `seen` what is not here and was not removed here. */
  #commit(
    reason: string,
    seen: string | null,
    { refused, removed }: Pick<Merged, "refused" | "removed">,
  ): Promise<string> {
    return commitAll({ ...this.#options, name: this.name }, { reason, seen, refused, removed });
  }

  /** The same without having merged anything. */
  async #commitHere(reason: string, seen: string | null): Promise<string> {
    const removed = seen === null
      ? NOTHING_MERGED.removed
      : await this.#removedHere(await readTree(this.git, seen));
    return await this.#commit(reason, seen, { ...NOTHING_MERGED, removed });
  }

  /** Sessions of a commit that were here at the last commit of ours and were removed since. */
  async #removedHere(tree: Tree): Promise<ReadonlySet<string>> {
    const { git, manager } = this.#options;
    const local = await this.localTip();
    if (local === null) return new Set();
    const committed = new Set(sessionsOf(await readTree(git, local)));
    // A folder whose state directory is gone was not emptied on purpose.
    if ((await manager.ids()).length === 0) return new Set();
    const removed = new Set<string>();
    for (const id of sessionsOf(tree)) {
      if (!committed.has(id) || await manager.backend.hasSession(id)) continue;
      // What could not be read was never here: it was committed as it was found.
      if (await isReadable(git, tree, id)) removed.add(id);
    }
    return removed;
  }

  #remember(
    done: Pick<PushReport, "commit" | "branch" | "rung" | "sessions" | "problem">,
  ): PushReport {
    const { branch, rung, problem } = done;
    const now = this.#options.now().toISOString();
    const safe = problem === null;
    const before = this.record;
    writeRecord(this.git, this.name, {
      rung,
      branch: safe && branch !== null ? branch : before.branch,
      safeAt: safe ? now : before.safeAt,
      problem,
      // Where nothing was tried nothing is waited for.
      triedAt: this.nowhere === null ? now : null,
    });
    return { ...done, safe };
  }
}
