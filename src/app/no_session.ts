/**
 * Why there is no session to work in.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { bindingKey, readPointer } from "../session/session_manager.ts";
import { FOLDERS, OF_MAIN } from "../state_layout/names.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { SessionState } from "../workflow/state.ts";
import type { Workspace } from "./workspace.ts";

/**
 * The error of a command that needs a session where none is chosen.
 * @param importCutOff whether an import of a snapshot was interrupted before its last step.
 */
export async function noSession(
  workspace: Workspace,
  importCutOff: boolean,
): Promise<OrchestratorError> {
  const special = await specialCause(workspace, importCutOff);
  const error = special ?? await usualCause(workspace);
  const { withGone } = await import("./gone_sessions.ts");
  return await withGone(workspace, error, special === null);
}

type Asking = Pick<
  Workspace,
  "meta" | "operation" | "paths" | "manager" | "agentBinding" | "io"
>;

/** Why the sessions are elsewhere at the moment; null where nothing is known to have moved them. */
async function specialCause(
  workspace: Asking,
  importCutOff: boolean,
): Promise<OrchestratorError | null> {
  const { meta, operation } = workspace;
  const doing = `Cannot run "${operation}"`;
  if (importCutOff) {
    return new OrchestratorError(
      meta === null ? "no_project" : "no_session",
      `${doing}: a snapshot import was interrupted before its last step`,
      { hint: "Run `orchestrator doctor --fix` to finish it (any change does this too)" },
    );
  }
  const left = await (await import("./identity_elsewhere.ts")).leftBehind(workspace);
  if (left !== null) {
    return new OrchestratorError(
      meta === null ? "no_project" : "no_session",
      `${doing}: there is no ${
        meta === null ? "" : "current "
      }session on this branch; ${left.what}`,
      { hint: left.hint },
    );
  }
  return null;
}

async function usualCause(workspace: Asking): Promise<OrchestratorError> {
  const { meta, operation, paths } = workspace;
  const of = paths.stateHome?.shared?.of;
  const state = of === undefined ? "" : ` (the state is that of "${of}")`;
  const doing = `Cannot run "${operation}"`;
  if (meta === null) {
    const moved = await (await import("./legacy/old_state_moved.ts")).oldStateMoved(workspace);
    return new OrchestratorError(
      "no_project",
      `${doing}: there is no session in "${paths.root}"${state}${moved?.what ?? ""}`,
      paths.isHome
        ? { hint: "Change to a project, or name one with --root" }
        : { hint: moved?.hint ?? `Run \`orchestrator start "<task>"\`` },
    );
  }
  const [own, ...more] = await ownElsewhere(workspace);
  if (own !== undefined) {
    const others = more.length === 0 ? "" : `; also ${more.join(", ")}`;
    return new OrchestratorError(
      "no_session",
      `${doing}: no session is selected in this checkout${state}; in another checkout of the repository this agent works in ${own}${others}`,
      { hint: `Run \`orchestrator session use ${own}\` to go on with it here` },
    );
  }
  const open = of === undefined ? "" : await openThere(workspace.manager);
  return new OrchestratorError(
    "no_session",
    `${doing}: no session is selected${state}${open}`,
    {
      hint:
        "Run `orchestrator session list` to see the sessions, and `orchestrator session use <id>` to select one",
    },
  );
}

/** How many sessions are looked at, and how many are named. */
const MOST_LOOKED_AT = 50;
const MOST_NAMED = 3;

/** The open sessions of a state that is another checkout's, as a clause; empty without any. */
async function openThere(manager: Workspace["manager"]): Promise<string> {
  const open: string[] = [];
  for (const id of (await manager.listSessions()).slice(0, MOST_LOOKED_AT)) {
    const state = await activeState(manager, id);
    if (state === null) continue;
    const { name } = state;
    open.push(name === null ? id : `${id} (${name})`);
  }
  if (open.length === 0) return "";
  const more = open.length > MOST_NAMED ? ` and ${open.length - MOST_NAMED} more` : "";
  return `; open there: ${open.slice(0, MOST_NAMED).join(", ")}${more}`;
}

/**
 * The active sessions that the running agent is bound to in other checkouts of the repository, or was in
 * one that is removed.
 */
async function ownElsewhere(
  { agentBinding, manager }: Pick<Workspace, "manager" | "agentBinding">,
): Promise<readonly string[]> {
  if (agentBinding === null) return [];
  const { backend } = manager;
  const key = bindingKey(agentBinding.variable, agentBinding.value);
  const linked = (await backend.listBlobs(`${FOLDERS.checkouts}/`))
    .filter((found) => found.endsWith(`/${key}`));
  const ids = new Set<string>();
  for (const found of [`${OF_MAIN}${key}`, ...linked]) {
    const id = await readPointer(backend, found);
    if (id === null || !SESSION_ID.test(id) || !await backend.hasSession(id)) continue;
    if (await activeState(manager, id) !== null) ids.add(id);
  }
  return [...ids];
}

/** Null for one that has ended, or cannot be read: the error is about another thing. */
async function activeState(
  manager: Workspace["manager"],
  id: string,
): Promise<SessionState | null> {
  try {
    const { state } = await manager.load(id);
    return state.status === "active" ? state : null;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return null;
  }
}
