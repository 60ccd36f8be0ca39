/**
 * `--limit`: how many entries of a list are shown.
 * @module
 */
import { OrchestratorError } from "../errors.ts";

/**
 * Reads a limit; undefined when none was given.
 * @param doing what cannot be done otherwise, e.g. `list`.
 * @param what entries there are, e.g. `sessions`.
 * @throws `invalid_argument`
 */
export function readLimit(
  text: string | undefined,
  doing: string,
  what: string,
): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${doing} "${text}" ${what}: --limit needs a whole number above 0`,
  );
}
