/**
 * Asking a state branch again and again how far a session is there.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { loadSession } from "../../session/load.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { branchWith } from "./all_branches.ts";
import { findStateBranch } from "./find_branch.ts";
import { refsMayKnow } from "./known_refs.ts";
import { openSeen } from "./open_seen.ts";
import { forgetFetch, webMode } from "./when_to_fetch.ts";

/** Pauses between two questions, in milliseconds: they grow. */
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;
const GROWTH = 1.5;

/** How long one question may take, in seconds. */
const QUESTION_SECONDS = 5;

/** Questions that go on until they are stopped. */
export interface Asking {
  /** What the branch had last; null before it answered, and where it does not have the session. */
  readonly newest: () => SessionState | null;
  /** Says who is called when there is an answer. */
  readonly onAnswer: (call: () => void) => void;
  /** The next reading command asks the branch by itself: it has more than is here. */
  readonly remember: () => void;
  /** Resolved once no question is open any more. */
  readonly ended: Promise<void>;
}

/**
 * Asks, with growing pauses, where a branch has the session. A server that does not answer is asked again.
 * @param how.deadline as `performance.now()` counts.
 */
export function askAgain(
  workspace: Workspace,
  { session }: Pick<SessionState, "session">,
  how: { readonly deadline: number; readonly stop: AbortSignal },
): Asking {
  let newest: SessionState | null = null;
  let call = () => {};
  const take = (state: SessionState) => {
    newest = state;
    call();
  };
  return {
    newest: () => newest,
    onAnswer: (next) => void (call = next),
    remember: () => forgetFetch(workspace),
    ended: ask(workspace, session, { ...how, take }),
  };
}

async function ask(
  workspace: Workspace,
  session: string,
  { deadline, stop, take }: {
    readonly deadline: number;
    readonly stop: AbortSignal;
    readonly take: (state: SessionState) => void;
  },
): Promise<void> {
  if (!await webMode(workspace) && !await refsMayKnow(workspace)) return;
  for (let pause = FIRST_PAUSE_MS;; pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)) {
    const left = (deadline - performance.now()) / 1000;
    if (stop.aborted || left < 1) return;
    try {
      const state = await askOnce(workspace, session, Math.min(QUESTION_SECONDS, Math.floor(left)));
      if (state !== null) take(state);
    } catch (error) {
      // It is asked again.
      if (!(error instanceof OrchestratorError)) throw error;
    }
    if (!await paused(pause, stop)) return;
  }
}

async function askOnce(
  workspace: Workspace,
  session: string,
  seconds: number,
): Promise<SessionState | null> {
  const known = await branchWith(workspace, session);
  const name = known?.branch.options.found;
  const branch = await findStateBranch(workspace, {
    patience: seconds,
    offline: true,
    ...(name === null || name === undefined ? {} : { branch: name }),
  });
  const commit = await branch?.fetch(branch.options.found ?? branch.branch) ?? null;
  if (branch === null || commit === null) return null;
  const found = await openSeen(branch, commit);
  if (found === null || !await found.backend.hasSession(session)) return null;
  return (await loadSession(found.backend, session)).state;
}

/** @returns false when it was stopped. */
async function paused(milliseconds: number, stop: AbortSignal): Promise<boolean> {
  if (stop.aborted) return false;
  return await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => end(true), milliseconds);
    const stopped = () => end(false);
    function end(passed: boolean): void {
      clearTimeout(timer);
      stop.removeEventListener("abort", stopped);
      resolve(passed);
    }
    stop.addEventListener("abort", stopped);
  });
}
