/**
 * The checked-out branch, read from `.git/HEAD` without running git.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";

/** Name of the branch checked out in `root`; null when detached, without git, or unreadable. */
export function gitBranch(root: string): string | null {
  try {
    let directory = resolve(root, ".git");
    if (statSync(directory).isFile()) {
      const target = /^gitdir:\s*(.+?)\s*$/m.exec(readFileSync(directory, "utf8"))?.[1];
      if (target === undefined) return null;
      directory = isAbsolute(target) ? target : resolve(root, target);
    }
    const head = readFileSync(resolve(directory, "HEAD"), "utf8");
    return /^ref: refs\/heads\/(.+?)\s*$/.exec(head)?.[1] ?? null;
  } catch {
    return null;
  }
}
