/**
 * Pushing: merges the state of the server, commits the local state on top of it, and pushes the
 * commit with a lease, with fallbacks to other places.
 * @module
 */
import { readRepositoryMeta } from "../project/identity.ts";
import { NO_REMOTE, type StateBranch } from "./branch.ts";
import { BranchTree } from "./branch_tree.ts";
import { commitAll, type Committed } from "./commit.ts";
import { branchRefused } from "./destination.ts";
import { Trouble } from "./git.ts";
import type { MergedSession } from "./merge.ts";
import { type Fallback, type PushRecord, remoteRef, type Target, writeRecord } from "./places.ts";
import { hasOwnName, isDefaultBranch } from "./protected.ts";
import { setRef } from "./refs.ts";
import type { Scope } from "./scope.ts";
import type { RemovalNotice } from "./removal_notice.ts";
import { pushCommit } from "./server.ts";
import { lastEvents } from "./there.ts";

/** What a push did. */
export interface PushReport {
  /** The commit of all that is here. */
  readonly commit: string;
  /** The branch it went to, or would go to; null for a fallback without one. */
  readonly branch: string | null;
  readonly fallback: Fallback;
  /** True when all of it is on a server. */
  readonly safe: boolean;
  readonly problem: string | null;
  /** What was merged in on the way. */
  readonly sessions: readonly MergedSession[];
  /** What became of sessions whose removal was recorded. */
  readonly removals: readonly RemovalNotice[];
  /** How many sessions of the branch are not here. They stay there. */
  readonly onlyThere: number;
  /** How many of these existed here at the last push, although no removal is recorded. */
  readonly gone: number;
}

/** How a push goes about it. */
export interface PushOptions {
  /** Tries all fallbacks again, from the first. */
  readonly probe?: boolean;
  /** Only commits, when the server was in trouble a moment ago: a later push catches up. */
  readonly patient?: boolean;
  /** The session that it is about: what the server has of it is remembered. */
  readonly session?: string;
  /** Nothing but that session leaves this machine. */
  readonly alone?: boolean;
}

/** How long a patient push leaves a server alone that could not be reached, or refused. */
const PAUSE_MS = 60_000;
const REFUSED_PAUSE_MS = 10 * 60_000;

/** How often a push is retried because another process was faster. */
const ATTEMPTS = 6;

/** What a push has done so far. */
interface Doing {
  readonly state: StateBranch;
  /** Sessions that were here at the last push. */
  readonly before: readonly string[];
  readonly reason: string;
  /** See {@link PushOptions.session}. */
  readonly session: string | null;
  readonly alone: boolean;
  readonly sessions: MergedSession[];
  readonly removals: RemovalNotice[];
}

/**
 * Commits all that is here, merged with what the server has, and pushes it. Never throws for what a
 * server does: then it is committed here, and a later push catches up.
 * @param reason the first line of the commit's message.
 */
export function pushState(
  state: StateBranch,
  reason: string,
  options: PushOptions = {},
): Promise<PushReport> {
  return state.repairing(() => push(state, reason, options));
}

async function push(
  state: StateBranch,
  reason: string,
  options: PushOptions,
): Promise<PushReport> {
  const { targets, remote, found, paths } = state.options;
  const before = state.record;
  const { nowhere } = state;
  const doing: Doing = {
    state,
    before: await hereBefore(state),
    reason,
    session: options.session ?? null,
    alone: options.alone === true,
    sessions: [],
    removals: [],
  };
  if (options.patient === true && nowhere === null && isPausing(state, before)) {
    // What was seen on the server since is merged by the next push that talks to it.
    const seen = await state.localTip() ?? await state.remoteTip();
    const committed = await commitOn(doing, seen);
    const { branch, fallback } = before;
    const problem = await state.problem();
    return {
      ...await reportOf(doing, committed),
      branch,
      fallback: fallback ?? "own",
      problem,
      safe: problem === null,
    };
  }
  const taken = before.branch ?? found;
  const known = targets.findIndex(({ branch }) => branch === taken);
  const from = options.probe === true || known < 0 ? 0 : known;
  let problem = nowhere ?? NO_REMOTE;
  let committed: Committed | null = null;
  for (const target of remote === null ? [] : targets.slice(from)) {
    const tried = await pushTo(doing, target);
    committed = tried.committed;
    const { branch, fallback } = target;
    if (tried.trouble === null) {
      return await remember(doing, committed, { branch, fallback, problem: null });
    }
    problem = tried.trouble.message;
    if (!["forbidden", "rejected"].includes(tried.trouble.trouble)) {
      return await remember(doing, committed, {
        branch,
        fallback: before.fallback ?? fallback,
        problem,
      });
    }
  }
  committed ??= await commitOn(doing, await state.localTip());
  if (readRepositoryMeta(paths.metaFile)?.mode !== "portable") {
    const fallback = nowhere === null ? "snapshot" : before.fallback ?? "own";
    return await remember(doing, committed, { branch: null, fallback, problem });
  }
  const left = await state.portableProblem();
  return await remember(doing, committed, { branch: null, fallback: "portable", problem: left });
}

function isPausing(
  state: StateBranch,
  { problem, fallback, triedAt, failures = 1 }: PushRecord,
): boolean {
  const refused = fallback === "snapshot" || fallback === "portable";
  if ((problem === null && !refused) || triedAt === null) return false;
  // The next command tries again at once; a server that stays away does not hold up every command.
  if (!refused && failures <= 1) return false;
  const pause = refused ? REFUSED_PAUSE_MS : PAUSE_MS;
  const passed = state.options.now().getTime() - Date.parse(triedAt);
  return passed >= 0 && passed < pause;
}

async function pushTo(
  doing: Doing,
  { branch }: Target,
): Promise<{ readonly committed: Committed; readonly trouble: Trouble | null }> {
  const { state } = doing;
  const { git, remote } = state;
  for (let attempt = 1;; attempt++) {
    let seen: string | null;
    let trouble: Trouble | null = null;
    try {
      seen = await state.fetch(branch);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      trouble = error;
      seen = null;
    }
    const known = seen ?? await state.remoteTip();
    // Remote-only sessions are not imported by a push.
    const merged = known === null ? null : await state.mergeIn(known, { scope: scopeOf(doing) });
    doing.sessions.push(...merged?.sessions ?? []);
    doing.removals.push(...merged?.removals ?? []);
    const committed = await commitOn(doing, known, merged?.refused);
    const { commit } = committed;
    if (trouble !== null) return { committed, trouble };
    if (commit === seen) return { committed, trouble: null };
    try {
      const push = { commit, branch, expected: seen };
      if (attempt === 1 && state.record.branch !== branch) {
        if (remote !== null && !hasOwnName(branch) && await isDefaultBranch(git, remote, branch)) {
          throw branchRefused(branch, "it is the default branch of the remote");
        }
        await pushCommit(git, remote, { ...push, dryRun: true });
      }
      await pushCommit(git, remote, push);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (error.trouble === "stale" && attempt < ATTEMPTS) {
        const pause = 20 * 2 ** attempt * (0.5 + Math.random());
        await new Promise((resolve) => setTimeout(resolve, pause));
        continue;
      }
      return { committed, trouble: error };
    }
    await setRef(git, remoteRef(state.name), commit, null);
    return { committed, trouble: null };
  }
}

function scopeOf({ alone, session }: Doing): Scope {
  return alone && session !== null ? { only: [session] } : "here";
}

/** Commits all that is to be pushed of what is here, and what of `seen` is only there. */
function commitOn(
  { state, reason, alone, session }: Doing,
  seen: string | null,
  refused: ReadonlySet<string> = new Set(),
): Promise<Committed> {
  return commitAll({ ...state.options, name: state.name }, {
    reason,
    seen,
    refused,
    only: alone ? session : null,
  });
}

async function reportOf(
  { state, before, alone, sessions, removals }: Doing,
  { commit, kept }: Committed,
): Promise<Pick<PushReport, "commit" | "sessions" | "removals" | "onlyThere" | "gone">> {
  const here = new Set(await state.options.manager.listSessions());
  // A push of one session keeps what the branch has of the others, be they here or not.
  const onlyThere = [...kept].filter((id) => !here.has(id)).length;
  const gone = alone ? 0 : before.filter((id) => kept.has(id) && !here.has(id)).length;
  return { commit, sessions, removals, onlyThere, gone };
}

/**
 * The sessions that were here at the last push: those that are not any more, though the branch has them,
 * were not removed but lost, as by `git clean`. An earlier program has not written them down; all that
 * it has committed was here.
 */
async function hereBefore(state: StateBranch): Promise<readonly string[]> {
  const { here, triedAt } = state.record;
  if (here !== undefined || triedAt === null) return here ?? [];
  return [...(await BranchTree.open(state.git, await state.localTip())).folders.keys()];
}

async function remember(
  doing: Doing,
  committed: Committed,
  done: Pick<PushReport, "branch" | "fallback" | "problem">,
): Promise<PushReport> {
  const { state } = doing;
  const { branch, fallback, problem } = done;
  const report = await reportOf(doing, committed);
  const now = state.options.now().toISOString();
  const safe = problem === null;
  const before = state.record;
  const known = [
    ...Object.keys(before.there ?? {}),
    ...doing.session === null ? [] : [doing.session],
  ];
  const there = safe && branch !== null
    ? await lastEvents(state.git, committed.commit, known)
    : before.there;
  const thereAt = safe && branch !== null ? committed.commit : before.thereAt;
  writeRecord(state.git, state.name, {
    fallback,
    branch: safe && branch !== null ? branch : before.branch,
    safeAt: safe ? now : before.safeAt,
    problem,
    // Where nothing was tried nothing is waited for.
    triedAt: state.nowhere === null ? now : null,
    here: doing.alone && doing.session !== null
      ? [...new Set([...doing.before, doing.session])].sort()
      : [...await state.options.manager.listSessions()].sort(),
    onlyThere: report.onlyThere,
    ...(safe || state.nowhere !== null ? {} : { failures: (before.failures ?? 0) + 1 }),
    ...(there === undefined ? {} : { there }),
    ...(thereAt === undefined ? {} : { thereAt }),
  });
  return { ...report, ...done, safe };
}
