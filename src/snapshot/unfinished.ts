/**
 * Whether an import was killed in the middle: asked before every change, so it loads nothing else.
 * @module
 */
import { namesWithin } from "../platform/within.ts";
import { IMPORT_FOLDER } from "../project/paths.ts";

/** Whether there is a folder of an import, living or dead. */
export function unfinishedImport(stateDirectory: string): boolean {
  try {
    return namesWithin(stateDirectory, stateDirectory).some((name) =>
      name.startsWith(IMPORT_FOLDER)
    );
  } catch {
    // The command that needs the directory reports what is wrong with it.
    return false;
  }
}
