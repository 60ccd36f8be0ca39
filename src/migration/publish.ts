/**
 * The second half of a migration: what was staged takes its place, then the originals go to the
 * backup. Every step can be repeated, so this also finishes what a crash cut off.
 *
 * Readers see the old state until `meta.json` and `current` say otherwise, and the new one from there
 * on: sessions are there before that, originals disappear after it, a workflow's state first.
 * @module
 */
import { ioError, renamePatiently, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { OWNED_FOLDERS } from "../legacy/inventory.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { pathExists } from "../platform/path.ts";
import { readTextWithin } from "../platform/within.ts";
import { completeGitignore } from "../project/complete_gitignore.ts";
import { readRepositoryMeta } from "../project/identity.ts";
import { initProject } from "../project/init.ts";
import {
  CURRENT_BESIDE_OLD,
  KEYS,
  OLD_SESSION_ID,
  type OrchestratorPaths,
  STATE_DIRECTORY,
} from "../project/paths.ts";
import { workflowPlaces } from "../project/usual_workflow.ts";
import { rememberImport } from "../session/import_session.ts";
import { raiseFormat } from "../session/removed_sessions.ts";
import type { ArrivedSession } from "../session/repository_log/lines.ts";
import { readSessionAt, UNKNOWN_COPY } from "../session/repository_log/session_at.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { SESSION_ID } from "../storage/keys.ts";
import {
  inState,
  type Manifest,
  MIGRATION_FORMAT,
  type MigrationJournal,
  type MigrationMarker,
  removeFile,
  removeJournal,
  removeTree,
} from "./journal.ts";
import {
  clearRemains,
  copyOnce,
  lstat,
  mergeTree,
  moveOnce,
  removeEmpty,
  syncMoves,
  takePlace,
} from "./move_tree.ts";
import { PUBLISHED } from "./stage.ts";

/** What publishing works on. The repository is held. */
export interface PublishInput {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly journal: MigrationJournal;
  readonly manifest: Manifest;
  readonly now: Date;
}

/** Does all steps of a committed migration that are not done yet. */
export async function publish(input: PublishInput): Promise<void> {
  const { paths, manager, journal, manifest } = input;
  const staging = inState(paths, journal.staging);
  const backup = inState(paths, journal.backup);
  const newer = manifest.sessions.some(({ history }) => history === true);
  if (newer) await raiseFormat(manager.backend);
  await replaceSessions(input, staging, backup);
  initProject(paths, { automatic: true, now: input.now, toolVersion: manifest.tool });
  if (newer) await raiseFormat(manager.backend);
  if (!journal.before.meta || readRepositoryMeta(paths.metaFile)?.mode === "portable") {
    completeGitignore(paths);
  }
  for (const { id } of manifest.sessions) clearRemains(paths.sessions, id);
  for (const name of PUBLISHED) mergeTree(`${staging}/${name}`, inState(paths, name));
  await appendFeedback(manager, manifest);
  publishWorkflow(paths, staging);
  // Where the old state ends to count: aliases first, because the old `current` may use one.
  for (const [alias, id] of Object.entries(manifest.aliases)) rememberImport(paths, [alias], id);
  await takeCurrent(paths, manager, manifest);
  await pointCurrent(manager, manifest);
  moveOriginals(paths, manifest, backup);
  const marker: MigrationMarker = {
    format: MIGRATION_FORMAT,
    time: manifest.time,
    tool: manifest.tool,
    backup: journal.backup,
    files: manifest.files,
    sessions: manifest.sessions.map((session) => session.id),
    total: {
      files: manifest.files.length,
      bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0),
    },
  };
  replaceFile(paths.migrationMarker, JSON.stringify(marker, null, 2) + "\n", {
    within: paths.stateDirectory,
  });
  await recordMigration(manager, manifest, journal.backup);
  removeTree(staging);
  removeJournal(paths);
}

/** Tells the repository's journal what came, once. */
async function recordMigration(
  manager: SessionManager,
  { sessions }: Manifest,
  backup: string,
): Promise<void> {
  const made: ArrivedSession[] = [];
  for (const { id, replaced } of sessions) {
    const at = await readSessionAt(manager.backend, id);
    const before = { ...UNKNOWN_COPY, backup: `${backup}/sessions/${id}` };
    made.push(replaced ? { ...at, replaced: before } : at);
  }
  await manager.recordInRepository([
    { type: "migrated", data: { operation: backup, sessions: made } },
  ]);
}

/** Sessions that an old state takes the place of: the one here is copied to the backup before. */
async function replaceSessions(
  { manager, manifest, paths }: PublishInput,
  staging: string,
  backup: string,
): Promise<void> {
  for (const { id, replaced } of manifest.sessions) {
    const staged = `${staging}/sessions/${id}`;
    if (!replaced || lstat(staged) === null) continue;
    makeDirectory(`${backup}/sessions`, { mode: PRIVATE.folder });
    await manager.withLock({ session: id }, "migrate", async () => {
      (await manager.witness())?.forget(id);
      copyOnce(inState(paths, `sessions/${id}`), `${backup}/sessions/${id}`);
      takePlace(paths.sessions, id, staged);
    });
    // Holding it ends the replacement.
    await manager.withLock({ session: id }, "migrate", () => Promise.resolve());
  }
}

/** Sessions that were there before get their lines; new ones were built with them. */
async function appendFeedback(manager: SessionManager, manifest: Manifest): Promise<void> {
  const made = new Set(manifest.sessions.map((session) => session.id));
  for (const { session, kind, lines } of manifest.feedback) {
    if (made.has(session) || !await manager.backend.hasSession(session)) continue;
    const key = KEYS.feedback(session, kind);
    await manager.withLock({ session }, "migrate", async () => {
      const present = new Set((await manager.backend.readText(key) ?? "").split("\n"));
      for (const line of lines) {
        if (!present.has(line)) await manager.backend.appendLine(key, line);
        present.add(line);
      }
    });
  }
}

function publishWorkflow(paths: OrchestratorPaths, staging: string): void {
  for (const name of workflowPlaces(true)) {
    const staged = `${staging}/replace/${name}`;
    if (!pathExists(staged)) continue;
    const path = `${paths.root}/${name}`;
    // Not through a temporary file in the root, which a crash would leave there.
    try {
      renamePatiently(staged, path);
      syncDirectory(path.slice(0, path.lastIndexOf("/")));
    } catch (error) {
      throw ioError("write", path, error);
    }
  }
}

/** `current` becomes this program's: the old tool's is in the backup, and what counted beside it goes on. */
async function takeCurrent(
  paths: OrchestratorPaths,
  manager: SessionManager,
  manifest: Manifest,
): Promise<void> {
  const within = paths.stateDirectory;
  const [current, beside] = [inState(paths, KEYS.current), inState(paths, CURRENT_BESIDE_OLD)];
  const present = readTextWithin(within, beside, LIMITS.short)?.trim() ?? "";
  const counts = SESSION_ID.test(present) && await manager.backend.hasSession(present)
    ? present
    : manifest.current;
  const old = readTextWithin(within, current, LIMITS.short)?.trim() ?? "";
  if (counts !== null && OLD_SESSION_ID.test(old)) replaceFile(current, `${counts}\n`, { within });
  if (counts !== null) removeFile(beside);
}

async function pointCurrent(manager: SessionManager, manifest: Manifest): Promise<void> {
  if (manifest.current === null) return;
  const present = (await manager.backend.readText(KEYS.current))?.trim() ?? "";
  if (manifest.forceCurrent && present !== manifest.current) {
    await manager.setCurrentSession(manifest.current);
    return;
  }
  if (SESSION_ID.test(present) && await manager.backend.hasSession(present)) return;
  await manager.setCurrentSession(manifest.current);
}

function moveOriginals(paths: OrchestratorPaths, manifest: Manifest, backup: string): void {
  const files = `${backup}/files`;
  const [into, from] = [new Set([files]), new Set<string>()];
  for (const { path } of manifest.originals) into.add(folderOf(`${files}/${path}`));
  for (const folder of into) makeDirectory(folder, { mode: PRIVATE.folder });
  for (const { path, kind, mode } of statesFirst(manifest)) {
    const source = `${paths.root}/${path}`;
    const to = `${files}/${path}`;
    moveOnce(source, to, kind === "directory" ? mode : undefined);
    // Also of one that was moved before: by a process that died, perhaps, before it synced.
    from.add(folderOf(source));
  }
  syncMoves({ into, from, top: backup });
  for (const folder of OWNED_FOLDERS) {
    if (manifest.folders.some(({ path }) => path === folder)) {
      removeEmpty(`${paths.root}/${folder}`);
    }
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

const HAS_STATE = new RegExp(
  `^(?:\\.workflow_state\\.json|\\${STATE_DIRECTORY}/(?:state\\.json|sessions/[^/]+))$`,
);

function statesFirst({ originals }: Manifest): Manifest["originals"] {
  return [
    ...originals.filter(({ path }) => HAS_STATE.test(path)),
    ...originals.filter(({ path }) => !HAS_STATE.test(path)),
  ];
}
