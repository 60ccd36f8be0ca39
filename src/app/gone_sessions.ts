/**
 * What a command says that finds no session where sessions were: which, and what brings them back.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { RememberedHead } from "../session/witness.ts";
import { goneText } from "../session/witness_text.ts";
import { whereKept } from "./where_kept.ts";
import { goneFromHere } from "./witness.ts";
import type { Workspace } from "./workspace.ts";

/** So many are named. */
const MOST_NAMED = 3;

/** The same error, naming the sessions that are gone; those that were active where there are any. */
export async function withGone(
  workspace: Workspace,
  error: OrchestratorError,
): Promise<OrchestratorError> {
  const all = await goneFromHere(workspace);
  const active = all.filter(({ status }) => status === "active");
  const gone = active.length > 0 ? active : all;
  const last = gone.at(-1);
  if (last === undefined) return error;
  const named = gone.slice(-MOST_NAMED).map(goneText).join("; ");
  const more = gone.length > MOST_NAMED ? `; and ${gone.length - MOST_NAMED} more` : "";
  const kept = await whereKept(workspace, last);
  return new OrchestratorError(
    error.code,
    `${error.message}; gone without a removal: ${named}${more}`,
    {
      hint: kept === null
        ? `${error.hint ?? "None is known in this clone"}, or restore .orchestrator from a backup`
        : `Run \`${kept.command}\` to bring session ${last.session} back (${kept.where})`,
      details: { ...error.details, gone: gone.map(goneData) },
      ...(error.cause === undefined ? {} : { cause: error.cause }),
    },
  );
}

/** For programs. */
function goneData({ session, name, task, status, seq, hash, time }: RememberedHead) {
  return { session, name, task, status, seq, hash, time };
}
