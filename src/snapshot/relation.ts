/**
 * Compares two copies of a session: which one continues the other?
 *
 * A journal is a chain of hashes, so two complete journals that share line n share all lines before
 * it. A line from which a text was taken out in one copy is the same line in the other.
 * @module
 */
import { agree, withMarkersOf } from "../session/redacted_lines.ts";
import { lineHash } from "../storage/line_hash.ts";

/** What a copy that arrives is, seen from the copy that is here. */
export type Relation =
  /** There is none here. */
  | "new"
  | "same"
  /** It is a beginning of the copy here. */
  | "older"
  /** It continues the local copy. */
  | "newer"
  /** Both continue a common beginning differently, or have none. */
  | "diverged";

/** The relation, and how many lines both begin with. */
export interface Related {
  readonly relation: Relation;
  readonly common: number;
  /**
   * Number of a line that is no redaction of the other copy's line although it has its hash: in one of
   * the copies it was forged.
   */
  readonly forged?: number;
}

/**
 * Compares two journals whose chains were checked.
 * @param incoming lines of the copy that arrives.
 * @param local lines of the copy here; null when there is none.
 */
export function relate(incoming: readonly string[], local: readonly string[] | null): Related {
  if (local === null) return { relation: "new", common: 0 };
  const common = commonLines(incoming, local);
  for (let index = 0; index < common; index += 1) {
    const [there = "", here = ""] = [incoming[index], local[index]];
    if (there === here || agree(there, here)) continue;
    return { relation: "diverged", common: index, forged: index + 1 };
  }
  if (common === incoming.length && common === local.length) return { relation: "same", common };
  if (common === incoming.length) return { relation: "older", common };
  if (common === local.length) return { relation: "newer", common };
  return { relation: "diverged", common };
}

/** How many lines two chains begin with together. */
function commonLines(left: readonly string[], right: readonly string[]): number {
  let low = 0;
  let high = Math.min(left.length, right.length);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isSameLine(left[middle - 1] ?? "", right[middle - 1] ?? "")) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isSameLine(left: string, right: string): boolean {
  return left === right || lineHash(left) === lineHash(right);
}

/**
 * The longer one of two copies of a journal, neither of which diverged, without the texts that were taken
 * out of either.
 */
export function joinedLines(one: readonly string[], other: readonly string[]): readonly string[] {
  const [longer, shorter] = one.length > other.length ? [one, other] : [other, one];
  return longer.map((line, index) => {
    const there = shorter[index];
    return there === undefined || there === line ? line : withMarkersOf(line, there);
  });
}

/**
 * The longer one of two copies of a chain with a single writer.
 * @returns null when neither continues the other.
 */
export function mergeChains(local: string, incoming: string): string | null {
  if (incoming.startsWith(local)) return incoming;
  return local.startsWith(incoming) ? local : null;
}

/**
 * Two copies of a file that only grows by lines, as one: the longer one when it begins with the
 * other, else the lines of `local` and those of `incoming` that it lacks.
 */
export function mergeLines(local: string, incoming: string): string {
  if (incoming.startsWith(local)) return incoming;
  if (local.startsWith(incoming)) return local;
  const have = new Set(local.split("\n"));
  const more = incoming.split("\n").filter((line) => line !== "" && !have.has(line));
  const base = local === "" || local.endsWith("\n") ? local : `${local}\n`;
  return base + more.map((line) => `${line}\n`).join("");
}
