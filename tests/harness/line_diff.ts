/**
 * The difference between two texts, line by line, for people.
 * @module
 */

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

/** The longest common subsequence, told as rows that begin with ` `, `-` or `+`. */
function compare(left: readonly string[], right: readonly string[]): readonly string[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      lengths[row * width + column] = left[row] === right[column]
        ? at(row + 1, column + 1) + 1
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const rows: string[] = [];
  let row = 0;
  let column = 0;
  while (row < left.length || column < right.length) {
    if (row < left.length && column < right.length && left[row] === right[column]) {
      rows.push(`  ${left[row]}`);
      row++;
      column++;
    } else if (
      column >= right.length || (row < left.length && at(row + 1, column) >= at(row, column + 1))
    ) {
      rows.push(`- ${left[row]}`);
      row++;
    } else {
      rows.push(`+ ${right[column]}`);
      column++;
    }
  }
  return rows;
}
