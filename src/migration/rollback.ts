/**
 * Goes back: the originals return to their places, byte for byte, and what the migration made goes.
 * @module
 */
import { readdirSync, utimesSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, renamePatiently, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { pathExists } from "../platform/path.ts";
import { hashFile } from "../platform/copy_file.ts";
import { runningSha256 } from "../platform/hash.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { readTextWithin, readWithin } from "../platform/within.ts";
import {
  CURRENT_BESIDE_OLD,
  KEYS,
  MIGRATION,
  type OrchestratorPaths,
  STATE_DIRECTORY,
} from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { SESSION_ID } from "../storage/keys.ts";
import {
  inState,
  type Manifest,
  MIGRATION_FORMAT,
  type MigrationJournal,
  readJournal,
  readManifest,
  readMarker,
  removeFile,
  removeTree,
  requirePlainState,
  writeJournal,
} from "./journal.ts";
import {
  clearRemains,
  lstat,
  mergeTree,
  moveOnce,
  removeEmpty,
  restoreFolder,
  syncMoves,
  takePlace,
} from "./move_tree.ts";
import type { Progress } from "./stage.ts";
import type { SessionAt } from "../session/repository_log/lines.ts";
import { readSessionAt } from "../session/repository_log/session_at.ts";
import { leaveNoTrace } from "./undo.ts";

/** What a rollback works on. The repository is held. */
export interface RollbackInput {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  /** Whether what changed since the migration stays in the new layout. */
  readonly keepNew: boolean;
  readonly now: Date;
  readonly tool: string;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What a rollback would do, or did. */
export interface RollbackResult {
  /** Files and folders that return, relative to the root. */
  readonly restored: readonly string[];
  readonly files: number;
  /** Sessions that go. */
  readonly removed: readonly string[];
  /** Sessions and files that stay because they changed since. */
  readonly kept: readonly string[];
  /** Relative to the root. */
  readonly backup: string;
}

/**
 * What going back would mean.
 * @throws OrchestratorError `nothing_to_undo` when nothing was moved over, or its backup is gone;
 * `already_exists` when something new lies where an original belongs.
 */
export async function planRollback(
  paths: OrchestratorPaths,
  manager: SessionManager,
): Promise<RollbackResult & { readonly manifest: Manifest }> {
  const pending = readJournal(paths);
  const backup = pending?.operation === "migrate" && pending.phase === "committed"
    ? pending.backup
    : readMarker(paths)?.backup;
  const manifest = backup === undefined ? null : readManifest(paths, backup);
  if (backup === undefined || manifest === null) {
    throw new OrchestratorError(
      "nothing_to_undo",
      backup === undefined
        ? `Cannot roll back: there is no migration in "${paths.root}"`
        : `Cannot roll back: the backup "${STATE_DIRECTORY}/${backup}" is missing`,
    );
  }
  const files = `${inState(paths, backup)}/files`;
  const occupied = manifest.originals.map(({ path }) => path).filter((path) =>
    lstat(`${files}/${path}`) !== null && lstat(`${paths.root}/${path}`) !== null
  );
  if (occupied.length > 0) {
    throw new OrchestratorError(
      "already_exists",
      `Cannot roll back: "${occupied[0]}" exists again`,
      { hint: "Rename it, then run the command again", details: { paths: occupied } },
    );
  }
  const kept = await changedSince(paths, manager, manifest);
  return {
    manifest,
    restored: manifest.originals.map(({ path }) => path),
    files: manifest.files.filter(({ stays }) => stays !== true).length,
    removed: manifest.sessions.map(({ id }) => id).filter((id) => !kept.includes(id)),
    kept,
    backup: `${STATE_DIRECTORY}/${backup}`,
  };
}

/** Sessions that moved on or began since, and other files made by the migration that changed since. */
async function changedSince(
  paths: OrchestratorPaths,
  manager: SessionManager,
  manifest: Manifest,
): Promise<readonly string[]> {
  const changed = new Set<string>();
  const made = new Map(manifest.sessions.map((session) => [session.id, session]));
  for (const id of await manager.listSessions()) {
    const session = made.get(id);
    if (session === undefined) {
      if (!manifest.olderSessions.includes(id)) changed.add(id);
      continue;
    }
    // One that was to be replaced may still be the older one, in a migration that was cut off.
    if (session.replaced && isStaged(paths, id)) continue;
    if (await journalHash(manager, id) !== session.journal) {
      changed.add(id);
    } else if (feedbackGrew(paths, manifest, id)) changed.add(id);
  }
  for (const { to, sha256 } of manifest.files) {
    const session = sessionOf(to);
    if (session !== null && made.has(session)) continue;
    const path = `${paths.root}/${to}`;
    if (lstat(path)?.isFile() === true && hashFile(path).sha256 !== sha256) changed.add(to);
  }
  return [...changed];
}

/** Whether a session still waits to take the place of another. */
function isStaged(paths: OrchestratorPaths, id: string): boolean {
  const staging = readJournal(paths)?.staging;
  return staging !== undefined && lstat(`${inState(paths, staging)}/sessions/${id}`) !== null;
}

/** Hash of the journal that counts, which a replacement may have put elsewhere. */
async function journalHash(manager: SessionManager, id: string): Promise<string> {
  const hash = runningSha256();
  for await (const piece of manager.backend.journalPieces(id)) hash.update(piece);
  return hash.hex();
}

/** Longer feedback was written by no session. */
const MAX_FEEDBACK_BYTES = 64 * 1024 * 1024;

function feedbackGrew(paths: OrchestratorPaths, manifest: Manifest, id: string): boolean {
  return (["tool", "process"] as const).some((kind) => {
    const path = inState(paths, KEYS.feedback(id, kind));
    const text = readTextWithin(paths.stateDirectory, path, MAX_FEEDBACK_BYTES);
    if (text === null) return false;
    const known = manifest.feedback.filter((part) => part.session === id && part.kind === kind);
    const expected = known.flatMap((part) => part.lines).map((line) => `${line}\n`).join("");
    return text !== expected;
  });
}

function sessionOf(path: string): string | null {
  return /^\.orchestrator\/sessions\/([a-z2-7]{13})\//.exec(path)?.[1] ?? null;
}

/**
 * Goes back.
 * @throws OrchestratorError `state_moved` when something changed since and `keepNew` is false, and
 * what {@link planRollback} throws; then nothing has changed.
 */
export async function rollBack(input: RollbackInput): Promise<RollbackResult> {
  const { paths, manager, keepNew } = input;
  requirePlainState(paths);
  const { manifest, ...result } = await planRollback(paths, manager);
  if (result.kept.length > 0 && !keepNew) throw movedOn(result.kept);
  const journal: MigrationJournal = {
    format: MIGRATION_FORMAT,
    operation: "rollback",
    phase: "committed",
    started: input.now.toISOString(),
    tool: input.tool,
    backup: result.backup.slice(STATE_DIRECTORY.length + 1),
    staging: readJournal(paths)?.staging ?? `${MIGRATION.staging}none`,
    before: manifest.before,
    kept: result.kept,
  };
  writeJournal(paths, journal);
  await finishRollback({ paths, manager, journal, manifest, onProgress: input.onProgress });
  return result;
}

/** The refusal of a rollback that would take something new away. */
export function movedOn(kept: readonly string[]): OrchestratorError {
  const sessions = kept.filter((name) => SESSION_ID.test(name));
  const what = sessions.length > 0
    ? `${sessions.length === 1 ? "session" : "sessions"} ${
      sessions.join(", ")
    } changed after the migration`
    : `"${kept[0]}" changed after the migration`;
  return new OrchestratorError("state_moved", `Cannot roll back: ${what}`, {
    hint: "Add --keep-new to restore the old files and keep the new changes",
    details: { kept, list: kept },
  });
}

/** Does all steps of a rollback that are not done yet. */
export async function finishRollback(
  { paths, manager, journal, manifest, onProgress }: {
    readonly paths: OrchestratorPaths;
    readonly manager: SessionManager;
    readonly journal: MigrationJournal;
    readonly manifest: Manifest | null;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<void> {
  const backup = inState(paths, journal.backup);
  const kept = new Set(journal.kept ?? []);
  const going: SessionAt[] = [];
  for (const { id, replaced } of manifest?.sessions ?? []) {
    if (!kept.has(id) && !replaced) going.push(await readSessionAt(manager.backend, id));
  }
  if (manifest !== null) {
    restoreOriginals(paths, manifest, backup);
    // From here on the old state counts again.
    restoreReplaced(paths, manifest, backup, kept);
    await removeSessions(paths, manager, manifest, { backup, kept });
    await takeFeedbackBack(paths, manager, manifest);
    removeCopies(paths, manifest, { kept, onProgress });
  }
  // An earlier migration can be gone back on too: its marker was put back.
  if (manifest?.replaced.some(({ path, mode }) => path === MARKER && mode !== null) !== true) {
    removeFile(paths.migrationMarker);
  }
  removeTree(inState(paths, journal.staging));
  if (!hasAny(`${backup}/files`) && !hasAny(`${backup}/sessions`)) removeTree(backup);
  const backups = inState(paths, MIGRATION.backup);
  if (!removeEmpty(backups) && lstat(backups) !== null) syncDirectory(backups);
  removeEmpty(inState(paths, "sessions"));
  if (pathExists(paths.metaFile)) await recordRollback(manager, { journal, manifest, going });
  leaveNoTrace(paths, journal);
  if (manifest === null) return;
  for (const { path, mode, mtimeMs } of [...manifest.folders].reverse()) {
    restoreFolder(path === "" ? paths.root : `${paths.root}/${path}`, mode, mtimeMs);
  }
}

/** Tells the repository's journal which sessions went, and which count again. */
async function recordRollback(
  manager: SessionManager,
  { journal, manifest, going }: {
    readonly journal: MigrationJournal;
    readonly manifest: Manifest | null;
    readonly going: readonly SessionAt[];
  },
): Promise<void> {
  const kept = new Set(journal.kept ?? []);
  const back: SessionAt[] = [];
  for (const { id, replaced } of manifest?.sessions ?? []) {
    if (!kept.has(id) && replaced) back.push(await readSessionAt(manager.backend, id));
  }
  const operation = `${journal.backup} ${journal.started}`;
  const how = "migrate --rollback";
  await manager.recordInRepository([
    { type: "rolled_back", data: { operation, sessions: going } },
    ...(back.length === 0
      ? []
      : [{ type: "sessions_restored", data: { how, sessions: back } } as const]),
  ]);
}

function restoreOriginals(paths: OrchestratorPaths, manifest: Manifest, backup: string): void {
  const files = `${backup}/files`;
  const [into, from] = [new Set<string>(), new Set<string>()];
  for (const { path, mode } of [...manifest.folders].sort((a, b) => a.path < b.path ? -1 : 1)) {
    if (path !== "") makeDirectory(`${paths.root}/${path}`, { mode });
  }
  for (const { path, kind, mode } of manifest.originals) {
    const source = `${files}/${path}`;
    const to = `${paths.root}/${path}`;
    moveOnce(source, to, kind === "directory" ? mode : undefined);
    into.add(to.slice(0, to.lastIndexOf("/")));
    from.add(source.slice(0, source.lastIndexOf("/")));
  }
  syncMoves({ into, from, top: paths.root });
}

const OLD_SESSION = /^\.orchestrator\/sessions\/[0-9a-f]{8}$/i;

const MARKER = `${STATE_DIRECTORY}/${MIGRATION.marker}`;

/** Far more than any of the files that a migration rewrites has. */
const MAX_REPLACED_BYTES = 256 * 1024 * 1024;

/** `current`, `.gitignore`, `meta.json` and workflow.yaml as they were, with modes and times. */
function restoreReplaced(
  paths: OrchestratorPaths,
  manifest: Manifest,
  backup: string,
  kept: ReadonlySet<string>,
): void {
  const keepsSessions = [...kept].some((name) => SESSION_ID.test(name));
  // The old tool reads `current` where it kept sessions, and understands its own ids only; aliases in
  // meta.json let this program go on understanding them.
  const oldCurrent = manifest.originals.some(({ path }) => OLD_SESSION.test(path));
  if (keepsSessions && oldCurrent) keepCurrentBeside(paths);
  const [into, from] = [new Set<string>(), new Set<string>()];
  for (const { path, mode } of manifest.replaced) {
    const inNew = path.startsWith(`${STATE_DIRECTORY}/`);
    // Sessions that stay need their surroundings.
    const isCurrent = path === `${STATE_DIRECTORY}/${KEYS.current}`;
    if (inNew && keepsSessions && path !== MARKER && !(isCurrent && oldCurrent)) continue;
    const target = `${paths.root}/${path}`;
    const original = `${backup}/replaced/${path}`;
    const stats = lstat(original);
    const folder = dirname(target);
    if (lstat(folder) !== null) into.add(folder);
    from.add(original.slice(0, original.lastIndexOf("/")));
    if (stats === null) {
      // None was there; or it is restored already, and the file with it.
      // The .gitignore goes last of all.
      if (mode === null && path !== `${STATE_DIRECTORY}/${KEYS.gitignore}`) removeFile(target);
      continue;
    }
    try {
      renamePatiently(original, target);
      // Two names of one file are left as they are by a rename.
      removeFile(original);
    } catch (error) {
      if (systemErrorCode(error) !== "EXDEV") throw ioError("write", target, error);
      const bytes = readWithin(paths.stateDirectory, original, MAX_REPLACED_BYTES);
      replaceFile(target, bytes ?? new Uint8Array(), {
        within: inNew ? paths.stateDirectory : null,
        mode: mode ?? stats.mode & 0o7777,
      });
      utimesSync(target, stats.atimeMs / 1000, stats.mtimeMs / 1000);
    }
  }
  syncMoves({ into, from, top: paths.root });
}

/** The current session goes on to be it beside the old tool's file, which returns. */
function keepCurrentBeside(paths: OrchestratorPaths): void {
  const within = paths.stateDirectory;
  const id = readTextWithin(within, inState(paths, KEYS.current), LIMITS.short)?.trim() ?? "";
  if (!SESSION_ID.test(id)) return;
  const beside = inState(paths, CURRENT_BESIDE_OLD);
  makeDirectory(dirname(beside), { mode: PRIVATE.folder });
  replaceFile(beside, `${id}\n`, { within });
}

async function removeSessions(
  paths: OrchestratorPaths,
  manager: SessionManager,
  manifest: Manifest,
  { backup, kept }: { readonly backup: string; readonly kept: ReadonlySet<string> },
): Promise<void> {
  for (const { id, replaced } of manifest.sessions) {
    if (kept.has(id)) continue;
    const aside = `${backup}/sessions/${id}`;
    const isHere = await manager.backend.hasSession(id);
    if (replaced) {
      if (lstat(aside) === null) continue;
      if (isHere) {
        await bringBack(paths, manager, id, aside);
        continue;
      }
    } else if (isHere) {
      await manager.withLock({ session: id }, "migrate", () => manager.backend.removeSession(id));
    }
    clearRemains(paths.sessions, id);
    if (replaced) mergeTree(aside, inState(paths, `sessions/${id}`));
  }
}

/** Lets the session that was replaced count again. */
async function bringBack(
  paths: OrchestratorPaths,
  manager: SessionManager,
  id: string,
  aside: string,
): Promise<void> {
  await manager.withLock({ session: id }, "migrate", () => {
    takePlace(paths.sessions, id, aside);
    return Promise.resolve();
  });
  // Holding it ends the replacement.
  await manager.withLock({ session: id }, "migrate", () => Promise.resolve());
}

async function takeFeedbackBack(
  paths: OrchestratorPaths,
  manager: SessionManager,
  manifest: Manifest,
): Promise<void> {
  const made = new Set(manifest.sessions.map((session) => session.id));
  for (const { session, kind, lines } of manifest.feedback) {
    if (made.has(session) || !await manager.backend.hasSession(session)) continue;
    const key = KEYS.feedback(session, kind);
    await manager.withLock({ session }, "migrate", async () => {
      const text = await manager.backend.readText(key);
      if (text === null) return;
      const taken = new Set(lines);
      const left = text.split("\n").filter((line) => !taken.has(line)).join("\n");
      if (left === text) return;
      if (left.trim() === "") {
        await manager.backend.removeBlob(key);
        removeEmpty(inState(paths, key.slice(0, key.lastIndexOf("/"))));
      } else await manager.backend.writeBlob(key, left);
    });
  }
}

function removeCopies(
  paths: OrchestratorPaths,
  manifest: Manifest,
  { kept, onProgress }: {
    readonly kept: ReadonlySet<string>;
    readonly onProgress: ((progress: Progress) => void) | undefined;
  },
): void {
  const folders = new Set<string>();
  const allFiles = manifest.files.length;
  for (const [index, { to }] of manifest.files.entries()) {
    onProgress?.({ step: "remove", files: index + 1, allFiles, done: 0, total: 0 });
    const session = sessionOf(to);
    if (kept.has(to) || (session !== null && kept.has(session))) continue;
    removeFile(`${paths.root}/${to}`);
    for (
      let folder = to.slice(0, to.lastIndexOf("/"));
      folder !== STATE_DIRECTORY;
      folder = folder.slice(0, folder.lastIndexOf("/"))
    ) folders.add(folder);
  }
  folders.add(`${STATE_DIRECTORY}/${MIGRATION.secrets}`);
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    const path = `${paths.root}/${folder}`;
    // Before the folder goes: where a power cut brings its name back, it must be empty.
    if (lstat(path)?.isDirectory() === true) syncDirectory(path);
    if (!SESSION_FOLDER.test(folder)) removeEmpty(path);
  }
  syncDirectory(paths.stateDirectory);
}

/** Whether there is a file anywhere below a folder. */
function hasAny(folder: string): boolean {
  const stats = lstat(folder);
  if (stats === null) return false;
  if (!stats.isDirectory()) return true;
  return readdirSync(folder).some((name) => hasAny(`${folder}/${name}`));
}

/** Never removed for being empty: a session is removed whole or not at all. */
const SESSION_FOLDER = /^\.orchestrator\/sessions\/[a-z2-7]{13}$/;
