/**
 * Waiting for what another process, or a person, does to a session.
 *
 * The folder of the session is watched, never a file, and what woke is not believed: the journal is read
 * again. Where an answer can only come from a state branch, the server is asked with growing pauses.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { FolderWatch } from "../platform/watch_folder.ts";
import { loadSession } from "../session/load.ts";
import type { ItemState, SessionState, Withdrawal } from "../workflow/state.ts";
import { type Waiting, waitingFor } from "../workflow/waiting.ts";
import { askAgain } from "./state/ask_branch.ts";
import type { Workspace } from "./workspace.ts";

/** What is waited for. */
export type WaitKind = "approval" | "change";

/** How a wait ended. */
export interface Waited {
  /** Whether it came. */
  readonly came: boolean;
  /** The newest state that was seen. */
  readonly state: SessionState;
  /** What was waited for; undefined for any change, and where nothing waited. */
  readonly waiting: Waiting | undefined;
  /** Work or an approval that was taken back meanwhile instead. */
  readonly withdrawn?: Withdrawn;
}

/** What was taken back, by whom and why. */
export interface Withdrawn extends Withdrawal {
  readonly what: string;
  readonly reason?: string;
}

/** Milliseconds between two looks that nothing has caused. */
const SLOW_LOOK_MS = 2000;
/** The same where changes are not noticed by themselves. */
const BLIND_LOOK_MS = 500;

/**
 * Waits until a person has decided about what waits first, or until the session has changed.
 * @param request.from the state as it is known already.
 * @param request.seconds how long, at most.
 * @throws `interrupted`
 */
export async function waitFor(
  workspace: Workspace,
  { kind, from, since, seconds, stop }: {
    readonly kind: WaitKind;
    readonly from: SessionState;
    /** Number of the last event that is known already. */
    readonly since: number;
    readonly seconds: number;
    readonly stop: AbortSignal;
  },
): Promise<Waited> {
  const waiting = kind === "approval" ? waitingFor(from)[0] : undefined;
  if (kind === "approval" && waiting === undefined) {
    return { came: isApproved(from), state: from, waiting };
  }
  const deadline = performance.now() + seconds * 1000;
  const done = (state: SessionState) =>
    waiting === undefined
      ? state.seq > since
      : !waitingFor(state).some((one) => isSame(one, waiting));
  let wake = () => {};
  const folder = `${workspace.paths.sessions}/${from.session}`;
  using watching = new FolderWatch(folder, () => wake(), isNoise);
  const ended = new AbortController();
  const asking = askAgain(workspace, from, {
    deadline,
    stop: AbortSignal.any([stop, ended.signal]),
  });
  try {
    for (let newest = from;;) {
      for (const state of [await readHere(workspace, from.session), asking.newest()]) {
        if (state !== null && state.seq > newest.seq) newest = state;
      }
      if (done(newest)) {
        if (newest === asking.newest()) asking.remember();
        return { ...outcome(newest, from, waiting), state: newest, waiting };
      }
      const left = deadline - performance.now();
      if (stop.aborted) throw interrupted(stop);
      if (left <= 0) return { came: false, state: newest, waiting };
      const look = watching.isArmed ? SLOW_LOOK_MS : BLIND_LOOK_MS;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(look, left));
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        asking.onAnswer(() => wake());
        stop.addEventListener("abort", () => wake(), { once: true });
      });
      watching.arm();
    }
  } finally {
    ended.abort();
    await asking.ended;
  }
}

/** Whether a person has approved something of the current phase, in which nothing waits any more. */
function isApproved({ phase, phases }: SessionState): boolean {
  const current = phase === null ? undefined : phases[phase];
  return current !== undefined &&
    (current.approval !== undefined ||
      Object.values(current.items).some(({ approval }) => approval !== undefined));
}

/** Whether what ended the wait is what was waited for: not a rejection, nor the session's end without it. */
function outcome(
  newest: SessionState,
  from: SessionState,
  waiting: Waiting | undefined,
): Pick<Waited, "came" | "withdrawn"> {
  if (waiting === undefined) return { came: true };
  const withdrawn = lastWithdrawn(newest, from.seq);
  if (withdrawn !== undefined) return { came: false, withdrawn };
  return { came: newest.status !== "abandoned" };
}

/** The last thing that was taken back after an event. */
function lastWithdrawn(
  { phases }: SessionState,
  after: number,
): Withdrawn | undefined {
  let last: Withdrawn | undefined;
  const take = (what: string, { withdrawn, withdrawnReason }: Partial<ItemState>) => {
    // An item that another one took along does not count.
    if (withdrawn === undefined || withdrawn.because !== undefined) return;
    if (withdrawn.seq <= (last?.seq ?? after)) return;
    last = {
      ...withdrawn,
      what,
      ...(withdrawnReason === undefined ? {} : { reason: withdrawnReason }),
    };
  };
  for (const [id, { items, withdrawn, withdrawnReason }] of Object.entries(phases)) {
    take(`phase ${id}`, {
      ...(withdrawn === undefined ? {} : { withdrawn }),
      ...(withdrawnReason === undefined ? {} : { withdrawnReason }),
    });
    for (const [item, state] of Object.entries(items)) take(item, state);
  }
  return last;
}

/** Files that say nothing of what happened in a session. */
function isNoise(name: string): boolean {
  return name === "lock" || name.startsWith(".tmp-");
}

function isSame(left: Waiting, right: Waiting): boolean {
  return left.argv.join("\n") === right.argv.join("\n") && left.since === right.since;
}

/** Null while it is not here, or cannot be read at this moment. */
async function readHere({ manager }: Workspace, id: string): Promise<SessionState | null> {
  try {
    return (await loadSession(manager.backend, id)).state;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function interrupted(stop: AbortSignal): OrchestratorError {
  return new OrchestratorError("interrupted", "Cannot wait any longer: interrupted", {
    details: { signal: String(stop.reason) },
  });
}
