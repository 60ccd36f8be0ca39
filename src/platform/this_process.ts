/**
 * Telling this process from others.
 * @module
 */
import { hostname } from "node:os";
import process from "node:process";

/** Whether the holder of a lock is this process. */
export function isThisProcess({ pid, host }: {
  readonly pid: number;
  readonly host: string;
}): boolean {
  return pid === process.pid && host === hostname();
}
