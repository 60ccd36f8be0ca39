/**
 * What checks need from the operating system. Passed in, so that tests can simulate any system.
 * @module
 */
import { accessSync, constants, existsSync } from "node:fs";
import process from "node:process";
import { systemErrorCode } from "../errors.ts";
import { type Disk, diskOf } from "../platform/disk.ts";
import { tryLock } from "../platform/file_lock.ts";
import { isWindows } from "../platform/runtime.ts";

/** The system as the checks see it. */
export interface System {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  /** Id of the user; undefined where users have none. */
  readonly userId: () => number | undefined;
  /** The type of the file system of a path; null where the system does not report it. */
  readonly disk: (path: string) => Disk | null;
  /** Null when this user may write there, else the system's code: `EACCES`, `EROFS`, `ENOENT`. */
  readonly writeError: (path: string) => string | null;
  readonly exists: (path: string) => boolean;
  /**
   * Takes the lock and releases it; a lock held by another process is fine.
   * @throws `io_failed` where the file system has no locks; the system error when it cannot be
   *   opened.
   */
  readonly probeLock: (path: string, within: string) => void;
}

/** The system this program runs on. */
export const REAL_SYSTEM: System = {
  platform: process.platform,
  userId: () => isWindows ? undefined : process.getuid?.(),
  disk: diskOf,
  writeError(path) {
    try {
      accessSync(path, constants.W_OK);
      return null;
    } catch (error) {
      return systemErrorCode(error) ?? "EACCES";
    }
  },
  exists: existsSync,
  probeLock(path, within) {
    tryLock(path, { mode: "shared", within })?.release();
  },
};
