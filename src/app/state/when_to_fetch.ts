/**
 * Whether the state branch has to be asked before what is here is believed.
 *
 * Light: what is heavy is reached once there is something to do.
 * @module
 */
import { configMayExist } from "../../config/quick_checks.ts";
import { bindingKey, type SessionManager } from "../../session/session_manager.ts";
import { lastFetch, writeLastFetch } from "../../state_branch/last_fetch.ts";
import type {
  BranchReading,
  Configuration,
  Identity,
  Project,
  Sessions,
  Whereabouts,
} from "../workspace.ts";

/** How long what is here is trusted without asking the branch. */
export const LOOK_EVERY_MS = 10 * 60_000;

/** Whether the configuration says that the state is kept on a branch. */
export async function webMode(
  workspace: Whereabouts & Pick<Configuration, "configPaths" | "config">,
): Promise<boolean> {
  if (!configMayExist(workspace.configPaths, workspace.io.env)) return false;
  return (await workspace.config()).get("web_mode");
}

/**
 * Whether the branch is to be asked before what is here is trusted: not for a while, by a process of
 * this agent's, and there is a branch to ask.
 */
export function lookIsDue(
  workspace: Project & Pick<Configuration, "loadedConfig"> & Identity,
): boolean {
  const last = lastFetch(workspace.paths.root);
  if (last === null) return false;
  if (last === "never") return workspace.loadedConfig?.get("web_mode") === true;
  const passed = workspace.io.now().getTime() - last.time;
  return passed < 0 || passed > LOOK_EVERY_MS || last.who !== whoLooks(workspace);
}

/**
 * Whether a reading command has to ask the state branch before it believes what is here: because
 * nothing is, or because the last question is some time ago.
 */
export async function mustAsk(
  workspace:
    & Project
    & Pick<Configuration, "loadedConfig">
    & Identity
    & Pick<Sessions, "manager">
    & BranchReading,
): Promise<boolean> {
  if (!workspace.mayBeBehind || workspace.branchView !== null) return false;
  if (workspace.meta === null || await isIncomplete(workspace.manager)) return true;
  return lookIsDue(workspace);
}

/** Whether nothing was brought in yet, or not all: the current session is named last. */
export async function isIncomplete(manager: SessionManager): Promise<boolean> {
  return (await manager.listSessions()).length === 0 || await manager.currentSession() === null;
}

/** Whose look it was: another agent session on a reused disk looks for itself. */
function whoLooks({ agentBinding }: Pick<Identity, "agentBinding">): string {
  return agentBinding === null ? "" : bindingKey(agentBinding.variable, agentBinding.value);
}

/** Remembers that the branch was asked, whatever it answered. */
export function rememberFetch(workspace: Project & Identity): void {
  writeLastFetch(workspace.paths.root, {
    time: workspace.io.now().getTime(),
    who: whoLooks(workspace),
  });
}

/** Has the next reading command ask the branch: it is known to have more than is here. */
export function forgetFetch(workspace: Project): void {
  writeLastFetch(workspace.paths.root, { time: 0, who: "" });
}
