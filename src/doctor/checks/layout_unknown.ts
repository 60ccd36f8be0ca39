import { inventoryRow } from "../../legacy/inventory.ts";
import { isTemporaryName } from "../../platform/atomic_file.ts";
import { STATE_DIRECTORY } from "../../project/paths.ts";
import { folderMeaning, meaningOf } from "../../state_layout/lookup.ts";
import { type Check, few, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutUnknown: Check = {
  id: "layout.unknown",
  area: "layout",
  needsState: true,
  title: "Unknown files",
  why: "Snapshots and the state branch do not include files that orchestrator does not know",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const unknown = unknownIn(examination, "").sort();
    if (unknown.length === 0) return ok("none");
    return {
      level: "info",
      seen: `.orchestrator contains ${few(unknown)}`,
      todo: "No action is needed if they are yours",
      list: unknown,
    };
  },
};

/** Names of files and folders that are neither in the table nor in the old tool's inventory. */
function unknownIn(examination: Examination, folder: string): string[] {
  const path = folder === "" ? examination.statePath() : examination.statePath(folder);
  return examination.names(path).flatMap((base) => {
    const name = folder === "" ? base : `${folder}/${base}`;
    if (inventoryRow(`${STATE_DIRECTORY}/${name}`) !== null) return [];
    const isFolder = examination.stat(examination.statePath(name))?.isDirectory() === true &&
      !examination.isLink(examination.statePath(name));
    if (!isFolder) return meaningOf(name) === null ? [name] : [];
    // Writers make files of such names only.
    if (isTemporaryName(base)) return [name];
    const meaning = folderMeaning(name);
    // Unfinished work has its own checks.
    if (meaning === "unknown") return [name];
    return meaning === "known" ? unknownIn(examination, name) : [];
  });
}
