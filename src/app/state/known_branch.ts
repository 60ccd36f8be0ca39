/**
 * Whether the state branch has sessions that are not here, as far as it is remembered. Light: `session
 * list` asks it each time.
 * @module
 */
import { readFileSync } from "node:fs";
import { gitDirectory } from "../../project/git_remote.ts";
import { GIT_FOLDER, pushRecordName } from "../../state_layout/places.ts";
import { branchName, type PushRecord } from "../../state_branch/places.ts";
import type { Workspace } from "../workspace.ts";

/** Whether it has; false where that is not known. */
export async function mayHaveMore(workspace: Workspace): Promise<boolean> {
  const more = (await remembered(workspace))?.onlyThere;
  return typeof more === "number" && more > 0;
}

/** Whether the branch was pushed, or brought in from, before. */
export async function knowsBranch(workspace: Workspace): Promise<boolean> {
  return await remembered(workspace) !== null;
}

/** What is remembered of pushing, as the file has it; null where there is nothing. */
export async function remembered(workspace: Workspace): Promise<Partial<PushRecord> | null> {
  const { meta, paths } = workspace;
  const directory = meta === null ? null : gitDirectory(paths.root);
  if (meta === null || directory === null) return null;
  const branch = branchName((await workspace.config()).get("state_branch"), meta.id);
  try {
    const path = `${directory}/${GIT_FOLDER}/${pushRecordName(branch)}`;
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof record === "object" ? record : null;
  } catch {
    return null;
  }
}
