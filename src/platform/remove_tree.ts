/**
 * Removing a folder with all in it.
 * @module
 */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { patiently } from "./atomic_file.ts";
import { parentOf } from "./path.ts";
import { lookWithin, type Within } from "./within.ts";

/**
 * Removes a file, or a folder with all in it; a link is removed, not followed. Absent is fine.
 *
 * One by one and not by `rmSync`, whose Bun form hides what has failed behind EFAULT, and fails for
 * every folder where Windows has no removal that takes names away at once.
 * @param within see {@link Within}: a folder on the way to `path` that is a link is refused.
 * @throws The system error of the first thing that resists; what came before it is gone.
 */
export function removeTree(path: string, within: Within): void {
  if (within !== null && within !== path) lookWithin(within, parentOf(path), "remove");
  remove(path);
}

function remove(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  try {
    if (!stat.isDirectory()) return patiently(() => unlinkSync(path));
    for (const name of readdirSync(path)) remove(`${path}/${name}`);
    patiently(() => rmdirSync(path));
  } catch (error) {
    // Another process removed it first.
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}

/** Removes a directory in the system's folder for temporary files; failures are ignored. */
export function removeTemporary(path: string): void {
  try {
    removeTree(path, null);
  } catch {
    // Nothing depends on it.
  }
}
