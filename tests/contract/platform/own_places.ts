/** The platform's files and locks as they are in a place that only its user fills: links are followed. */
import * as append from "../../../src/platform/append_file.ts";
import * as atomic from "../../../src/platform/atomic_file.ts";
import * as locks from "../../../src/platform/file_lock.ts";
import * as kernel from "../../../src/platform/kernel_lock.ts";
import type { LockMode } from "../../../src/platform/locked_file.ts";

const within = null;

export function replaceFile(
  path: string,
  data: string | Uint8Array,
  options: Omit<atomic.ReplaceOptions, "within"> = {},
): void {
  atomic.replaceFile(path, data, { within, ...options });
}

export function removeTemporaries(directory: string): string[] {
  return atomic.removeTemporaries(directory, within);
}

export function appendAndSync(
  path: string,
  data: string | Uint8Array,
  { at }: { readonly at: number },
): append.FileStamp {
  return append.appendAndSync(path, data, { at, within });
}

export function fileStamp(path: string): append.FileStamp | null {
  return append.fileStamp(path, within);
}

export function tryLock(path: string, mode: LockMode = "exclusive"): locks.FileLock | null {
  return locks.tryLock(path, { mode, within });
}

export function acquireLock(
  path: string,
  options: Omit<locks.AcquireOptions, "within">,
): Promise<locks.FileLock> {
  return locks.acquireLock(path, { ...options, within });
}

export function readHolder(path: string): locks.LockHolder | null {
  return locks.readHolder(path, within);
}

export function lockState(path: string): locks.LockState {
  return locks.lockState(path, within);
}

/** Whether a lock is held, where it can be told. */
export function isHeld(path: string): boolean {
  return locks.lockState(path, within).state === "held";
}

export function openLocked(path: string, mode: LockMode): ReturnType<typeof kernel.openLocked> {
  return kernel.openLocked(path, mode, within);
}
