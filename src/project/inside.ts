/**
 * Whether a path stays inside a directory once symbolic links are followed.
 * @module
 */
import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { partBelow } from "../platform/path.ts";

/**
 * Whether `path` (relative to `directory`) is inside it. A path that does not exist is judged by its
 * nearest existing parent; a link that leads nowhere is not inside.
 */
export function isInside(directory: string, path: string): boolean {
  const root = realpathSync(directory);
  let probe = resolve(directory, path);
  const missing: string[] = [];
  for (;;) {
    try {
      const real = join(realpathSync(probe), ...missing.reverse());
      return partBelow(root, real) !== null;
    } catch {
      if (isLink(probe)) return false;
      missing.push(basename(probe));
      const parent = dirname(probe);
      if (parent === probe) return false;
      probe = parent;
    }
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}
