/**
 * What a command says that finds no session where sessions were: which, and what brings them back.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { RememberedHead } from "../session/witness.ts";
import { goneText } from "../session/witness_text.ts";
import { FOLDERS, STATE_DIRECTORY } from "../state_layout/names.ts";
import { whereKept } from "./where_kept.ts";
import { goneFromHere } from "./witness.ts";
import type { Workspace } from "./workspace.ts";

/** So many are named. */
const MOST_NAMED = 3;

/** Sessions that are gone, and what is said of them. */
interface Gone {
  readonly heads: readonly RememberedHead[];
  /** As a phrase: the sessions and what is known of them. */
  readonly named: string;
  /** The step that brings the last of them back; null where no copy is known. */
  readonly back: string | null;
}

/** Those that were active where there are any; null where none is missing. */
async function findGone(workspace: Workspace): Promise<Gone | null> {
  const all = await goneFromHere(workspace);
  const active = all.filter(({ status }) => status === "active");
  const heads = active.length > 0 ? active : all;
  const last = heads.at(-1);
  if (last === undefined) return null;
  const more = heads.length > MOST_NAMED ? `; and ${heads.length - MOST_NAMED} more` : "";
  const kept = await whereKept(workspace, last);
  return {
    heads,
    named: heads.slice(-MOST_NAMED).map(goneText).join("; ") + more,
    back: kept === null
      ? null
      : `Run \`${kept.command}\` to bring session ${last.session} back (${kept.where})`,
  };
}

/**
 * What is said where sessions were and none is: a sentence without a full stop, and the next step.
 * @returns null where a session is here, or none is missing.
 */
export async function allGone(
  workspace: Workspace,
): Promise<{ readonly what: string; readonly hint: string; readonly gone: Gone } | null> {
  if (workspace.meta !== null && (await workspace.manager.listSessions()).length > 0) return null;
  const gone = await findGone(workspace);
  // What was in a worktree that is removed was never here.
  if (gone === null || gone.heads.some(({ place }) => place.startsWith("worktrees/"))) return null;
  const folder = workspace.meta === null
    ? STATE_DIRECTORY
    : `${STATE_DIRECTORY}/${FOLDERS.sessions}`;
  const { length } = gone.heads;
  const were = length === 1
    ? "1 session that was here is"
    : `${length} sessions that were here are`;
  return {
    what: `${folder}/ was deleted or moved, and ${were} gone: ${gone.named}`,
    hint: gone.back ??
      `Restore ${STATE_DIRECTORY} from a backup, import a snapshot, or pull the state branch; ` +
        'without a copy, begin again with `orchestrator start "<task>"`',
    gone,
  };
}

/** The same error, saying which sessions are gone, where there are any. */
export async function withGone(
  workspace: Workspace,
  error: OrchestratorError,
  isOnlyCause: boolean,
): Promise<OrchestratorError> {
  const all = isOnlyCause ? await allGone(workspace) : null;
  const gone = all?.gone ?? await findGone(workspace);
  if (gone === null) return error;
  return new OrchestratorError(
    error.code,
    all === null
      ? `${error.message}; gone without a removal: ${gone.named}`
      : `Cannot run "${workspace.operation}": ${all.what}`,
    {
      hint: all?.hint ?? gone.back ??
        `${error.hint ?? "None is known in this clone"}, or restore .orchestrator from a backup`,
      details: { ...error.details, gone: gone.heads.map(goneData) },
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    },
  );
}

/** For programs. */
function goneData({ session, name, task, status, seq, hash, time }: RememberedHead) {
  return { session, name, task, status, seq, hash, time };
}
