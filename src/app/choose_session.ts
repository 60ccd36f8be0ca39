/**
 * Choosing the session to read or to change, wherever it is: in the state directory, on the state
 * branch, or in the old tool's files.
 * @module
 */
import { existsSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import type { SessionChoice } from "../session/resolve.ts";
import { pickOld } from "./legacy/old_workflow.ts";
import { type LegacyView, legacyView } from "./legacy/view.ts";
import type { Workspace } from "./workspace.ts";

/**
 * As {@link Workspace.choose}; null too when the name may be one of the old tool's.
 * @param options.bringIn brings a session in that is only on the state branch.
 */
export async function sessionOrNull(
  workspace: Workspace,
  name?: string,
  options: { readonly bringIn?: boolean } = {},
): Promise<SessionChoice | null> {
  let unknown: unknown = null;
  try {
    const choice = await workspace.choose(name);
    if (choice !== null) return choice;
  } catch (error) {
    if (!isUnknown(error)) throw error;
    unknown = error;
  }
  const workflow = await pickOld(workspace, name);
  if (workflow === null) {
    const { bringInNamed, seeBranchSessions } = await import("./state/find_on_branch.ts");
    const more = options.bringIn === true
      ? await bringInNamed(workspace, name)
      : await seeBranchSessions(workspace);
    if (more) return await workspace.choose(name);
    if (unknown !== null) throw unknown;
    return null;
  }
  const id = unknown === null ? workflow.summary?.session : undefined;
  return id !== undefined && workspace.meta !== null &&
      await workspace.manager.backend.hasSession(id)
    ? { id, origin: "current" }
    : null;
}

/** What a reading command looks at: a session, or an old workflow that is none yet. */
export type Reading =
  | { readonly choice: SessionChoice; readonly view: null }
  | { readonly choice: null; readonly view: LegacyView };

/**
 * Chooses what a reading command looks at. On a machine that may be behind that can be the state
 * branch: then the workspace's sessions are those of the branch.
 *
 * The old files may be moved over at the same moment. The migration lets sessions count first and
 * takes the files away afterwards, so what was read of old files is whole if no session counts yet
 * when the reading is over.
 * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`, `legacy_corrupt`
 */
export async function chooseToRead(workspace: Workspace, name?: string): Promise<Reading> {
  const asking = await branchToAsk(workspace);
  await asking?.lookAtBranch(workspace);
  for (let attempt = 1;; attempt++) {
    let failure: unknown;
    try {
      const choice = await sessionOrNull(workspace, name);
      if (choice !== null) {
        if (workspace.beyond?.has(choice.id) === true) {
          const { sayBranch } = await import("./state/branch_view.ts");
          await sayBranch(workspace);
        } else {
          await asking?.compareWithBranch(workspace, choice);
          const { sayAheadOf } = await import("./state/ahead.ts");
          await sayAheadOf(workspace, choice.id);
        }
        return { choice, view: null };
      }
      const view = await legacyView(workspace, name);
      await workspace.refresh();
      const moved = await sessionOrNull(workspace, name);
      if (moved !== null) return { choice: moved, view: null };
      if (view !== null) return { choice: null, view };
      failure = await workspace.noSession();
    } catch (error) {
      failure = error;
    }
    if (attempt > 1 || !mayBeMoving(workspace)) throw failure;
    await workspace.refresh();
  }
}

/** What asks the state branch; null where what is here can be believed without. */
async function branchToAsk(
  workspace: Workspace,
): Promise<typeof import("./state/branch_view.ts") | null> {
  if (!workspace.mayBeBehind) return null;
  const { mustAsk } = await import("./state/when_to_fetch.ts");
  return await mustAsk(workspace) ? await import("./state/branch_view.ts") : null;
}

/** Whether old files are being migrated, or have been. */
function mayBeMoving({ paths }: Workspace): boolean {
  return existsSync(paths.migrationJournal) || existsSync(paths.migrationMarker);
}

function isUnknown(error: unknown): boolean {
  return error instanceof OrchestratorError && error.code === "session_unknown";
}
