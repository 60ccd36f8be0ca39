/**
 * The kernel's file locks: the one place where the engines differ.
 *
 * | engine | Linux, macOS | Windows |
 * |---|---|---|
 * | Deno | `FsFile.tryLockSync` = `flock(2)` | `FsFile.tryLockSync` = `LockFileEx`, the whole range |
 * | Bun | `flock(2)` through `bun:ffi` | `LockFileEx` through `bun:ffi`, one byte far behind the content |
 *
 * All of them lock an open file, not a process, and end with it: a killed process frees its locks at
 * once. In every cell one engine's lock excludes the other's. Windows forbids others to read a locked
 * range, so a Deno holder's description cannot be read there; a Bun holder's can.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { openWithBun } from "./kernel_lock_bun.ts";
import { openWithDeno } from "./kernel_lock_deno.ts";
import { openOnWindows } from "./kernel_lock_windows.ts";
import { type LockedFile, type LockMode, LockRefusal } from "./locked_file.ts";
import { engine, isWindows } from "./runtime.ts";
import { lookAtFile, type Within } from "./within.ts";

/**
 * Opens `path` and tries to lock it, without waiting.
 *
 * Exclusive opens for reading and writing and creates the file when it is absent, with the umask
 * applied: every user who may write next to it must be able to lock it. Shared opens for reading
 * only. Child processes do not inherit the file.
 * @returns Null when another open file holds the lock.
 * @throws The system error when the file cannot be opened; {@link OrchestratorError} `io_failed`
 *   when the file system has no locks, or the path is not a file; `link_refused`.
 */
export function openLocked(path: string, mode: LockMode, within: Within): LockedFile | null {
  // Before it is opened: a device or a pipe may do anything then, and Deno follows any link.
  lookAtFile(within, path, "lock");
  try {
    if (engine() === "deno") return openWithDeno(path, mode);
    return isWindows ? openOnWindows(path, mode) : openWithBun(path, mode, within);
  } catch (error) {
    if (!(error instanceof LockRefusal)) throw error;
    throw new OrchestratorError(
      "io_failed",
      `Cannot lock "${path}": file locks are not supported here (${error.message})`,
      {
        hint: "Keep the project on a file system that supports file locks, such as a local disk",
        details: { path, system: error.message },
        cause: error,
      },
    );
  }
}
