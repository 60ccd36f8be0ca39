/**
 * The figures of a bench: quantiles, ratios within rounds, and the tables they are shown in.
 * @module
 */

/** Sorted copy's element at a share of its length. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** The same elements, each order as likely as any other. */
export function shuffled<Element>(elements: readonly Element[]): readonly Element[] {
  const order: Element[] = [];
  for (const element of elements) {
    const place = Math.floor(Math.random() * (order.length + 1));
    order.splice(place, 0, element);
  }
  return order;
}

/** Times of one command, in milliseconds, in the order of the rounds. */
export interface Times {
  readonly wall: readonly number[];
  /** Processor time. */
  readonly cpu: readonly number[];
}

/** Times by the commands' names. */
export type AllTimes = ReadonlyMap<string, Times>;

/** How many times as long one command takes as another. */
export interface Ratio {
  /** The median of the ratios within each round: what slows the machine down for a while slows both. */
  readonly rounds: number;
  /** The ratio of the 10 % quantiles: little slowed down by anything, and not one lucky run each. */
  readonly tenth: number;
}

/** Compares two commands of one run. */
export function ratio(times: AllTimes, name: string, against: string): Ratio {
  const [wall, other] = [times.get(name)?.wall ?? [], times.get(against)?.wall ?? []];
  return {
    rounds: quantile(wall.map((time, round) => time / (other[round] ?? NaN)), 0.5),
    tenth: quantile(wall, 0.1) / quantile(other, 0.1),
  };
}

/** A row for each command; columns of ratios for those that are compared with. */
export function timesTable(
  times: AllTimes,
  against: readonly { readonly name: string; readonly head: string }[],
): string {
  const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  return table([
    ["ms, whole process", "least", "10 %", "median", "CPU", ...against.map(({ head }) => head)],
    ...[...times].map(([name, { wall, cpu }]) => [
      name,
      ms(quantile(wall, 0)),
      ms(quantile(wall, 0.1)),
      ms(quantile(wall, 0.5)),
      ms(quantile(cpu, 0)),
      ...against.map((other) => ratio(times, name, other.name).rounds.toFixed(2)),
    ]),
  ]);
}

/** Rows in columns, the first to the left and the others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
    ).join("  ")
  ).join("\n");
}

/** An aim: a command takes at most so many times as long as another, or so many milliseconds more. */
export interface Aim {
  readonly name: string;
  readonly against: string;
  readonly most: { readonly times: number } | { readonly more: number };
}

/** One line for each aim. It is judged by the 10 % quantiles. */
export function aimLines(times: AllTimes, aims: readonly Aim[]): readonly string[] {
  return aims.map(({ name, against, most }) => {
    if ("times" in most) {
      const { rounds, tenth } = ratio(times, name, against);
      return aimLine(tenth <= most.times, `${name} ≤ ${most.times} × ${against}`, [
        `${tenth.toFixed(2)} by the 10 %`,
        `${rounds.toFixed(2)} within rounds`,
      ]);
    }
    const [wall, other] = [times.get(name)?.wall ?? [], times.get(against)?.wall ?? []];
    const tenth = quantile(wall, 0.1) - quantile(other, 0.1);
    const rounds = quantile(wall.map((time, round) => time - (other[round] ?? NaN)), 0.5);
    return aimLine(tenth <= most.more, `${name} ≤ ${against} + ${most.more} ms`, [
      `${tenth.toFixed(2)} ms by the 10 %`,
      `${rounds.toFixed(2)} ms within rounds`,
    ]);
  });
}

function aimLine(isMet: boolean, aim: string, found: readonly string[]): string {
  return `${isMet ? "met   " : "MISSED"}  ${aim}: ${found.join(", ")}`;
}
