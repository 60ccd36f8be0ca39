/**
 * Moving files and folders so that a move that was cut off is finished by doing it again.
 * @module
 */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmdirSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, renamePatiently, syncDirectory } from "../platform/atomic_file.ts";
import { copyAndHash, hashFile, syncFiles } from "../platform/copy_file.ts";
import { removeTree } from "../platform/remove_tree.ts";
import { randomBase32 } from "../platform/random.ts";
import { REPLACING } from "../storage/keys.ts";

/**
 * Moves a file, a link or a folder to an unused name; to another file system by a copy that is
 * checked before the original goes.
 * @param mode what a folder's permission bits are to be afterwards; moving may need others for a moment.
 * @returns false when there was nothing to move, or its place is taken: then it was moved before.
 */
export function moveOnce(from: string, to: string, mode?: number): boolean {
  const stats = lstat(from);
  const there = lstat(to);
  if (stats === null || there !== null) {
    if (mode !== undefined && there?.isDirectory() === true) setMode(to, mode);
    return isSameFile(stats, there) && removeOldName(from, to);
  }
  try {
    rename(from, to, stats);
  } catch (error) {
    if (systemErrorCode(error) !== "EXDEV") throw ioError("move", from, error);
    moveAcross(from, to, stats);
  }
  if (mode !== undefined && stats.isDirectory()) setMode(to, mode);
  return true;
}

/** A folder that its owner cannot write to cannot be moved to another parent either. */
function rename(from: string, to: string, stats: Stats): void {
  try {
    renamePatiently(from, to);
  } catch (error) {
    const code = systemErrorCode(error);
    if (!stats.isDirectory() || (code !== "EACCES" && code !== "EPERM")) throw error;
    chmodSync(from, (stats.mode & 0o7777) | 0o700);
    renamePatiently(from, to);
    chmodSync(to, stats.mode & 0o7777);
  }
}

/** Copies, then removes the original: after a crash in between it is repeated. */
function moveAcross(from: string, to: string, stats: Stats): void {
  copyWhole(from, to, stats);
  removeCopied(from, stats);
}

/** Copies aside, checks, and takes the name once all is on the disk. */
function copyWhole(from: string, to: string, stats: Stats): void {
  const folder = parentOf(to);
  const temporary = `${to.slice(folder.length + 1)}.tmp-`;
  for (const name of readdirSync(folder)) {
    if (name.startsWith(temporary)) removeTree(`${folder}/${name}`, null);
  }
  const aside = `${folder}/${temporary}${randomBase32(40)}`;
  copyTree(from, aside, stats);
  renamePatiently(aside, to);
  syncDirectory(folder);
}

/**
 * Copies a file, a link or a folder to an unused name, with modes and times; durable when it returns.
 * @returns false when there was nothing to copy, or its place is taken: then it was copied before.
 */
export function copyOnce(from: string, to: string): boolean {
  const stats = lstat(from);
  if (stats === null || lstat(to) !== null) return false;
  try {
    copyWhole(from, to, stats);
  } catch (error) {
    throw ioError("copy", from, error);
  }
  return true;
}

function copyTree(from: string, to: string, stats: Stats): void {
  if (stats.isSymbolicLink()) {
    symlinkSync(readlinkSync(from), to);
    return;
  }
  if (!stats.isDirectory()) {
    const { sha256 } = copyAndHash(from, to);
    syncFiles(to, [to]);
    if (hashFile(to).sha256 === sha256) return;
    throw new OrchestratorError(
      "io_failed",
      `Cannot copy "${from}": the copy differs from the original`,
    );
  }
  mkdirSync(to, { mode: 0o700 });
  for (const name of readdirSync(from)) {
    copyTree(`${from}/${name}`, `${to}/${name}`, lstatSync(`${from}/${name}`));
  }
  syncDirectory(to);
  chmodSync(to, stats.mode & 0o7777);
  utimesSync(to, stats.atimeMs / 1000, stats.mtimeMs / 1000);
}

function removeCopied(path: string, stats: Stats): void {
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  chmodSync(path, (stats.mode & 0o7777) | 0o700);
  for (const name of readdirSync(path)) {
    removeCopied(`${path}/${name}`, lstatSync(`${path}/${name}`));
  }
  rmdirSync(path);
}

/**
 * Moves all that is in `from` to the same names in `to`, whole folders at once where there is none
 * yet. What is there in `to` is never replaced.
 */
export function mergeTree(from: string, to: string): void {
  const stats = lstat(from);
  if (stats === null) return;
  const there = lstat(to);
  if (there === null) {
    try {
      renamePatiently(from, to);
      syncDirectory(parentOf(to));
      return;
    } catch (error) {
      throw ioError("move", from, error);
    }
  }
  if (isSameFile(stats, there)) return void removeOldName(from, to);
  if (!stats.isDirectory()) {
    throw new OrchestratorError("already_exists", `Cannot write "${to}": it already exists`);
  }
  for (const name of readdirSync(from)) mergeTree(`${from}/${name}`, `${to}/${name}`);
  syncDirectory(to);
  removeEmpty(from);
}

/**
 * Whether two names are of one file: a power cut may have let the old name of a move stand beside the
 * new one.
 */
function isSameFile(one: Stats | null, other: Stats | null): boolean {
  return one?.isFile() === true && other?.isFile() === true && one.ino !== 0 &&
    one.ino === other.ino && one.dev === other.dev;
}

/** Ends a move of which both names are there. */
function removeOldName(from: string, to: string): boolean {
  // It may be that the new name is not on the disk yet.
  syncDirectory(parentOf(to));
  try {
    unlinkSync(from);
  } catch (error) {
    throw ioError("move", from, error);
  }
  return true;
}

/** Names that were moved from some folders to others. */
export interface Moves {
  /** Folders that names were moved to. */
  readonly into: Iterable<string>;
  /** Folders that they were moved out of; one that is gone is fine. */
  readonly from: Iterable<string>;
  /** A folder above all of `into`, or one of them, whose own name is durable. */
  readonly top: string;
}

/**
 * Makes moves last. The folders that the new names are in come first, from the top, then the new names,
 * then that the old ones are gone: a power cut leaves one name at least. Folders for whole folders to be
 * moved to must last before (see `makeDirectory`).
 * @throws OrchestratorError `io_failed`
 */
export function syncMoves({ into, from, top }: Moves): void {
  const folders = new Set<string>();
  for (const folder of into) {
    for (let above = folder; above.length >= top.length; above = parentOf(above)) {
      folders.add(above);
    }
  }
  const fromTheTop = [...folders].sort((one, other) => one.length - other.length);
  for (const folder of fromTheTop) syncDirectory(folder);
  for (const folder of new Set(from)) {
    if (!folders.has(folder) && lstat(folder) !== null) syncDirectory(folder);
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Removes a folder if it is empty; anything else is fine. */
export function removeEmpty(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (["ENOTEMPTY", "EEXIST", "ENOENT", "ENOTDIR"].includes(code ?? "")) return false;
    // A folder that holds what may not be looked at is not empty.
    if (code === "EACCES" || code === "EPERM") return false;
    throw ioError("remove", path, error);
  }
}

/**
 * Removes what a removal of a session that was cut off has left: a folder without a journal, and the
 * mark beside it. A session that is there is left alone.
 * @param sessions the folder of all sessions.
 */
export function clearRemains(sessions: string, id: string): void {
  if (lstat(`${sessions}/${id}/log.jsonl`) !== null) return;
  try {
    removeTree(`${sessions}/${id}`, null);
    if (lstat(sessions) === null) return;
    for (const name of readdirSync(sessions)) {
      if (name.startsWith(`.removed-${id}-`)) removeTree(`${sessions}/${name}`, null);
    }
  } catch (error) {
    throw ioError("remove", `${sessions}/${id}`, error);
  }
}

/**
 * Lets a whole copy take the place of a session, by one rename: from there on it counts, and the process that
 * holds the session next ends the replacement. The session is held.
 * @param sessions the folder of all sessions.
 * @param copy a folder that is on the disk.
 */
export function takePlace(sessions: string, id: string, copy: string): void {
  const replacing = `${sessions}/${REPLACING}${id}`;
  try {
    // The rest of an earlier one, which has no journal any more.
    removeTree(replacing, null);
  } catch (error) {
    throw ioError("remove", replacing, error);
  }
  moveOnce(copy, replacing);
  syncMoves({ into: [sessions], from: [parentOf(copy)], top: sessions });
}

/** Gives a folder its permission bits and time of change back. */
export function restoreFolder(path: string, mode: number, mtimeMs: number): void {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return;
    if ((stats.mode & 0o7777) !== mode) chmodSync(path, mode);
    utimesSync(path, stats.atimeMs / 1000, mtimeMs / 1000);
  } catch {
    // Another user's folder, or a removed one: the times matter little.
  }
}

/** `lstat`, or null when there is nothing. */
export function lstat(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (systemErrorCode(error) === "ENOTDIR") return null;
    throw ioError("read", path, error);
  }
}

function setMode(path: string, mode: number): void {
  try {
    if ((lstatSync(path).mode & 0o7777) !== mode) chmodSync(path, mode);
  } catch (error) {
    throw ioError("change the mode of", path, error);
  }
}
