/**
 * Which files an item's proof is about: its `inputs`.
 * @module
 */
import picomatch from "picomatch";
import { inputPath, inputProblem } from "./input_problem.ts";

/** Names that begin with a dot are files as any other. */
const OPTIONS = { dot: true, noextglob: true, windows: false, nonegate: true } as const;

/**
 * A function that says whether a file counts.
 * @param inputs globs, and those after a `!`, which take files out. One that fits a folder means all
 * that is in it.
 * @returns it takes a path relative to the project root, with `/`; one outside begins with `../`.
 */
export function inputMatcher(inputs: readonly string[]): (path: string) => boolean {
  const taken = inputs.filter((glob) => !glob.startsWith("!")).map(matcherOf);
  const left = inputs.filter((glob) => glob.startsWith("!")).map(matcherOf);
  const all = taken.length === 0 && left.length > 0;
  return (path) =>
    (all || taken.some((matches) => matches(path))) && !left.some((matches) => matches(path));
}

function matcherOf(glob: string): (path: string) => boolean {
  const path = inputPath(glob);
  if (inputProblem(glob) !== undefined) return () => false;
  // They would be parts of an expression, and are parts of names.
  const plain = path.replace(/[()|+@$^]/g, "\\$&");
  return picomatch([plain, `${plain}/**`], OPTIONS);
}
