/**
 * A path as messages name it.
 * @module
 */
import { dirname, sep } from "node:path";
import type { OrchestratorPaths } from "./paths.ts";

/** `path` from `~/` when it is below the home directory, relative when below the root. */
export function shownPath(paths: OrchestratorPaths, path: string): string {
  if (path === paths.root || path.startsWith(paths.root + sep)) return paths.relative(path);
  const home = paths.userDirectory === undefined ? null : dirname(paths.userDirectory);
  if (home === null || !path.startsWith(home + sep)) return path;
  return `~/${path.slice(home.length + 1).split(sep).join("/")}`;
}
