/**
 * A cheap look for the old tool's files, and for a migration that was cut off. What is heavy is loaded
 * when there is something.
 * @module
 */
import { existsSync } from "node:fs";
import type { Project } from "../workspace.ts";

/** Where the old tool leaves something whatever it does. */
const TRACES = [".workflow_state.json", ".workflow_log.jsonl"] as const;

/** What is to be told of the old tool's files; null when there is nothing. */
export function oldFilesToTell(project: Project): "interrupted" | "old files" | null {
  const { paths } = project;
  if (paths.isHome) return null;
  if (existsSync(paths.migrationJournal)) return "interrupted";
  return hasOldFiles(project) ? "old files" : null;
}

/** Whether the old tool has left files that were not moved over. */
export function hasOldFiles(project: Pick<Project, "paths" | "meta">): boolean {
  const { paths } = project;
  if (TRACES.some((name) => existsSync(`${paths.root}/${name}`))) return true;
  // Sessions of the old tool: not initialised yet, or imported and not moved over.
  try {
    const { meta } = project;
    return meta === null
      ? existsSync(paths.sessions)
      : meta["imported"] !== undefined && !existsSync(paths.migrationMarker);
  } catch {
    // A damaged meta.json is the command's own affair: it may be the one that repairs it.
    return false;
  }
}
