/**
 * Evidence from the command line.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { readGivenText } from "../platform/given_file.ts";
import type { Context } from "./context.ts";

/** Most bytes evidence may have. */
const MAX_BYTES = 256 * 1024;

/** Most bytes that are read to say how many there are. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * Reads `--evidence`: JSON, `@FILE`, or `@-` for stdin.
 * @returns the value; undefined when none was given.
 * @throws `evidence_invalid` for what is no JSON, `too_long`
 */
export async function readEvidence(context: Context, given: string | undefined): Promise<unknown> {
  if (given === undefined) return undefined;
  let text = given;
  let source = "the evidence";
  if (given === "@-") {
    text = await context.io.readStdin();
    source = "the evidence from stdin";
  } else if (given.startsWith("@")) {
    const name = given.slice(1);
    source = `the evidence in "${name}"`;
    text = readGivenText(context.paths.resolveFrom(context.io.cwd, name), name, MAX_READ_BYTES);
  }
  if (text.length > MAX_BYTES) {
    throw new OrchestratorError(
      "too_long",
      `Cannot use ${source}: it may have at most ${MAX_BYTES} characters, not ${text.length}`,
    );
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new OrchestratorError(
      "evidence_invalid",
      `Cannot use ${source}: it is not JSON`,
      { hint: `Give --evidence '{"done":"…"}', or --evidence @file.json`, cause: error },
    );
  }
}
