/**
 * Says that an import of a snapshot was cut off: until it is finished, only some of its sessions
 * are here.
 *
 * Loaded when there is something of an import.
 * @module
 */
import { readPlan, stagingFolders } from "../../snapshot/staging.ts";
import type { Project, Sessions, Warnings } from "../workspace.ts";

/**
 * Warns when an import was committed and no process is working on it.
 * @returns whether that is so.
 */
export async function warnOfImport(
  workspace: Project & Pick<Sessions, "manager"> & Warnings,
): Promise<boolean> {
  const { manager, paths } = workspace;
  const committed = () =>
    stagingFolders(paths.stateDirectory).some((folder) => readPlan(folder) !== null);
  try {
    if (!committed()) return false;
    // The process that carries it out or finishes it holds the repository's lock, and may have just released it.
    if ((await manager.backend.holder("repository")).state === "held" || !committed()) return false;
  } catch {
    // The code that needs the directory reports what is wrong with it.
    return false;
  }
  workspace.warn(
    "A snapshot import was interrupted: some of its sessions are missing until the next change finishes it",
  );
  return true;
}
