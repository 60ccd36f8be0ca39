/**
 * Creates and removes the folders of sessions atomically for readers.
 *
 * A session exists while its journal exists. It is created by renaming a complete staging folder.
 * It is removed by moving its journal out of its folder: a single step on every system, including
 * Windows, which cannot rename a folder while a file in it is open (the lock that guards the
 * removal). The next creation removes leftovers of interrupted operations. `session_replacement.ts`
 * describes how a session is replaced.
 * @module
 */
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError, renamePatiently, syncDirectory } from "../platform/atomic_file.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { pathExists } from "../platform/path.ts";
import { randomBase32 } from "../platform/random.ts";
import { removeTree } from "../platform/remove_tree.ts";
import { lookWithin } from "../platform/within.ts";
import type { BlobContent, NewSession } from "./backend.ts";
import { etagOf } from "./journal_etag.ts";
import { JOURNAL, LOCK, REMOVED, REPLACING, SESSION_ID, STAGING } from "./keys.ts";

/**
 * Refuses the folder of all sessions, or of one session, if it is reached through a link.
 * @param parent the folder of all sessions, in the state directory.
 * @throws `link_refused`
 */
export function requireReal(parent: string, folder: string, verb: string): void {
  lookWithin(dirname(parent), folder, verb);
}

/** Writes a file that must not exist yet, and makes its content durable unless it is derived. */
function writeNew(
  path: string,
  data: string | Uint8Array | Iterable<Uint8Array>,
  durable: boolean,
): void {
  const descriptor = openSync(path, "wx");
  try {
    const pieces = typeof data === "string"
      ? [new TextEncoder().encode(data)]
      : data instanceof Uint8Array
      ? [data]
      : data;
    for (const bytes of pieces) {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(descriptor, bytes, done, bytes.length - done);
      }
    }
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates the folder of a new session.
 * @param parent the folder of all sessions.
 * @returns the etag after the last line of its journal.
 * @throws `already_exists`, `no_space`, `read_only`, `io_failed`; then nothing of it exists.
 */
export function publishSession(parent: string, id: string, content: NewSession): string {
  const target = join(parent, id);
  requireReal(parent, target, "create");
  makeDirectory(parent);
  try {
    sweep(parent);
  } catch (error) {
    throw ioError("read", parent, error);
  }
  const rest = pathExists(target) && !isSession(target) && tombstonesOf(parent, id).length > 0;
  if (pathExists(target) && !rest || isSession(join(parent, REPLACING + id))) {
    throw new OrchestratorError(
      "already_exists",
      `Cannot create session "${id}": ${
        pathExists(join(target, JOURNAL))
          ? "it already exists"
          : "its folder exists, without a journal"
      }`,
      { details: { session: id } },
    );
  }
  const staging = stagingFolder(parent, id);
  let etag: string;
  try {
    etag = stageSession(staging, content);
    writeNew(join(staging, LOCK), "", false);
    syncDirectory(staging);
    if (rest) moveInto(staging, target);
    else renamePatiently(staging, target);
  } catch (error) {
    removeQuietly(staging);
    throw ioError("create", target, error);
  }
  try {
    syncDirectory(parent);
  } catch (error) {
    undoCreation(parent, id);
    throw error;
  }
  return etag;
}

/** A folder with a unique name, for a session being created. */
export function stagingFolder(parent: string, id: string): string {
  return join(parent, `${STAGING}${id}-${randomBase32(30)}`);
}

/**
 * Writes all files of a session to a new folder, durably, except for the folder's own entries.
 * @returns the etag after the last line of its journal; moving the folder does not change it.
 */
export function stageSession(staging: string, content: NewSession): string {
  mkdirSync(staging);
  const { lines } = content;
  const journal = "length" in lines ? lines.map((line) => line + "\n").join("") : lines.pieces;
  writeNew(join(staging, JOURNAL), journal, true);
  const etag = etagOf({ path: join(staging, JOURNAL), within: staging });
  writeAll(staging, content.blobs, true);
  writeAll(staging, content.derived?.(etag) ?? {}, false);
  return etag;
}

/**
 * Moves a complete session into the remains of a removed one: on Windows the folder stays while its
 * lock is held, perhaps by the process that creates the session again. The journal is moved last:
 * the session exists from then on.
 */
export function moveInto(staging: string, target: string): void {
  for (const name of readdirSync(target)) if (name !== LOCK) removeTree(join(target, name), null);
  const last = readdirSync(staging).filter((name) => name !== LOCK && name !== JOURNAL);
  for (const name of [...last, JOURNAL]) renamePatiently(join(staging, name), join(target, name));
  syncDirectory(target);
  removeQuietly(staging);
}

/** Takes a session away whose creation failed at the last step. */
function undoCreation(parent: string, id: string): void {
  try {
    takeSessionAway(parent, id);
  } catch {
    // The failure that led here is the one to report.
  }
}

/**
 * Makes a session disappear. Absent is fine.
 * @throws `read_only`, `link_refused`, `io_failed`; then it is all there.
 */
export function takeSessionAway(parent: string, id: string): void {
  const target = join(parent, id);
  const tombstone = join(parent, `${REMOVED}${id}-${randomBase32(30)}`);
  requireReal(parent, target, "remove");
  try {
    renamePatiently(join(target, JOURNAL), tombstone);
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioError("remove", target, error);
  }
  // The new name first: a power cut must not lose both.
  syncDirectory(parent);
  syncQuietly(target);
  removeRest(parent, target, tombstone);
}

/**
 * Removes the remains of a session that was removed while it was locked: on Windows the folder
 * stays while its lock is open. The next creation removes what cannot be removed now.
 */
export function removeRemains(parent: string, id: string): void {
  try {
    requireReal(parent, parent, "remove");
    for (const name of tombstonesOf(parent, id)) removeTombstone(parent, name);
  } catch {
    // The session is removed; its remains do no harm.
  }
}

/** Names of what removals of one session have left beside its folder. */
function tombstonesOf(parent: string, id: string): readonly string[] {
  return readdirSync(parent).filter((name) => name.startsWith(`${REMOVED}${id}-`));
}

/** Removes what a removal has left: the rest of the session's folder, then the journal beside it. */
function removeTombstone(parent: string, name: string): void {
  const id = name.slice(REMOVED.length).split("-")[0] ?? "";
  // The name may come from anywhere, a checkout for instance: only a session's folder is removed.
  const rest = SESSION_ID.test(id) ? join(parent, id) : null;
  const tombstone = join(parent, name);
  if (rest === null || isSession(rest)) removeQuietly(tombstone);
  else removeRest(parent, rest, tombstone);
}

/** Removes what is left of a session's folder, and then the journal that says that it is a rest. */
function removeRest(parent: string, rest: string, tombstone: string): void {
  if (!removeQuietly(rest)) return;
  // After a power failure the folder must not exist without the journal next to it: it would never
  // be removed.
  syncQuietly(parent);
  removeQuietly(tombstone);
}

/**
 * Removes leftovers of interrupted creations and removals. What cannot be removed is kept for the
 * next time.
 */
function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(STAGING)) removeQuietly(join(parent, name));
    else if (name.startsWith(REMOVED)) removeTombstone(parent, name);
    // With a journal it is the session.
    else if (name.startsWith(REPLACING) && !isSession(join(parent, name))) {
      removeQuietly(join(parent, name));
    }
  }
}

/** Whether a folder has a journal, or may have one for all the system tells. */
function isSession(folder: string): boolean {
  try {
    return pathExists(join(folder, JOURNAL));
  } catch {
    return true;
  }
}

/** Writes files to a folder that no other process knows yet, with their parent folders. */
function writeAll(
  folder: string,
  files: Readonly<Record<string, BlobContent>>,
  durable: boolean,
): void {
  const folders = new Set<string>();
  for (const [name, data] of Object.entries(files)) {
    const path = join(folder, name);
    for (let above = dirname(path); above.length > folder.length; above = dirname(above)) {
      folders.add(above);
    }
    mkdirSync(dirname(path), { recursive: true });
    writeNew(path, data, durable);
  }
  for (const made of folders) syncDirectory(made);
}

/** Where the old name still counts after a power cut, the removal did not happen: nothing is lost. */
function syncQuietly(directory: string): void {
  try {
    syncDirectory(directory);
  } catch {
    // The session is gone, as it should be.
  }
}

/** @returns false when something of it is still there. */
export function removeQuietly(path: string): boolean {
  try {
    removeTree(path, null);
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
