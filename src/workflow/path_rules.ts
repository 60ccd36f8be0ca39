/**
 * Paths in a definition: they stay inside the project, on every system.
 * @module
 */
import { quote } from "./finding.ts";

/** What is wrong with a path. */
export interface PathProblem {
  /** A clause about it. */
  readonly message: string;
  /** It names the project root itself, and nothing else is wrong. */
  readonly isRoot?: true;
}

/**
 * What is wrong with a path, as far as its text tells; null when nothing is.
 * @param what as the path is called: `path`, `dir`.
 */
export function pathProblem(text: string, what: string): PathProblem | null {
  const written = `${what} ${quote(text)}`;
  if (text.includes("\0")) return { message: `the ${what} contains a NUL character` };
  if (/^([/\\]|[A-Za-z]:)/.test(text)) return { message: `${written} is absolute` };
  if (/^~([/\\]|$)/.test(text)) {
    return { message: `${written} begins with "~", which is not expanded` };
  }
  const depth = lowestAndFinalDepth(text);
  if (depth.lowest < 0) return { message: `${written} is outside the project` };
  return depth.final === 0 ? { message: `${written} is the project root`, isRoot: true } : null;
}

/** The depth below the root at which a relative path ends, and how far above the root it goes. */
function lowestAndFinalDepth(path: string): { readonly lowest: number; readonly final: number } {
  let depth = 0;
  let lowest = 0;
  for (const segment of path.split(/[/\\]+/)) {
    if (segment === "..") depth--;
    else if (segment !== "" && segment !== ".") depth++;
    lowest = Math.min(lowest, depth);
  }
  return { lowest, final: depth };
}
