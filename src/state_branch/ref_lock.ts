/**
 * Removes locks that a killed git leaves on this program's refs.
 *
 * Git locks a ref with a file next to it while it replaces the ref, and every other git that finds
 * the file gives up. Only this program moves the refs below `refs/orchestrator/`, so it may remove
 * the lock of a killed git there.
 * @module
 */
import { type Stats, statSync, unlinkSync } from "node:fs";

/** A lock of this age is stale: moving a ref takes milliseconds. */
const ABANDONED_MS = 3000;

/** How often to look whether it goes by itself, in milliseconds. */
const PAUSE_MS = 50;

const IN_THE_WAY = /Unable to create '([^']*\/(refs\/orchestrator\/[^']+\.lock))': File exists/;

/**
 * Waits until a lock that was in git's way is gone, and removes one that was abandoned.
 * @param commonDirectory where refs lie.
 * @param stderr what git said when it gave up.
 * @returns whether it is worth another try.
 */
export async function clearRefLock(commonDirectory: string, stderr: string): Promise<boolean> {
  const name = IN_THE_WAY.exec(stderr)?.[2];
  if (name === undefined || name.includes("..")) return false;
  const path = `${commonDirectory}/${name}`;
  const first = look(path);
  const started = performance.now();
  for (;;) {
    const now = look(path);
    if (first === null || now === null || !isSame(first, now)) return true;
    const age = Math.max(performance.now() - started, Date.now() - now.mtimeMs);
    if (age > ABANDONED_MS) return remove(path);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function look(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function isSame(left: Stats, right: Stats): boolean {
  return left.ino === right.ino && left.mtimeMs === right.mtimeMs;
}

function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    // Gone by now, or not ours to remove: git says so then.
    return look(path) === null;
  }
}
