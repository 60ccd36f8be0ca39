/**
 * The difference between two texts, line by line, for people.
 * @module
 */
import { diffArrays } from "diff";

/** Equal lines shown around a difference. */
const CONTEXT = 3;

/** Equal lines are shown no longer than this. */
const WIDTH = 120;

/**
 * A diff: `-` lines are only in `expected`, `+` lines only in `actual`. Empty when they are equal.
 */
export function lineDiff(expected: string, actual: string): string {
  if (expected === actual) return "";
  const rows = compare(expected.split("\n"), actual.split("\n"));
  const near = new Set<number>();
  for (const [index, row] of rows.entries()) {
    if (row.startsWith(" ")) continue;
    for (let at = index - CONTEXT; at <= index + CONTEXT; at++) near.add(at);
  }
  const lines: string[] = [];
  let skipped = false;
  for (const [index, row] of rows.entries()) {
    if (near.has(index)) {
      if (skipped) lines.push("  …");
      lines.push(row.startsWith(" ") && row.length > WIDTH ? `${row.slice(0, WIDTH)}…` : row);
      skipped = false;
    } else {
      skipped = true;
    }
  }
  return lines.join("\n");
}

/** Rows that begin with ` `, `-` or `+`. */
function compare(left: readonly string[], right: readonly string[]): readonly string[] {
  return diffArrays([...left], [...right]).flatMap(({ added, removed, value }) =>
    value.map((line) => `${added ? "+" : removed ? "-" : " "} ${line}`)
  );
}
