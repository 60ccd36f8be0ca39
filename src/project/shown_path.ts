/**
 * A path as messages name it.
 * @module
 */
import { dirname } from "node:path";
import { partBelow } from "../platform/path.ts";
import type { OrchestratorPaths } from "./paths.ts";

/** `~/…` for what is below the home directory. */
export function homePath(path: string, home: string): string {
  const part = partBelow(home, path);
  return part === null || part === "" ? path : `~/${part}`;
}

/** `path` from `~/` when it is below the home directory, relative when below the root. */
export function shownPath(paths: OrchestratorPaths, path: string): string {
  if (partBelow(paths.root, path) !== null) return paths.relative(path);
  const home = paths.userDirectory === undefined ? null : dirname(paths.userDirectory);
  return home === null ? path : homePath(path, home);
}
