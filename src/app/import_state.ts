/**
 * Importing a state of the old tool from wherever it is.
 * @module
 */
import type { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import { findWorkflowAt } from "../migration/import_path.ts";
import { gitBranch } from "../project/git_branch.ts";
import { initProject, refuseHome } from "../project/init.ts";
import { OrchestratorPaths } from "../project/paths.ts";
import { legacyImported, requireReadable, viewLegacy } from "../session/import_session.ts";
import { firstEvent } from "../session/read_events.ts";
import { newLineage, newSessionId } from "../session/session_id.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { useNewSession } from "../session/use_session.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { VERSION } from "../version.ts";
import { requireFreeName } from "./free_name.ts";
import { takeRemovals } from "./state/find_on_branch.ts";
import type { Workspace } from "./workspace.ts";

/** The state to import. */
export interface ImportRequest {
  /** A file or a folder; relative to the working directory. */
  readonly path: string;
  /** Which workflow, where there are several. */
  readonly wanted: string | undefined;
  /** The session's name; null for none. */
  readonly name: string | null;
}

/** What was imported, or was a session already. */
export interface ImportedState {
  readonly id: string;
  readonly view: Awaited<ReturnType<typeof viewLegacy>>;
  readonly workflow: LegacyWorkflow;
  /** False where the state is a session already. */
  readonly made: boolean;
}

/**
 * Imports a state of the old tool as a session, unless it is one already.
 * @throws `legacy_corrupt`, `already_exists` and what finding it throws.
 */
export async function importState(
  workspace: Workspace,
  { path, wanted, name }: ImportRequest,
): Promise<ImportedState> {
  const { paths, manager, io } = workspace;
  refuseHome(paths);
  void workspace.meta;
  const { workflow, root } = findWorkflowAt(paths.resolveFrom(io.cwd, path), wanted);
  await takeRemovals(workspace);
  const result = await manager.withRepositoryLock(
    "import-legacy",
    // The definition of states that hold none is looked for where they come from.
    () => importHeld(workspace, { from: new OrchestratorPaths(root, "flag"), workflow, name }),
  );
  if (result.made) { for (const finding of result.view.findings) workspace.warn(finding); }
  return { ...result, workflow };
}

async function importHeld(
  workspace: Workspace,
  { from, workflow, name }: {
    readonly from: OrchestratorPaths;
    readonly workflow: LegacyWorkflow;
    readonly name: string | null;
  },
): Promise<Omit<ImportedState, "workflow">> {
  const { paths, manager, io, actor } = workspace;
  const now = io.now();
  const stamp = { time: now.toISOString(), actor };
  const { backend } = manager;
  const base = { paths: from, workflow, toolVersion: VERSION, name, backend };
  const first = await viewLegacy(base, stamp, newLineage());
  requireReadable(workflow, []);
  const hash = stateHash(first.events[0]?.data);
  const taken = await manager.backend.hasSession(first.state.session);
  const present = hash === null && taken
    ? first.state.session
    : await sessionOfState(manager, hash);
  if (present !== null) return { id: present, view: first, made: false };
  const identity = await (await import("./identity_elsewhere.ts")).identityForNew(workspace);
  initProject(paths, { automatic: true, ...identity, now, toolVersion: VERSION });
  await workspace.refresh();
  if (name !== null) await requireFreeName(workspace, name);
  // Another state of a workflow that is a session already becomes one beside it.
  const view = taken
    ? await viewLegacy({ ...base, session: newSessionId() }, stamp, newLineage())
    : first;
  const { session: id, task, status } = view.state;
  await manager.createSession({
    id,
    events: view.events,
    history: view.visitHistory,
    meta: { name, task, branch: gitBranch(paths.root), parent: null },
    workflow: JSON.stringify(view.state.definition, null, 2) + "\n",
  });
  const current = await manager.currentSession();
  const free = current === null || !SESSION_ID.test(current) ||
    !await manager.backend.hasSession(current);
  if (status === "active" || free) await useNewSession(manager, id, workspace.agentBinding);
  await manager.recordInRepository([
    await legacyImported(manager.backend, id, { how: "import-legacy", view }),
  ]);
  return { id, view, made: true };
}

/** SHA-256 of the state, as a session's first event keeps it; null when it keeps none. */
function stateHash(data: unknown): string | null {
  if (typeof data !== "object" || data === null || !("source" in data)) return null;
  const { source } = data;
  if (typeof source !== "object" || source === null || !("files" in source)) return null;
  const files: unknown = source.files;
  if (!Array.isArray(files)) return null;
  const state: unknown = files.find((file) => file?.role === "state");
  if (typeof state !== "object" || state === null || !("sha256" in state)) return null;
  return typeof state.sha256 === "string" ? state.sha256 : null;
}

/** The session that was made of this very state. */
async function sessionOfState(
  manager: SessionManager,
  hash: string | null,
): Promise<string | null> {
  if (hash === null) return null;
  for (const id of await manager.listSessions()) {
    const first = await firstEvent(manager.backend, id);
    if (first?.type === "session_imported" && stateHash(first.data) === hash) return id;
  }
  return null;
}
