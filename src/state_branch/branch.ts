/**
 * The state on a git branch: committed by plumbing, merged by lineage and seq, pushed with a lease.
 *
 * Two private refs belong to a branch: `refs/orchestrator/state/<branch>` is the commit of all that is
 * here, `refs/orchestrator/remote/<branch>` the one last seen on the server. HEAD, the index, the work
 * tree and the user's own refs are never touched.
 * @module
 */
import { statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import {
  parseRepositoryMeta,
  readRepositoryMeta,
  writeRepositoryMeta,
} from "../project/identity.ts";
import { initProject } from "../project/init.ts";
import { KEYS, type ProjectPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { collect } from "../snapshot/collect.ts";
import { contentOf } from "../snapshot/contents.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { VERSION } from "../version.ts";
import { type Git, Trouble } from "./git.ts";
import { type Merged, type MergedSession, mergeTree, sessionsOf } from "./merge.ts";
import {
  blobId,
  readBlobs,
  readTree,
  type Tree,
  writeBlobs,
  writeCommit,
  writeTree,
} from "./objects.ts";
import {
  localRef,
  type PushRecord,
  readRecord,
  remoteRef,
  type Rung,
  type Target,
  writeRecord,
} from "./places.ts";

/** What a state branch works with. */
export interface StateBranchOptions {
  readonly git: Git;
  readonly manager: SessionManager;
  readonly paths: ProjectPaths;
  /** Name of the git remote; null where there is none. */
  readonly remote: string | null;
  /** The branches to try, best first. */
  readonly targets: readonly Target[];
  /** The one of them that was found on the server; null when none was, or nobody has looked. */
  readonly found: string | null;
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
  readonly branch: string;
  readonly rung: Rung;
  /** True when all of it is on the server. */
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

/** A lock file of git's on a ref of ours this old belongs to a process that was killed. */
const STALE_LOCK_MS = 60_000;

const README = "README.md";
const README_TEXT = `# State of orchestrator

This branch is written by orchestrator. It shares no history with the others and is never merged.
Each folder below sessions/ is one session; its log.jsonl is the journal.
`;

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

  /** What is remembered of pushing. */
  get record(): PushRecord {
    return readRecord(this.git, this.name);
  }

  /** The commit of all that was here when it was last committed; null before the first. */
  localTip(): Promise<string | null> {
    return this.git.resolve(localRef(this.name));
  }

  /** The commit last seen on the server; null when none was. */
  remoteTip(): Promise<string | null> {
    return this.git.resolve(remoteRef(this.name));
  }

  /**
   * Fetches the branch into a private ref. Nothing else is written.
   * @returns its commit; null when the server has no such branch.
   * @throws Trouble
   */
  async fetch(branch: string = this.#branch()): Promise<string | null> {
    const { remote } = this.#options;
    if (remote === null) return null;
    try {
      await this.git.run([
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-gc",
        "--no-filter",
        "--refmap=",
        remote,
        `+refs/heads/${branch}:${remoteRef(this.name)}`,
      ], { network: true });
    } catch (error) {
      if (error instanceof Trouble && error.kind === "absent") return null;
      throw error;
    }
    return await this.remoteTip();
  }

  /** Fetches, and merges what is there. A project is made where there is none. */
  async pull(): Promise<PullReport> {
    let problem: string | null = null;
    let commit: string | null;
    try {
      commit = await this.fetch();
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      problem = error.message;
      commit = await this.remoteTip();
    }
    const merged = commit === null ? null : await this.mergeIn(commit);
    this.#settle(commit !== null);
    return { commit, branch: this.#branch(), sessions: merged?.sessions ?? [], problem };
  }

  /** Remembers which branch was found, so that a push goes there too. */
  #settle(found: boolean): void {
    const { record } = this;
    const target = this.#options.targets.find(({ branch }) => branch === this.#branch());
    if (!found || record.branch !== null || target === undefined) return;
    writeRecord(this.git, this.name, { ...record, rung: target.rung, branch: target.branch });
  }

  /** Merges a commit's sessions and, where they are new here, the repository's files. */
  async mergeIn(commit: string, options: { readonly restore?: boolean } = {}): Promise<Merged> {
    const { git, manager, warn } = this.#options;
    const tree = await readTree(git, commit);
    await this.#makeProject(tree);
    const removed = await this.#removedHere(tree);
    const merged = await mergeTree({
      git,
      manager,
      tree,
      removed: options.restore === true ? new Set() : removed,
      restore: options.restore === true,
      warn,
    });
    await this.#placeFiles(tree);
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
    if (options.patient === true && this.#isPausing(before)) {
      const commit = await this.#commit(reason, await this.remoteTip(), new Set());
      const { rung, branch, problem } = before;
      return {
        commit,
        branch: branch ?? this.name,
        rung: rung ?? "own",
        safe: false,
        problem,
        sessions: [],
      };
    }
    const taken = before.branch ?? this.#options.found;
    const known = targets.findIndex(({ branch }) => branch === taken);
    const from = options.probe === true || known < 0 ? 0 : known;
    const sessions: MergedSession[] = [];
    let refusal: Trouble | null = null;
    for (const target of targets.slice(from)) {
      const tried = await this.#pushTo(target, reason, sessions);
      if (tried.trouble === null) {
        return this.#remember({ ...tried, target, rung: target.rung, sessions, problem: null });
      }
      const { trouble } = tried;
      if (trouble.kind === "forbidden" || trouble.kind === "rejected") {
        refusal = trouble;
        continue;
      }
      const rung = before.rung ?? target.rung;
      const problem = remote === null ? "this repository has no remote" : trouble.message;
      return this.#remember({ ...tried, target, rung, sessions, problem });
    }
    const last = targets.at(-1) ?? { rung: "own" as const, branch: this.name };
    const commit = await this.#commit(reason, await this.remoteTip(), new Set());
    const portable = readRepositoryMeta(this.#options.paths.meta)?.mode === "portable";
    return this.#remember({
      commit,
      target: last,
      rung: portable ? "portable" : "snapshot",
      sessions,
      problem: refusal?.message ?? "no branch can be pushed to",
    });
  }

  /**
   * Replaces the branch's history by one commit with the same content.
   * @returns the new commit, and how many it stands for.
   * @throws `git_failed` when the server refuses it; then nothing changed.
   */
  async compact(): Promise<{ readonly commit: string; readonly replaced: number }> {
    const pushed = await this.push("Before compacting");
    const count = Number(await this.git.line(["rev-list", "--count", pushed.commit]));
    const tree = await this.git.line(["rev-parse", `${pushed.commit}^{tree}`]);
    const commit = await writeCommit(this.git, {
      tree,
      parents: [],
      message: message("Compact the history", `${count} commits before`),
      time: this.#options.now(),
    });
    if (pushed.safe) {
      try {
        await this.#send(commit, this.#branch(), pushed.commit);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        throw new OrchestratorError(
          "git_failed",
          `Cannot compact branch "${this.#branch()}": ${error.message}`,
          { cause: error },
        );
      }
      await this.#setRef(remoteRef(this.name), commit, pushed.commit);
    }
    await this.#setRef(localRef(this.name), commit, pushed.commit);
    return { commit, replaced: count };
  }

  /** The branch on the server: the remembered rung's, else the one that was found, else the first. */
  #branch(): string {
    const branch = this.record.branch ?? this.#options.found;
    const known = this.#options.targets.some((target) => target.branch === branch);
    return known && branch !== null ? branch : this.name;
  }

  #isPausing({ problem, rung, triedAt }: PushRecord): boolean {
    if (problem === null || triedAt === null) return false;
    const pause = rung === "snapshot" || rung === "portable" ? REFUSED_PAUSE_MS : PAUSE_MS;
    const passed = this.#options.now().getTime() - Date.parse(triedAt);
    return passed >= 0 && passed < pause;
  }

  async #pushTo(
    { branch }: Target,
    reason: string,
    sessions: MergedSession[],
  ): Promise<{ readonly commit: string; readonly trouble: Trouble | null }> {
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
      let refused: ReadonlySet<string> = new Set();
      if (known !== null) {
        const merged = await this.mergeIn(known);
        sessions.push(...merged.sessions);
        refused = merged.refused;
      }
      const commit = await this.#commit(reason, known, refused);
      if (trouble !== null) return { commit, trouble };
      if (this.#options.remote === null) {
        return { commit, trouble: new Trouble("unreachable", "this repository has no remote") };
      }
      if (commit === seen) return { commit, trouble: null };
      try {
        if (attempt === 1 && this.record.branch !== branch) await this.#probe(commit, branch, seen);
        await this.#send(commit, branch, seen);
      } catch (error) {
        if (!(error instanceof Trouble)) throw error;
        if (error.kind === "stale" && attempt < ATTEMPTS) {
          const pause = 20 * 2 ** attempt * (0.5 + Math.random());
          await new Promise((resolve) => setTimeout(resolve, pause));
          continue;
        }
        return { commit, trouble: error };
      }
      await this.#setRef(remoteRef(this.name), commit, null);
      return { commit, trouble: null };
    }
  }

  /** Asks without changing anything, so that a host that forbids the branch is known before. */
  async #probe(commit: string, branch: string, expected: string | null): Promise<void> {
    await this.#send(commit, branch, expected, ["--dry-run"]);
  }

  async #send(
    commit: string,
    branch: string,
    expected: string | null,
    options: readonly string[] = [],
  ): Promise<void> {
    const { remote } = this.#options;
    if (remote === null) throw new Trouble("unreachable", "this repository has no remote");
    await this.git.run([
      "push",
      "--quiet",
      "--porcelain",
      "--no-verify",
      "--no-signed",
      "--no-follow-tags",
      ...options,
      `--force-with-lease=refs/heads/${branch}:${expected ?? ""}`,
      remote,
      `${commit}:refs/heads/${branch}`,
    ], { network: true });
  }

  /** Commits all that is here on top of what is known; gives the tip back where nothing changed. */
  async #commit(
    reason: string,
    seen: string | null,
    refused: ReadonlySet<string>,
  ): Promise<string> {
    for (let attempt = 1;; attempt++) {
      const local = await this.localTip();
      const tree = await this.#writeTree(seen, local, refused);
      const parents = await this.#parents(seen, local);
      const tip = parents[0];
      const unchanged = parents.length === 1 && tip !== undefined &&
        await this.git.line(["rev-parse", `${tip}^{tree}`]) === tree;
      const commit = unchanged ? tip : await writeCommit(this.git, {
        tree,
        parents,
        message: message(reason, null),
        time: this.#options.now(),
      });
      if (commit === local) return commit;
      try {
        await this.#setRef(localRef(this.name), commit, local ?? "");
        return commit;
      } catch (error) {
        // Another process of ours has committed meanwhile.
        if (attempt >= ATTEMPTS) throw error;
      }
    }
  }

  async #parents(seen: string | null, local: string | null): Promise<readonly string[]> {
    if (seen === null) return local === null ? [] : [local];
    if (local === null || local === seen) return [seen];
    if (await this.#isAncestor(seen, local)) return [local];
    if (await this.#isAncestor(local, seen)) return [seen];
    const related = await this.git.run(["merge-base", local, seen], { codes: [1] });
    // The history was compacted: what was here is in the new commit too.
    return related.exitCode === 0 ? [seen, local] : [seen];
  }

  async #isAncestor(older: string, newer: string): Promise<boolean> {
    const args = ["merge-base", "--is-ancestor", older, newer];
    return (await this.git.run(args, { codes: [1] })).exitCode === 0;
  }

  /** A tree of all that is here; what is there and not ours to judge stays. */
  async #writeTree(
    seen: string | null,
    local: string | null,
    refused: ReadonlySet<string>,
  ): Promise<string> {
    const { git, manager } = this.#options;
    const before = seen === null ? new Map() as Tree : await readTree(git, seen);
    const committed = local === null ? before : await readTree(git, local);
    const files = new Map<string, string>();
    for (const [path, { oid }] of before) {
      const content = contentOf(path);
      const strange = content === null || content.kind === "secret";
      const kept = strange
        ? content === null
        : "session" in content
        ? refused.has(content.session)
        : true;
      if (kept) files.set(path, oid);
    }
    const { files: here } = await collect(manager.backend);
    const missing: { readonly path: string; readonly read: () => Promise<Uint8Array> }[] = [];
    for (const file of here) {
      // Who the repository is, the first one has said.
      if (file.name === KEYS.meta && before.has(KEYS.meta)) continue;
      const content = contentOf(file.name);
      if (content !== null && "session" in content && refused.has(content.session)) continue;
      const oid = blobId(git, await file.read());
      files.set(file.name, oid);
      const stored = before.get(file.name)?.oid === oid || committed.get(file.name)?.oid === oid;
      if (!stored) missing.push({ path: file.name, read: file.read });
    }
    if (!files.has(README)) {
      missing.push({
        path: README,
        read: () => Promise.resolve(new TextEncoder().encode(README_TEXT)),
      });
    }
    const written = await writeBlobs(git, readAll(missing));
    for (const [index, { path }] of missing.entries()) files.set(path, written[index] ?? "");
    return await writeTree(git, files);
  }

  /** Sessions that were here at the last commit and were removed since. */
  async #removedHere(tree: Tree): Promise<ReadonlySet<string>> {
    const { git, manager } = this.#options;
    const local = await this.localTip();
    if (local === null) return new Set();
    const committed = new Set(sessionsOf(await readTree(git, local)));
    // A folder whose state directory is gone was not emptied on purpose.
    if ((await manager.ids()).length === 0) return new Set();
    const removed = new Set<string>();
    for (const id of sessionsOf(tree)) {
      if (committed.has(id) && !await manager.backend.hasSession(id)) removed.add(id);
    }
    return removed;
  }

  /** Makes the project where there is none: the same repository as on the other machines. */
  async #makeProject(tree: Tree): Promise<void> {
    const { git, manager, paths, now } = this.#options;
    const present = readRepositoryMeta(paths.meta);
    if (present !== null && (await manager.ids()).length > 0) return;
    const entry = tree.get(KEYS.meta);
    const text = entry === undefined ? undefined : (await readBlobs(git, [entry.oid]))[0];
    const meta = text === undefined
      ? null
      : parseRepositoryMeta(new TextDecoder().decode(text), KEYS.meta);
    if (present !== null && (meta === null || meta.id === present.id)) return;
    await manager.holdRepository("state pull", () => {
      // Nothing has been kept under the new name yet: it is the repository that was there before.
      if (present !== null && meta !== null) {
        writeRepositoryMeta(paths.meta, { ...present, id: meta.id });
        return Promise.resolve();
      }
      initProject(paths, {
        automatic: true,
        now: now(),
        toolVersion: VERSION,
        ...(meta === null ? {} : { newId: () => meta.id, mode: meta.mode }),
      });
      return Promise.resolve();
    });
  }

  /** Whether the configuration here is what was last committed, and the server has another since. */
  async #isOutdated(oid: string): Promise<boolean> {
    const { git, manager } = this.#options;
    const here = await manager.backend.readBlob(KEYS.config);
    if (here === null) return true;
    const local = await this.localTip();
    const committed = local === null ? undefined : (await readTree(git, local)).get(KEYS.config);
    const id = blobId(git, here);
    return id !== oid && id === committed?.oid;
  }

  /** The configuration, unless it was changed here, and the current session where there is none. */
  async #placeFiles(tree: Tree): Promise<void> {
    const { git, manager } = this.#options;
    const { backend } = manager;
    const config = tree.get(KEYS.config);
    const current = tree.get(KEYS.current);
    const here = (await backend.readText(KEYS.current))?.trim() ?? "";
    const hasCurrent = SESSION_ID.test(here) && await backend.hasSession(here);
    const hasConfig = config === undefined || !await this.#isOutdated(config.oid);
    const wanted = [
      ...(hasConfig ? [] : [{ key: KEYS.config, oid: config.oid }]),
      ...(current === undefined || hasCurrent ? [] : [{ key: KEYS.current, oid: current.oid }]),
    ];
    if (wanted.length === 0) return;
    const blobs = await readBlobs(git, wanted.map(({ oid }) => oid));
    await manager.holdRepository("state pull", async () => {
      for (const [index, { key }] of wanted.entries()) {
        const blob = blobs[index] ?? new Uint8Array();
        const id = new TextDecoder().decode(blob).trim();
        const usable = key !== KEYS.current ||
          (SESSION_ID.test(id) && await backend.hasSession(id));
        if (usable) await backend.writeBlob(key, blob);
      }
    });
  }

  /** @param expected the object it must stand for; "" for none; null for any. */
  async #setRef(ref: string, commit: string, expected: string | null): Promise<void> {
    const args = ["update-ref", "-m", "orchestrator", ref, commit];
    if (expected !== null) args.push(expected);
    const result = await this.git.run(args, { codes: [1, 128] });
    if (result.exitCode === 0) return;
    if (/\.lock'?: File exists/i.test(result.stderr) && this.#removeStaleLock(ref)) {
      await this.git.run(args);
      return;
    }
    throw new OrchestratorError("git_failed", `Cannot move "${ref}": ${result.stderr.trim()}`);
  }

  /** A git that was killed leaves its lock on the ref. The ref is ours, and so is the lock. */
  #removeStaleLock(ref: string): boolean {
    const lock = join(this.git.commonDirectory, `${ref}.lock`);
    try {
      if (Date.now() - statSync(lock).mtimeMs < STALE_LOCK_MS) return false;
      unlinkSync(lock);
      return true;
    } catch {
      return false;
    }
  }

  #remember(
    done: Pick<PushReport, "commit" | "rung" | "sessions" | "problem"> & {
      readonly target: Target;
    },
  ): PushReport {
    const { commit, rung, sessions, problem, target } = done;
    const now = this.#options.now().toISOString();
    const safe = problem === null;
    const before = this.record;
    writeRecord(this.git, this.name, {
      rung,
      branch: safe ? target.branch : before.branch,
      safeAt: safe ? now : before.safeAt,
      problem,
      triedAt: now,
    });
    return { commit, branch: target.branch, rung, safe, problem, sessions };
  }
}

async function* readAll(
  files: readonly { readonly read: () => Promise<Uint8Array> }[],
): AsyncGenerator<Uint8Array> {
  for (const { read } of files) yield await read();
}

function message(subject: string, more: string | null): string {
  const signature = `Written by orchestrator ${VERSION}`;
  return [subject, ...(more === null ? [] : [more]), signature].join("\n\n") + "\n";
}
