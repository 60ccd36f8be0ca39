/**
 * The closest valid word, for "did you mean": plain edit distance, small enough for the hot path.
 * @module
 */

/**
 * Number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
 * (optimal string alignment), in UTF-16 units.
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      }
      line.push(best);
    }
    beforeLast = last;
    last = line;
  }
  return last[b.length] ?? a.length;
}

/**
 * The candidate most like `word`, or undefined when none is near enough to be meant: at most a third
 * of the longer word may differ, and at least one edit is always allowed. A candidate that begins
 * with `word` (three characters or more) counts as near. Case and separators (`-`, `_`, white space)
 * do not count. The first of equals wins.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word);
  if (wanted === "") return undefined;
  let found: string | undefined;
  let least = Infinity;
  for (const candidate of candidates) {
    const distance = distanceIfNear(wanted, fold(candidate));
    if (distance < least) [found, least] = [candidate, distance];
  }
  return found;
}

/** {@link nearest} as a question for a hint, or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `Did you mean "${found}"?`;
}

function distanceIfNear(wanted: string, candidate: string): number {
  if (candidate === wanted) return 0;
  if (wanted.length >= 3 && candidate.startsWith(wanted)) return 0.5;
  const length = Math.max(wanted.length, candidate.length);
  const allowed = Math.max(1, Math.floor(length / 3));
  if (Math.abs(wanted.length - candidate.length) > allowed) return Infinity;
  const distance = editDistance(wanted, candidate);
  return distance <= allowed && distance < length ? distance : Infinity;
}

/** Longest word compared; anything longer is not a typing mistake. */
const LONGEST = 100;

function fold(word: string): string {
  return word.slice(0, LONGEST).toLowerCase().replace(/[\s_-]+/g, "");
}
