/**
 * Finishes or undoes a migration, or a rollback, that was cut off. The repository is held.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { inState, readJournal, readManifest, requirePlainState } from "./journal.ts";
import { lstat } from "./move_tree.ts";
import { publish } from "./publish.ts";
import { finishRollback } from "./rollback.ts";
import { undo } from "./undo.ts";

/** What recovery works on. */
export interface RecoverInput {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly now: Date;
}

/** What recovery did. */
export type Recovery = "nothing" | "undone" | "finished";

/**
 * Completes or undoes what is under way. The repository is locked, so no other process is working on it.
 * @throws OrchestratorError `state_corrupt` when the journal or the manifest cannot be read.
 */
export async function recover(input: RecoverInput): Promise<Recovery> {
  const { paths, manager, now } = input;
  const journal = readJournal(paths);
  if (journal === null) return "nothing";
  requirePlainState(paths);
  const manifest = readManifest(paths, journal.backup);
  if (journal.operation === "rollback") {
    await finishRollback({ paths, manager, journal, manifest });
    return "finished";
  }
  // A power cut can take the commit back, but not what was done after it.
  const moved = lstat(`${inState(paths, journal.backup)}/files`) !== null;
  if (journal.phase === "staging" && !moved) {
    undo(paths, journal);
    return "undone";
  }
  if (manifest === null) {
    throw new OrchestratorError(
      "state_corrupt",
      `Cannot finish the migration: "${journal.backup}/manifest.json" is missing`,
      { hint: `The originals are in .orchestrator/${journal.backup}/files` },
    );
  }
  await publish({ paths, manager, journal, manifest, now });
  return "finished";
}
