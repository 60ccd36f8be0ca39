/**
 * Holding what a command changes besides sessions: the project's own things, and the user's.
 * @module
 */
import { withUserDirectoryLock } from "../config/change.ts";
import { DEFAULT_LOCK_TIMEOUT } from "../config/quick_checks.ts";
import { OrchestratorError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { Configuration, Identity, Project, Sessions, Warnings } from "./workspace.ts";

/**
 * Runs `task` while no other process changes the repository's own files, and creates the project where there is
 * none.
 */
export async function withProjectLock<Result>(
  workspace: Project & Pick<Sessions, "manager"> & Warnings,
  operation: string,
  task: () => Result | Promise<Result>,
): Promise<Result> {
  workspace.requireWritableRoot();
  // Before anything is made: a damaged or newer project must not be written to.
  void workspace.meta;
  const { initProject } = await import("../project/init.ts");
  const { identityForNew } = await import("./identity_elsewhere.ts");
  const { io, paths, meta } = workspace;
  const identity = await identityForNew({
    paths,
    meta,
    io,
    operation,
    warn: (message) => workspace.warn(message),
  });
  return await workspace.manager.withRepositoryLock(operation, async () => {
    initProject(workspace.paths, {
      automatic: true,
      ...identity,
      now: workspace.io.now(),
      toolVersion: VERSION,
    });
    await workspace.refresh();
    return await task();
  });
}

/**
 * Runs `task` while no other process changes the user's own folder; creates it where there is none.
 * @throws `invalid_argument` where there is no home.
 */
export async function withUserLock<Result>(
  workspace: Project & Pick<Configuration, "loadedConfig"> & Pick<Identity, "actor">,
  operation: string,
  task: () => Result | Promise<Result>,
): Promise<Result> {
  const directory = workspace.paths.userDirectory;
  if (directory === undefined) {
    throw new OrchestratorError("invalid_argument", `Cannot use "--global": there is no home`, {
      hint: "Set HOME",
    });
  }
  const seconds = workspace.loadedConfig?.get("lock_timeout") ?? DEFAULT_LOCK_TIMEOUT;
  return await withUserDirectoryLock(directory, {
    operation,
    actor: workspace.actor.name,
    timeoutMs: seconds * 1000,
  }, task);
}
