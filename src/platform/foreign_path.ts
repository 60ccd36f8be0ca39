/**
 * Paths that another machine may have written: their form tells whose rules they follow.
 * @module
 */
import { type PathRules, slashes } from "./path.ts";

/** `windows` for what begins with a drive or with the name of a server. */
export function rulesOf(path: string): PathRules {
  return /^(?:\\\\|[A-Za-z]:[\\/])/.test(path) ? "windows" : "posix";
}

/** The path with `/` between its parts: elsewhere than on Windows, `\` is a letter of a name. */
export function foreignSlashes(path: string): string {
  return slashes(path, rulesOf(path));
}
