/**
 * Takes a migration back that was not committed, and removes the traces of holding a repository.
 * @module
 */
import { pathExists } from "../platform/path.ts";
import { KEYS, MIGRATION, type OrchestratorPaths } from "../project/paths.ts";
import { FOLDERS } from "../state_layout/names.ts";
import {
  inState,
  type MigrationJournal,
  removeFile,
  removeJournal,
  removeTree,
} from "./journal.ts";
import { lstat, removeEmpty } from "./move_tree.ts";

/** Takes back a migration that has not been committed: only what it built aside is there. */
export function undo(paths: OrchestratorPaths, journal: MigrationJournal): void {
  removeTree(inState(paths, journal.staging));
  // Originals are never removed, whatever the journal says.
  if (lstat(`${inState(paths, journal.backup)}/files`) === null) {
    removeTree(inState(paths, journal.backup));
  }
  removeEmpty(inState(paths, MIGRATION.backup));
  leaveNoTrace(paths, journal);
}

/**
 * Removes the journal, and what holding the repository has made where nothing was before. The lock
 * goes last: from then on others may hold a new one.
 */
export function leaveNoTrace(paths: OrchestratorPaths, journal: MigrationJournal): void {
  const { before } = journal;
  if (!before.meta && !pathExists(paths.metaFile)) {
    // The journal of a repository that is none any more.
    removeTree(inState(paths, FOLDERS.log));
    removeFile(inState(paths, KEYS.writer));
    if (!before.gitignore) removeFile(paths.gitignore);
  }
  removeJournal(paths);
  if (before.lock || pathExists(paths.metaFile)) return;
  try {
    removeFile(paths.lock);
    if (!before.directory) removeEmpty(paths.stateDirectory);
  } catch {
    // Windows does not remove what is open: an empty lock file stays.
  }
}
