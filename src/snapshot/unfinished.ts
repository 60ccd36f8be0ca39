/**
 * Whether an import was killed in the middle: asked before every change, so it loads nothing else.
 * @module
 */
import { readdirSync } from "node:fs";

/** What the name of an import's folder begins with; git ignores such names in both modes. */
export const STAGING_PREFIX = ".staging-import-";

/** Whether there is a folder of an import, living or dead. */
export function unfinishedImport(stateDirectory: string): boolean {
  try {
    return readdirSync(stateDirectory).some((name) => name.startsWith(STAGING_PREFIX));
  } catch {
    // Whoever needs the directory says what is wrong with it.
    return false;
  }
}
