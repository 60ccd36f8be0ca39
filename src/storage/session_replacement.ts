/**
 * Replaces the folder of a session so that readers see the complete old copy or the complete new
 * one.
 *
 * Not every system can exchange two folders in one step, and the lock in the old one is held. So
 * the new copy is prepared elsewhere and renamed to `sessions/.replacing-<id>`: from then on, while
 * that folder has a journal, it is the session, and readers use it. Then its files are copied over
 * the old ones, including the journal, and its own journal is removed: from then on `sessions/<id>`
 * is the session again, with the same content. The next process that locks the session finishes an
 * interrupted replacement.
 * @module
 */
import { lstatSync, mkdirSync, readdirSync, type Stats, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, patiently, renamePatiently, syncDirectory } from "../platform/atomic_file.ts";
import { copyAndHash, syncFiles } from "../platform/copy_file.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { isTracked } from "../platform/own_link.ts";
import { randomBase32 } from "../platform/random.ts";
import { removeTree } from "../platform/remove_tree.ts";
import { namesWithin } from "../platform/within.ts";
import type { NewSession, StorageBackend } from "./backend.ts";
import { JOURNAL, LOCK, REPLACING } from "./keys.ts";
import { removeQuietly, requireReal, stageSession, stagingFolder } from "./session_folders.ts";

/**
 * Replaces an existing session. The repository and the session must be locked.
 * @param parent the folder of all sessions.
 * @returns the etag after the last line of the new journal.
 * @throws `no_space`, `read_only`, `io_failed`; then the old copy is unchanged.
 */
export function replaceFolder(parent: string, id: string, content: NewSession): string {
  const replacing = join(parent, REPLACING + id);
  const staging = stagingFolder(parent, id);
  let etag: string;
  try {
    etag = stageSession(staging, content);
    syncDirectory(staging);
    // The empty rest of an earlier one would keep the name.
    requireReal(parent, replacing, "replace");
    removeTree(replacing, null);
    renamePatiently(staging, replacing);
  } catch (error) {
    removeQuietly(staging);
    throw ioError("replace", join(parent, id), error);
  }
  try {
    syncDirectory(parent);
  } catch (error) {
    undoReplacement(replacing, staging);
    throw error;
  }
  try {
    finishReplacement(parent, id);
  } catch (error) {
    // The new copy counts and is durable; the next writer copies it.
    if (!(error instanceof OrchestratorError)) throw error;
  }
  return etag;
}

/** Lets the old copy count again, after a failure. */
function undoReplacement(replacing: string, staging: string): void {
  try {
    renamePatiently(replacing, staging);
    removeQuietly(staging);
  } catch {
    // The failure that led here is the one to report.
  }
}

/**
 * Finishes a replacement whose new copy is already in effect: may be repeated, by any process. The
 * session must be locked, or its lock must have been removed with its folder.
 * @throws `no_space`, `read_only`, `link_refused`, `io_failed`; then the new copy is still in
 *   effect.
 */
export function finishReplacement(parent: string, id: string): void {
  const from = join(parent, REPLACING + id);
  const to = join(parent, id);
  requireReal(parent, from, "replace");
  requireReal(parent, to, "replace");
  makeDirectory(to);
  try {
    removeOthers(from, to);
    copyOver(from, to);
    patiently(() => unlinkSync(join(from, JOURNAL)));
    // Before the other journal is appended to: after a power cut this one must not count again.
    syncDirectory(from);
  } catch (error) {
    throw ioError("replace", to, error);
  }
  removeQuietly(from);
}

/** Finishes the replacements of all sessions that are not locked. The repository must be locked. */
export async function finishReplacements(
  parent: string,
  backend: Pick<StorageBackend, "hasSession" | "withLock">,
): Promise<void> {
  const names = namesWithin(dirname(parent), parent);
  for (const name of names.filter((name) => name.startsWith(REPLACING))) {
    const session = name.slice(REPLACING.length);
    if (!await backend.hasSession(session)) continue;
    try {
      const request = { operation: "replace", actor: "", timeoutMs: 0 };
      await backend.withLock({ session }, request, () => Promise.resolve());
    } catch (error) {
      // The next process that locks the session or writes to it does this.
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }
}

/**
 * Refuses to end a replacement that no process here has begun: git tracks it.
 * @throws `state_corrupt`
 */
export function requireOwnReplacement(parent: string, id: string): void {
  const path = join(parent, REPLACING + id);
  if (isTracked(path) !== true) return;
  throw new OrchestratorError(
    "state_corrupt",
    `Cannot replace session "${id}": git tracks "${path}", so this machine did not create it`,
    { hint: "Remove it from git: such a folder is never committed", details: { path } },
  );
}

/** Removes what the new copy does not have, or has as something else. */
function removeOthers(from: string, to: string): void {
  for (const name of readdirSync(to)) {
    if (name === LOCK) continue;
    const wanted = kindOf(join(from, name));
    const present = kindOf(join(to, name));
    if (wanted !== present) removeTree(join(to, name), null);
    else if (wanted === "folder") removeOthers(join(from, name), join(to, name));
  }
}

/** Puts every file of the new copy in the place of the old one. */
function copyOver(from: string, to: string): void {
  for (const name of readdirSync(from)) {
    const source = join(from, name);
    const kind = kindOf(source);
    if (kind === "file" && name !== LOCK) replaceByCopy(source, join(to, name));
    if (kind !== "folder") continue;
    mkdirSync(join(to, name), { recursive: true });
    copyOver(source, join(to, name));
  }
  syncDirectory(to);
}

/** The copy keeps the original's time of change, so that etags of a journal stay valid. */
function replaceByCopy(from: string, to: string): void {
  const temporary = join(dirname(to), `.tmp-${process.pid}-${randomBase32(40)}`);
  try {
    copyAndHash(from, temporary);
    syncFiles(dirname(to), [temporary]);
    renamePatiently(temporary, to);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

/** What has a name; anything that is neither a file nor a folder is none of a session's. */
function kindOf(path: string): "file" | "folder" | "other" | null {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (systemErrorCode(error) !== "ENOTDIR") throw error;
  }
  if (stat === undefined) return null;
  return stat.isFile() ? "file" : stat.isDirectory() ? "folder" : "other";
}
