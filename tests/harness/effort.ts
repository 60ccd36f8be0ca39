/**
 * How much of what could be tried is tried: `scripts/test.ts` says so.
 *
 * What can be enumerated (system calls to stop at, disk states, …) is sampled: every so many of it.
 * `deno task test:long` tries all of it, and what takes long besides.
 * @module
 */

/** True in `deno task test:long`. */
export const LONG: boolean = Deno.env.get("TEST_LONG") === "1";

/** Every so many of what can be enumerated; 1 is all. `CRASH_SAMPLE` asks for it by hand. */
export const SAMPLE: number = number("CRASH_SAMPLE") ?? number("TEST_SAMPLE") ?? 1;

/**
 * How often something is tried that has no end.
 * @param whole times without sampling.
 * @param least times however few of all are sampled.
 */
export function times(whole: number, least: number): number {
  return Math.max(least, Math.ceil(whole / SAMPLE));
}

/** How many runs a property gets: ten times as many in the long form. */
export function runs(usual: number): number {
  return LONG ? usual * 10 : usual;
}

/** True where there are few minutes: what takes one by itself is left to runs that have more. */
export const BRIEF: boolean = SAMPLE > 8;

/** A test that takes a minute or more on a quiet machine: none where the run is {@link BRIEF}. */
export function slowTest(definition: Deno.TestDefinition): void {
  if (!BRIEF) Deno.test(definition);
}

/** Adds to the figures of the last line of the run: `12,345 runs stopped`. */
export function tell(what: string, count: number): void {
  const file = Deno.env.get("TEST_FIGURES");
  if (file === undefined || file === "") return;
  Deno.writeTextFileSync(file, `${JSON.stringify({ what, count })}\n`, { append: true });
}

function number(name: string): number | undefined {
  const text = Deno.env.get(name);
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${name} must be a number above 0, not "${text}"`);
}
