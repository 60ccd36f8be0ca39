/**
 * Whether a folder of secrets is one person's or shared with a group, and changing that.
 *
 * The folder's own mode says it, as the person who owns it has set it: 2770, the group may do all, what
 * is made in the folder is the group's, and others may do nothing. Nothing in a repository can say it:
 * git keeps no such modes. Anything else is one person's: 0700.
 * @module
 */
import { chmodSync, chownSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { systemErrorCode } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { isWindows } from "../platform/runtime.ts";
import { PRIVATE } from "../state_layout/modes.ts";

/** The permission bits of a folder of secrets and of the files in it. */
export interface SecretModes {
  readonly folder: number;
  readonly file: number;
  /** Permission bits that others must not have. */
  readonly forbidden: number;
}

const ALONE: SecretModes = { ...PRIVATE, forbidden: 0o077 };
const SHARED: SecretModes = { folder: 0o2770, file: 0o660, forbidden: 0o007 };

/** The modes of a folder; those of one person where there is none yet. */
export function secretModes(directory: string): SecretModes {
  return isShared(directory) ? SHARED : ALONE;
}

/** Whether a group shares the folder. */
export function isShared(directory: string): boolean {
  if (isWindows) return false;
  try {
    const stat = lstatSync(directory, { throwIfNoEntry: false });
    return stat?.isDirectory() === true && (stat.mode & 0o7777) === SHARED.folder;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

/**
 * Lets the group of another folder share this one, or takes that back. Only the owner can.
 * @param group the folder whose group it is; null: it is one person's.
 * @returns whether anything had to be changed.
 * @throws I/O errors; then some of it may be done.
 */
export function setSharing(directory: string, group: string | null): boolean {
  const modes = group === null ? ALONE : SHARED;
  try {
    const gid = group === null ? null : statSync(group).gid;
    // To be shared, the folder opens last; to be private, it closes first.
    const changes = [
      () => setMode(directory, modes.folder, gid),
      () =>
        readdirSync(directory).map((name) => setFileMode(join(directory, name), modes.file, gid))
          .includes(true),
    ];
    if (group !== null) changes.reverse();
    return changes.map((change) => change()).includes(true);
  } catch (error) {
    throw ioError("change", directory, error);
  }
}

/** What is no file is left as it is; so is what another person owns, whose file it is to open. */
function setFileMode(path: string, mode: number, gid: number | null): boolean {
  const stat = lstatSync(path);
  return stat.isFile() && stat.uid === process.getuid?.() ? setMode(path, mode, gid) : false;
}

function setMode(path: string, mode: number, gid: number | null): boolean {
  const stat = lstatSync(path);
  const moves = gid !== null && stat.gid !== gid;
  if (moves) chownSync(path, stat.uid, gid);
  const changes = moves || (stat.mode & 0o7777) !== mode;
  if (changes) chmodSync(path, mode);
  return changes;
}
