/**
 * Tests that may skip where every partner is installed, and why. Where `TEST_STRICT` is set, as in
 * CI, any other skip is a failure.
 * @module
 */
import process from "node:process";

/** Tests by name, and on which systems they have nothing to do. */
interface MaySkip {
  readonly name: RegExp;
  readonly why: string;
  /** Where they may skip: values of `process.platform`. Default: everywhere. */
  readonly on?: readonly string[];
}

const MAY_SKIP: readonly MaySkip[] = [];

/** Those of the skipped tests that should have run. */
export function unexpectedSkips(
  skips: readonly string[],
  platform: string = process.platform,
): readonly string[] {
  return skips.filter((skip) =>
    !MAY_SKIP.some(({ name, on }) => name.test(skip) && (on === undefined || on.includes(platform)))
  );
}
