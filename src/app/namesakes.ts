/**
 * Other sessions that a new one may be taken for.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { loadSession } from "../session/load.ts";
import type { SessionManager } from "../session/session_manager.ts";
import type { Namesake, Namesakes } from "../workflow/definition_origin.ts";
import { openBranchSessions } from "./state/find_on_branch.ts";
import type { Workspace } from "./workspace.ts";

/** So many are recorded, the newest. */
const MOST_RECORDED = 5;

/** A session, as far as it must be known to be compared. */
interface Known {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
  readonly created: string;
  /** Absent where it has to be looked up. */
  readonly status?: Namesake["status"];
}

/**
 * The sessions with the same name or task, here and on the state branch, whatever their case and white
 * space. The repository must be locked.
 * @returns undefined where there is none.
 */
export async function findNamesakes(
  workspace: Workspace,
  { name, task }: { readonly name: string | null; readonly task: string },
): Promise<Namesakes | undefined> {
  const { manager } = workspace;
  const [wantedName, wantedTask] = [name === null ? null : folded(name), folded(task)];
  const found: (Known & Pick<Namesake, "same">)[] = [];
  for (const known of [...await sessionsHere(manager), ...await sessionsBeyond(workspace)]) {
    if (wantedName !== null && known.name !== null && folded(known.name) === wantedName) {
      found.push({ ...known, same: "name" });
    } else if (folded(known.task) === wantedTask) found.push({ ...known, same: "task" });
  }
  if (found.length === 0) return undefined;
  found.sort((one, other) => one.created < other.created ? 1 : -1);
  const recent: Namesake[] = [];
  for (const { id: session, same, status } of found.slice(0, MOST_RECORDED)) {
    recent.push({ session, same, status: status ?? await statusOf(manager, session) });
  }
  return { count: found.length, recent };
}

async function sessionsHere(manager: SessionManager): Promise<readonly Known[]> {
  const known: Known[] = [];
  for (const id of await manager.listSessions()) {
    const meta = await manager.meta(id);
    if (meta !== null) known.push(meta);
  }
  return known;
}

async function sessionsBeyond(workspace: Workspace): Promise<readonly Known[]> {
  const entries = await (await openBranchSessions(workspace))?.entries() ?? [];
  return entries.map(({ id, name, task, created, status }) => ({
    id,
    name,
    task,
    created,
    status: status === "unreadable" ? "unknown" : status,
  }));
}

async function statusOf(manager: SessionManager, id: string): Promise<Namesake["status"]> {
  try {
    return (await loadSession(manager.backend, id)).state.status;
  } catch (error) {
    if (error instanceof OrchestratorError) return "unknown";
    throw error;
  }
}

function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
}
