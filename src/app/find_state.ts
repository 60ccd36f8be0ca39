/**
 * The paths of a project whose state may be elsewhere, as in a linked worktree.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { OrchestratorPaths, userConfigFiles } from "../project/paths.ts";
import { sessionsOnlyHere } from "../project/own_sessions.ts";
export { lookForIdentity } from "./lost_identity.ts";
import { olderBranch } from "./main_checkout_only.ts";
import { findStateHome, type NearestGit, STATE_HOME_VARIABLE } from "../project/state_home.ts";
import type { Configuration, Project, Workspace } from "./workspace.ts";

/**
 * Finds the state.
 * @param git the nearest `.git` upwards.
 * @returns the error of whatever needs a project where it cannot be found.
 */
export function findState(
  workspace: Pick<Workspace, "paths" | "io" | "operation" | "effect" | "warn"> & {
    stateLost: OrchestratorError | null;
  },
  git: NearestGit | null,
): OrchestratorPaths | OrchestratorError {
  const { paths, io: { env, home } } = workspace;
  const userFiles = userConfigFiles(home, env["XDG_CONFIG_HOME"]).map(({ path }) => path);
  try {
    const found = findStateHome(paths, git, { env, home, userFiles });
    if (found === null) return paths;
    const placed = new OrchestratorPaths(paths.root, paths.origin, home, found);
    if (found.isOlder === true) {
      const error = olderBranch(placed, workspace.operation);
      // `init --portable` is the way out; it refuses the other mode itself.
      if (workspace.operation !== "init" && workspace.effect !== "nothing") return error;
      workspace.warn(`${error.message}; ${error.hint}`);
    }
    if (found.second !== undefined) {
      workspace.warn(
        `This repository has a second state in "${found.second}", which does not count: the state is "${found.directory}"`,
      );
    }
    // The command that takes them over says what became of them.
    if (workspace.operation !== "state adopt" && hasOwn(placed)) {
      workspace.warn(
        `This worktree has sessions of its own in .orchestrator, which do not count: the state is that of "${found.shared?.of}"; \`orchestrator state adopt\` takes them over`,
      );
    }
    return placed;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    if (!DIAGNOSES.has(workspace.operation)) return error;
    workspace.stateLost = error;
    // `doctor` has it among its findings.
    if (workspace.operation !== "doctor") workspace.warn(`${error.message}. ${error.hint ?? ""}`);
    return paths;
  }
}

/** The commands that say what is wrong, and look into no session: they answer without the state. */
const DIAGNOSES: ReadonlySet<string> = new Set(["doctor", "env", "validate"]);

/**
 * The place was found before the configuration was read: they have to agree, for a second state must
 * not begin unseen.
 * @throws `config_invalid`
 */
export function requireSameHome(
  { usablePaths, loadedConfig }:
    & Pick<Project, "usablePaths">
    & Pick<Configuration, "loadedConfig">,
): void {
  const home = usablePaths?.stateHome ?? null;
  if (home === null || home.worktree === null || loadedConfig === undefined) return;
  const { value } = loadedConfig.effective("state_home");
  if (home.why === "portable" || value === (home.why === "setting" ? "worktree" : "shared")) {
    return;
  }
  throw new OrchestratorError(
    "config_invalid",
    `Cannot use the state_home "${
      String(value)
    }": it is given in a way that is not read before the state is found`,
    {
      hint: `Set the variable ${STATE_HOME_VARIABLE}, or write \`state_home: ${
        String(value)
      }\` on a line of its own in ~/.orchestrator/config.yaml`,
    },
  );
}

/** False where that cannot be read: it is only to be said. */
function hasOwn(paths: OrchestratorPaths): boolean {
  try {
    return sessionsOnlyHere(paths).length > 0;
  } catch {
    return false;
  }
}
