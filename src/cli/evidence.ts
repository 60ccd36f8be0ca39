/**
 * Evidence from the command line.
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { readGivenText } from "../platform/given_file.ts";
import { TEXT_LIMITS } from "../workflow/commands.ts";
import { shellWord } from "../workflow/shell_word.ts";
import type { Context } from "./context.ts";

/** Most characters of JSON text that are looked at: white space does not count for the limit. */
const MAX_TEXT = 256 * 1024;

/** Most bytes that are read to say how many there are. */
const MAX_READ_BYTES = 64 * 1024 * 1024;

/**
 * Reads `--evidence`: JSON, `@FILE`, or `@-` for stdin.
 * @param items whose evidence it is; names of items as they were typed.
 * @returns the value; undefined when none was given.
 * @throws `invalid_argument` for what is not JSON, `too_long`, `file_unknown`, `missing_argument`
 */
export async function readEvidence(
  context: Context,
  given: string | undefined,
  items: readonly string[] = [],
): Promise<unknown> {
  if (given === undefined) return undefined;
  let text = given;
  let source = "the evidence";
  if (given === "@-") {
    text = await context.io.readStdin();
    source = "the evidence from stdin";
  } else if (given.startsWith("@")) {
    const name = given.slice(1);
    source = `the evidence in "${name}"`;
    text = await readEvidenceFile(context, name);
  }
  if (text.length > MAX_TEXT) {
    throw new OrchestratorError(
      "too_long",
      `Cannot use ${source}: it is ${text.length} characters long (limit ${TEXT_LIMITS.evidence})`,
    );
  }
  try {
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new OrchestratorError("invalid_argument", `Cannot use ${source}: it is not JSON`, {
      hint: forgottenAt(context, given)
        ? `Write --evidence ${shellWord(`@${given}`)} to read the file of that name`
        : `Give --evidence ${
          shellWord(await exampleFor(context, items))
        }, or --evidence @file.json`,
      cause: error,
    });
  }
}

/** What evidence of the first of the items looks like. */
async function exampleFor(context: Context, [first]: readonly string[]): Promise<string> {
  const { exampleEvidence } = await import("../workflow/evidence.ts");
  const { namedItem } = await import("../workflow/locate.ts");
  try {
    const id = first === undefined ? undefined : (await context.choose())?.id;
    if (first === undefined || id === undefined) return exampleEvidence(undefined);
    const { state } = await context.manager.load(id);
    const { phase, item } = namedItem(state, first);
    const found = state.definition.phases
      .filter((one) => phase === undefined ? true : one.id === phase)
      .flatMap(({ items }) => items).find((one) => one.id === item);
    return exampleEvidence(found?.evidence_schema);
  } catch (error) {
    // The hint belongs to another error, which counts.
    if (!(error instanceof OrchestratorError)) throw error;
    return exampleEvidence(undefined);
  }
}

async function readEvidenceFile({ io, paths }: Context, name: string): Promise<string> {
  if (name.trim() === "") {
    throw new OrchestratorError(
      "missing_argument",
      `Cannot use --evidence "@${name}": the name of a file is missing behind the @`,
      { hint: "Write --evidence @file.json, or @- for stdin" },
    );
  }
  const path = paths.resolveFrom(io.cwd, name);
  try {
    return readGivenText(path, name, MAX_READ_BYTES);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "file_unknown") throw error;
    const { nearest } = await import("../workflow/nearest.ts");
    const close = nearest(basename(name), namesIn(dirname(path)));
    throw new OrchestratorError(
      "file_unknown",
      `Cannot read the evidence in "${name}": there is no such file in "${dirname(path)}"`,
      {
        hint: close === undefined
          ? "Name the file as it is seen from the current directory"
          : `Did you mean --evidence ${shellWord(`@${join(dirname(name), close)}`)}?`,
        cause: error,
      },
    );
  }
}

/** Whether the name of a file was given without the `@` in front. */
function forgottenAt({ io, paths }: Context, given: string): boolean {
  if (given === "" || given.length > 1000 || given.includes("\n")) return false;
  return existsSync(paths.resolveFrom(io.cwd, given));
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // The folder is missing, too: there is nothing to suggest.
    return [];
  }
}
