/**
 * Backups of the sessions that imports have replaced: `backups/import-<time>-<random>/`, which appears
 * under its name once all of it is on disk.
 * @module
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ioError, renamePatiently, syncDirectory } from "../platform/atomic_file.ts";
import { randomBase32 } from "../platform/random.ts";
import { removeTemporary, removeTree } from "../platform/remove_tree.ts";
import { writeStream } from "../platform/stream_file.ts";
import { lookWithin, namesWithin } from "../platform/within.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { FOLDERS, KEYS, UNFINISHED } from "../state_layout/names.ts";
import { timeInName } from "../state_layout/places.ts";
import type { StorageBackend } from "../storage/backend.ts";

/** An unused name for a folder of backups. */
export function backupName(now: Date): string {
  return `${FOLDERS.backups}/import-${timeInName(now)}-${randomBase32(20)}`;
}

/**
 * Copies sessions with all their files, durably. The repository and the sessions must be held.
 * @param name what {@link backupName} gives.
 */
export async function backUp(
  backend: StorageBackend,
  { stateDirectory }: OrchestratorPaths,
  name: string,
  sessions: readonly string[],
): Promise<void> {
  if (sessions.length === 0) return;
  const backups = join(stateDirectory, FOLDERS.backups);
  const staging = join(backups, `${UNFINISHED.staging}${randomBase32(60)}`);
  const folders = new Set<string>([staging]);
  const copy = async (key: string, pieces: AsyncIterable<Uint8Array>) => {
    const path = join(staging, key);
    mkdirSync(dirname(path), { recursive: true, mode: PRIVATE.folder });
    for (let folder = dirname(path); folder !== staging; folder = dirname(folder)) {
      folders.add(folder);
    }
    // The folder is this call's alone. A rename leaves no second name that would have to be removed.
    await writeStream(path, pieces, { exclusive: false, mode: PRIVATE.file });
  };
  lookWithin(stateDirectory, backups, "back up");
  try {
    mkdirSync(staging, { recursive: true, mode: PRIVATE.folder });
    for (const id of sessions) {
      await copy(KEYS.sessionJournal(id), backend.journalPieces(id));
      for (const key of await backend.listBlobs(`${FOLDERS.sessions}/${id}/`)) {
        await copy(key, backend.blobPieces(key));
      }
    }
    for (const folder of folders) syncDirectory(folder);
    renamePatiently(staging, join(stateDirectory, name));
    syncDirectory(backups);
    syncDirectory(stateDirectory);
  } catch (error) {
    removeTemporary(staging);
    throw ioError("back up", join(stateDirectory, name), error);
  }
}

/** Removes what an import that was killed while it backed up has left. The repository must be held. */
export function sweepBackups({ stateDirectory }: OrchestratorPaths): void {
  const backups = join(stateDirectory, FOLDERS.backups);
  try {
    for (const name of namesWithin(stateDirectory, backups)) {
      if (name.startsWith(UNFINISHED.staging)) removeTree(join(backups, name), stateDirectory);
    }
  } catch (error) {
    throw ioError("read", backups, error);
  }
}
