/**
 * Starting a session.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { gitBranch } from "../project/git_branch.ts";
import { initProject, refuseHome } from "../project/init.ts";
import { earlierSessions } from "../session/repository_log/earlier.ts";
import { readSessionAt } from "../session/repository_log/session_at.ts";
import { readBinding } from "../session/bindings.ts";
import { newLineage, newSessionId } from "../session/session_id.ts";
import { useNewSession } from "../session/use_session.ts";
import { VERSION } from "../version.ts";
import { shellOf } from "../workflow/command_setup.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import type {
  ChosenBy,
  DefinitionOrigin,
  Namesakes,
  SettingsFile,
} from "../workflow/definition_origin.ts";
import type { EventData } from "../workflow/events.ts";
import { proofPaths } from "../workflow/proof_paths.ts";
import type { EarlierSession, Recent, SessionState } from "../workflow/state.ts";
import { requireFreeName } from "./free_name.ts";
import { findNamesakes } from "./namesakes.ts";
import { filesAt, workNow } from "./work.ts";
import type { Project, Workspace } from "./workspace.ts";

/** The session to start, all of it checked. */
export interface StartRequest {
  readonly task: string;
  readonly name: string | null;
  readonly project: string | null;
  readonly constraints: readonly string[];
  readonly definition: WorkflowDefinition;
  /** The text that the definition was read from. */
  readonly source: string;
  /** The file of that text; `path` is absolute, and null for the built-in definition. */
  readonly file: { readonly path: string | null; readonly chosen: ChosenBy };
  /** A file that replaces settings of the text; null where none does. */
  readonly settingsFrom: SettingsFile | null;
  /** Names of all settings that replace those of the text, sorted. */
  readonly overriddenSettings: readonly string[];
  /** Bind the agent to it also where it is bound to another one that is active. */
  readonly bind: boolean;
}

/** A session that was started. */
export interface Started {
  readonly state: SessionState;
  /**
   * The active session that the running agent was bound to and stays bound to; then `current` is where
   * it was, too. Null where the new session is the agent's and the current one.
   */
  readonly boundTo: SessionState | null;
}

/**
 * Starts a session, which becomes the current one and the agent's, in a project that is made where
 * there is none. An agent that is bound to an active session stays there: a subagent has the session id
 * of the agent that started it, and must not move that one.
 * @throws `invalid_argument` in the home directory, `already_exists` for a name that is taken,
 * `command_failed` where no shell here runs a command as it asks.
 */
export async function startSession(
  workspace: Workspace,
  request: StartRequest,
): Promise<Started> {
  const { manager, paths } = workspace;
  refuseHome(paths);
  // Before anything is made: a damaged or newer project must not be written to.
  void workspace.meta;
  await refuseUnrunnable(request.definition, workspace.io.env);
  await workspace.openForChange();
  const { definitionOrigin } = await import("./definition_origin.ts");
  const identity = await (await import("./identity_elsewhere.ts")).identityForNew(workspace);
  const { definition, source: text, file } = request;
  const lineage = newLineage();
  const [origin, rootCommit, work] = await Promise.all([
    definitionOrigin(workspace, { ...file, text, definition }),
    firstCommit(workspace),
    workNow(workspace, { state: { lineage }, named: proofPaths(definition) }),
  ]);
  const proofFiles = filesAt(workspace, proofPaths(definition));
  const started = await manager.withRepositoryLock("start", async () => {
    initProject(paths, {
      automatic: true,
      ...identity,
      rootCommit,
      now: workspace.io.now(),
      toolVersion: VERSION,
    });
    await workspace.refresh();
    if (request.name !== null) await requireFreeName(workspace, request.name);
    const id = newSessionId();
    const namesakes = await findNamesakes(workspace, request);
    // So that what is missing is among the earlier ones.
    await manager.recordInRepository([]);
    const earlier = await earlierSessions(manager.backend, { session: id, ...request });
    const state = await createFrom(workspace, id, request, {
      lineage,
      origin: request.settingsFrom === null
        ? origin
        : { ...origin, settingsFrom: request.settingsFrom },
      namesakes,
      earlier,
      work: { ...work, ...(Object.keys(proofFiles).length === 0 ? {} : { proofFiles }) },
    });
    const bound = await activeBinding(workspace);
    const boundTo = request.bind ? null : bound;
    if (boundTo === null) await useNewSession(manager, id, workspace.agentBinding);
    await manager.recordInRepository([
      { type: "session_started", data: await readSessionAt(manager.backend, id) },
    ]);
    workspace.changing = id;
    return { state, boundTo, left: boundTo === null ? bound : null };
  });
  if (started.left !== null) {
    const { releaseAll } = await import("./claim_item.ts");
    await releaseAll(workspace, started.left.session);
  }
  return started;
}

/** The active session that the running agent is bound to; null where there is none. */
async function activeBinding(
  { agentBinding, manager }: Pick<Workspace, "agentBinding" | "manager">,
): Promise<SessionState | null> {
  if (agentBinding === null) return null;
  const id = await readBinding(manager, agentBinding);
  if (id === null || !await manager.backend.hasSession(id)) return null;
  try {
    const { state } = await manager.load(id);
    return state.status === "active" ? state : null;
  } catch (error) {
    // One that cannot be read is not one to stay with.
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

/** Refuses a workflow with a command that this machine could only run in a weaker way than it asks. */
async function refuseUnrunnable(
  definition: WorkflowDefinition,
  env: Workspace["io"]["env"],
): Promise<void> {
  const strict = definition.phases.flatMap(({ items }) => items).filter((item) =>
    item.verification.type === "command" && shellOf(item, definition) === "strict"
  );
  if (strict.length === 0) return;
  const { requireShells } = await import("./required_shells.ts");
  await requireShells(strict, definition, env);
}

async function createFrom(
  { manager, paths }: Workspace,
  id: string,
  { source, definition, task, name, project, constraints, overriddenSettings }: StartRequest,
  { lineage, origin, namesakes, earlier, work }: {
    readonly lineage: string;
    readonly origin: DefinitionOrigin;
    readonly namesakes: Namesakes | undefined;
    readonly earlier: Recent<EarlierSession> | null;
    readonly work: Pick<EventData["session_started"], "work" | "proofFiles">;
  },
): Promise<SessionState> {
  return await manager.createSession({
    id,
    events: [{
      type: "session_started",
      data: {
        session: id,
        lineage,
        name,
        task,
        project,
        constraints,
        definition,
        definitionSha256: sha256Hex(source),
        overriddenSettings,
        origin,
        ...(namesakes === undefined ? {} : { namesakes }),
        toolVersion: VERSION,
        ...(earlier === null ? {} : { earlier }),
        ...work,
      },
    }],
    meta: { name, task, branch: gitBranch(paths.root), parent: null },
    workflow: source,
  });
}

/** The first commit of the repository, where it has to be recorded; null where it is known already. */
async function firstCommit({ meta, paths, io }: Project): Promise<string | null> {
  if (meta !== null && meta.rootCommit !== null) return null;
  const { rootCommit } = await import("../project/root_commit.ts");
  return await rootCommit(paths.root, io.env);
}
