/**
 * Removes from a state directory what this program has written, and nothing else.
 *
 * Each session is removed atomically with its journal; the project's identity is removed after all
 * sessions and the lock last. So an interrupted run leaves complete sessions, and the next run
 * continues.
 * @module
 */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { patiently, syncDirectory } from "../platform/atomic_file.ts";
import { ioError } from "../platform/io_error.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { FOLDERS, KEYS, LOCK, SESSION_ID } from "../state_layout/names.ts";
import { LAST, surveyState } from "./survey.ts";

/** The command, as others see it that wait for a lock. */
const OPERATION = "deinit";

/**
 * Removes it. Locks the repository, and each session while it is removed.
 * @param directory absolute path of the state directory; it need not exist.
 * @throws `invalid_argument` when it is a link; `lock_held` when another process uses it, and I/O
 *   errors: then some sessions may have been removed completely.
 */
export async function removeState(directory: string, manager: SessionManager): Promise<void> {
  const stat = lstatSync(directory, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (stat.isSymbolicLink()) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot remove the state: "${directory}" is a link, and its target may belong to another project`,
      { hint: "Run `orchestrator deinit --keep-state`, and decide about the link yourself" },
    );
  }
  if (surveyState(directory).ours.length === 0) return;
  const remove = (path: string) => removeFile(`${directory}/${path}`);
  await manager.withRepositoryLock(OPERATION, async () => {
    const { ours, sessions, kept } = surveyState(directory);
    const files = Map.groupBy(ours, (path) => sessionOf(path) ?? "");
    const shared = new Set(kept.map(({ path }) => sessionOf(path)));
    for (const id of sessions) {
      await withLockIfPresent(manager, id, async () => {
        if (!shared.has(id)) return await manager.backend.removeSession(id);
        // The folder stays for what is not ours in it; with its journal the session is gone.
        remove(KEYS.sessionJournal(id));
        for (const path of files.get(id) ?? []) if (!path.endsWith(`/${LOCK}`)) remove(path);
      });
    }
    // Unfinished work of other processes, and files that their locks have created.
    for (const path of surveyState(directory).ours) if (!LAST.includes(path)) remove(path);
  });
  const { ours } = surveyState(directory);
  for (const name of LAST) if (ours.includes(name)) remove(name);
  removeEmptyFolders(directory);
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) {
    syncDirectory(dirname(directory));
  }
}

/** The session whose folder a path lies in; null for none. */
function sessionOf(path: string): string | null {
  const [folder, id = ""] = path.split("/");
  return folder === FOLDERS.sessions && SESSION_ID.test(id) ? id : null;
}

async function withLockIfPresent(
  manager: SessionManager,
  id: string,
  task: () => Promise<void>,
): Promise<void> {
  try {
    await manager.withLock({ session: id }, OPERATION, task);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "session_unknown") throw error;
  }
}

function removeFile(path: string): void {
  try {
    patiently(() => unlinkSync(path));
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw ioError("remove", path, error);
  }
}

/** Removes folders that hold nothing but empty folders, the directory itself last. */
function removeEmptyFolders(directory: string): void {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removeEmptyFolders(`${directory}/${entry.name}`);
    }
    patiently(() => rmdirSync(directory));
  } catch (error) {
    const code = systemErrorCode(error);
    if (!["ENOENT", "ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code ?? "")) {
      throw ioError("remove", directory, error);
    }
  }
}
