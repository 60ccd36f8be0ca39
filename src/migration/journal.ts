/**
 * The intent log of a migration, so that the next command can continue after a crash.
 *
 * `.orchestrator/migration.json` is there while a migration or a rollback is under way. A migration
 * begins in the phase `staging`: everything new is built aside, nothing else is touched, and a crash
 * is undone. Replacing the journal by one in the phase `committed` is **the one moment** at which the
 * migration happens: from then on every step can be repeated, and a crash is followed by the rest of
 * them. `migration_backup/<time>/manifest.json` is written before that moment and says everything
 * about the steps; a rollback works from it too.
 * @module
 */
import { mkdirSync, unlinkSync } from "node:fs";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { refuseLinks } from "../platform/plain_tree.ts";
import { removeTree as removeAll } from "../platform/remove_tree.ts";
import { readTextWithin } from "../platform/within.ts";
import { MIGRATION, type OrchestratorPaths } from "../project/paths.ts";
import { requireOwnWork } from "../project/unfinished_work.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { wrongInJournal, wrongInManifest, wrongInMarker } from "./check.ts";
import type { Manifest, MigrationJournal, MigrationMarker } from "./records.ts";

export type {
  Before,
  FolderTimes,
  MadeSession,
  Manifest,
  MigrationJournal,
  MigrationMarker,
  MovedFile,
  ReplacedFile,
} from "./records.ts";

/** The newest format of these files that this program knows. */
export const MIGRATION_FORMAT = 1;

/** A manifest has some lines for each file of the old tool. */
const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads the journal; null when nothing is under way.
 * @throws `state_corrupt` when it is damaged, or git tracks it; `format_too_new`, `link_refused`
 */
export function readJournal(paths: OrchestratorPaths): MigrationJournal | null {
  const path = paths.migrationJournal;
  const journal = readFormat<MigrationJournal>(paths, path, wrongInJournal);
  if (journal !== null) requireOwnWork(paths, path);
  return journal;
}

/**
 * Refuses a state directory in which a link lies: whole folders are moved in it. What was moved to a
 * backup stays as it was, links included.
 * @throws `link_refused`
 */
export function requirePlainState(paths: OrchestratorPaths): void {
  refuseLinks(paths.stateDirectory, "migrate", new Set([MIGRATION.backup]));
}

/** Writes the journal; durable when it returns. */
export function writeJournal(paths: OrchestratorPaths, journal: MigrationJournal): void {
  replaceFile(paths.migrationJournal, JSON.stringify(journal, null, 2) + "\n", {
    within: paths.stateDirectory,
  });
}

/**
 * Removes the journal: what was under way is done, and lasts before nothing says any more that it was
 * under way.
 */
export function removeJournal(paths: OrchestratorPaths): void {
  syncDirectory(paths.stateDirectory);
  removeFile(paths.migrationJournal);
  syncDirectory(paths.stateDirectory);
}

/** Reads what the last migration did; null when there was none. */
export function readMarker(paths: OrchestratorPaths): MigrationMarker | null {
  return readFormat<MigrationMarker>(paths, paths.migrationMarker, wrongInMarker);
}

/** Absolute path of something in the state directory. */
export function inState(paths: OrchestratorPaths, name: string): string {
  return `${paths.stateDirectory}/${name}`;
}

/** Reads a backup's manifest; null when it is gone. */
export function readManifest(paths: OrchestratorPaths, backup: string): Manifest | null {
  return readFormat(paths, `${inState(paths, backup)}/manifest.json`, wrongInManifest);
}

/** Writes a backup's manifest, making its folder; durable when it returns. */
export function writeManifest(paths: OrchestratorPaths, backup: string, manifest: Manifest): void {
  makeFolder(inState(paths, backup), PRIVATE.folder);
  replaceFile(`${inState(paths, backup)}/manifest.json`, JSON.stringify(manifest) + "\n", {
    within: paths.stateDirectory,
  });
  syncDirectory(inState(paths, MIGRATION.backup));
  syncDirectory(paths.stateDirectory);
}

/** Makes a folder and its parents. */
export function makeFolder(path: string, mode?: number): void {
  try {
    mkdirSync(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
  } catch (error) {
    throw ioError("create", path, error);
  }
}

/** Removes a file; absent is fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isAbsent(error)) throw ioError("remove", path, error);
  }
}

/** Removes a folder with all in it; absent is fine. */
export function removeTree(path: string): void {
  try {
    removeAll(path, null);
  } catch (error) {
    throw ioError("remove", path, error);
  }
}

/** @param wrong says what cannot be in what was read. */
function readFormat<Content extends { readonly format: number }>(
  paths: OrchestratorPaths,
  path: string,
  wrong: (content: Content) => string | null,
): Content | null {
  const text = readTextWithin(paths.stateDirectory, path, MAX_BYTES);
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(path, "it is not JSON", error);
  }
  if (typeof value !== "object" || value === null || !("format" in value)) {
    throw damaged(path, "it has no format");
  }
  if (typeof value.format !== "number" || value.format > MIGRATION_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read "${path}": its format is newer than ${MIGRATION_FORMAT}, the newest that this program supports`,
      { hint: "Use the newer version of orchestrator that wrote it" },
    );
  }
  const content = value as Content;
  const problem = wrong(content);
  if (problem !== null) throw damaged(path, problem);
  return content;
}

function damaged(path: string, what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError("state_corrupt", `Cannot read "${path}": ${what}`, {
    hint: "The originals are in migration_backup/; please report how this happened",
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
