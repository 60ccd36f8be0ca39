/**
 * The file system a path is on.
 * @module
 */
import { statfsSync } from "node:fs";

/** A file system. */
export interface Disk {
  /** What this user may still write, in bytes. */
  readonly freeBytes: number;
  /** Linux: `f_type` of statfs(2). */
  readonly type: number;
}

/** The file system of a path; null where the system does not tell. */
export function diskOf(path: string): Disk | null {
  try {
    const { bavail, bsize, type } = statfsSync(path);
    return { freeBytes: bavail * bsize, type };
  } catch {
    return null;
  }
}

/** Bytes that this user may still write where a path is; null where the system does not tell. */
export function freeBytes(path: string): number | null {
  return diskOf(path)?.freeBytes ?? null;
}
