/**
 * Backups of the sessions that imports have replaced.
 * @module
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { systemErrorCode } from "../errors.ts";
import { ioError, removeTemporaries } from "../platform/atomic_file.ts";
import type { ProjectPaths } from "../project/paths.ts";

/** Removes what an import that was killed while it backed up has left. The repository must be held. */
export function sweepBackups({ stateDirectory }: ProjectPaths): void {
  const backups = join(stateDirectory, "backups");
  for (const name of namesIn(backups).filter((name) => name.startsWith("import-"))) {
    const sessions = join(backups, name, "sessions");
    for (const id of namesIn(sessions)) removeTemporaries(join(sessions, id));
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw ioError("read", folder, error);
  }
}
