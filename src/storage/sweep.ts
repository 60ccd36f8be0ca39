/**
 * Removing what writers that died have left in folders of the state directory.
 * @module
 */
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { removeTemporaries } from "../platform/atomic_file.ts";
import { namesWithin } from "../platform/within.ts";
import { FOLDERS } from "../state_layout/names.ts";

/** In all folders that are written while the repository is held, which it must be. */
export function sweepFolders(stateDirectory: string): void {
  removeTemporaries(join(stateDirectory, FOLDERS.removed), stateDirectory);
  const checkouts = join(stateDirectory, FOLDERS.checkouts);
  for (const name of namesWithin(stateDirectory, checkouts)) {
    removeTemporaries(join(checkouts, name), stateDirectory);
    removeTemporaries(join(checkouts, name, FOLDERS.bindings), stateDirectory);
  }
  sweepSecrets(stateDirectory);
}

/** Those of another user are theirs to sweep. */
function sweepSecrets(stateDirectory: string): void {
  try {
    removeTemporaries(join(stateDirectory, FOLDERS.secrets), stateDirectory);
  } catch (error) {
    const forbidden = error instanceof OrchestratorError && error.details?.["system"] === "EACCES";
    if (!forbidden) throw error;
  }
}
