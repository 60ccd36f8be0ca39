/**
 * What a list of sessions shows of each.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { LockHolderInfo, LockState } from "../storage/backend.ts";
import { startDeviations } from "../workflow/definition_origin.ts";
import { revokedText } from "../workflow/revocations.ts";
import type { SessionState, WorkflowStatus } from "../workflow/state.ts";
import { itemsDone } from "./items_done.ts";
import { loadSession, SHOW_BELOW } from "./load.ts";
import { replayShort } from "./rebuild.ts";
import type { SessionManager } from "./session_manager.ts";

/** One session of a list. */
export interface SessionSummary {
  readonly id: string;
  /** Number of the last event of the journal here; absent where that was not read. */
  readonly seq?: number;
  readonly name: string | null;
  readonly task: string;
  /** `unreadable`: its journal cannot be trusted or read; see `problem`. */
  readonly status: WorkflowStatus | "unreadable";
  readonly phase: string | null;
  /** Items completed or skipped, of all items. */
  readonly done: number;
  readonly total: number;
  /** RFC 3339 UTC; of the beginning and of the last event. */
  readonly created: string;
  readonly updated: string;
  /** When it was finished or abandoned; absent for an active one, and where it is not known. */
  readonly ended?: string;
  /** Whether its lock is held at the moment. */
  readonly lock: LockState["state"];
  /** The holder; also null for an unknown program. */
  readonly heldBy: LockHolderInfo | null;
  readonly problem?: string;
  /** What sets its workflow apart from the project's; absent where nothing does. */
  readonly deviations?: readonly string[];
}

/**
 * Summaries of all sessions, newest first. One that cannot be read is listed with its problem.
 * @param known those that are known already.
 */
export async function summarise(
  manager: SessionManager,
  known: readonly SessionSummary[] = [],
): Promise<readonly SessionSummary[]> {
  const summaries = [...known];
  const ids = new Set(known.map(({ id }) => id));
  for (const id of await manager.listSessions()) {
    if (ids.has(id)) continue;
    const summary = await summaryOf(manager, id);
    if (summary !== null) summaries.push(summary);
  }
  return summaries.sort((left, right) =>
    left.created < right.created
      ? 1
      : left.created > right.created
      ? -1
      : left.id < right.id
      ? 1
      : -1
  );
}

/** What a row of a list says of a session's state. */
export function rowOf(state: SessionState) {
  const deviations = [...startDeviations(state), ...revoked(state)];
  return {
    name: state.name,
    task: state.task,
    status: state.status,
    phase: state.phase,
    ...itemsDone(state),
    created: state.createdAt,
    updated: state.updatedAt,
    ...(state.endedAt === undefined ? {} : { ended: state.endedAt }),
    ...(deviations.length === 0 ? {} : { deviations }),
  };
}

/** Behind how the session stands: `finished; approval of review revoked`. */
function revoked(state: SessionState): readonly string[] {
  const text = revokedText(state);
  if (text === null) return [];
  const end = { active: "", completed: "finished; ", abandoned: "abandoned; " }[state.status];
  return [`${end}${text}`];
}

async function summaryOf(manager: SessionManager, id: string): Promise<SessionSummary | null> {
  const holding = await manager.backend.holder({ session: id });
  const lock = holding.state;
  const heldBy = holding.state === "held" ? holding.by : null;
  try {
    const state = await replayShort(manager.backend, id, SHOW_BELOW) ??
      (await loadSession(manager.backend, id)).state;
    return {
      id,
      seq: state.seq,
      ...rowOf(state),
      lock,
      heldBy,
    };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    // Removed between the listing and now.
    if (error.code === "session_unknown") return null;
    const meta = await manager.meta(id);
    return {
      id,
      name: meta?.name ?? null,
      task: meta?.task ?? "",
      status: "unreadable",
      phase: null,
      done: 0,
      total: 0,
      created: meta?.created ?? "",
      updated: meta?.created ?? "",
      lock,
      heldBy,
      problem: error.message,
    };
  }
}
