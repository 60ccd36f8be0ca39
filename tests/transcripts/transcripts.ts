/**
 * The transcripts of this folder, as tests.
 * @module
 */
import { AssertionError } from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineDiff } from "../harness/line_diff.ts";
import { withoutTimes } from "../harness/stable_text.ts";
import { playTranscript, type Stage, unplayable } from "../harness/transcript.ts";

const DIRECTORY = import.meta.dirname ?? ".";

/** Definitions that several transcripts share. */
export const WORKFLOWS: string = join(DIRECTORY, "workflows");

/** Names of all transcripts: `start/name`. */
export function transcriptNames(): readonly string[] {
  return readdirSync(DIRECTORY, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".txt"))
    .map((name) => name.replaceAll("\\", "/").slice(0, -".txt".length))
    .sort();
}

/** Why a transcript cannot be played; null when it can. */
export function whyNot(name: string, stage: Pick<Stage, "executable">): string | null {
  return unplayable(readFileSync(pathOf(name), "utf8"), stage);
}

/**
 * Plays a transcript and compares.
 * @param options.update writes what it should have read. Problems fail it all the same.
 */
export async function check(
  name: string,
  stage: Omit<Stage, "workflows">,
  options: { readonly update?: boolean } = {},
): Promise<void> {
  const path = pathOf(name);
  const expected = readFileSync(path, "utf8");
  const played = await playTranscript(expected, { ...stage, workflows: WORKFLOWS });
  const problems = [...played.problems];
  if (options.update === true) {
    if (played.text !== expected) writeFileSync(path, played.text);
  } else {
    for (const line of played.unexpected) problems.push(`line ${line}: nothing is expected of it`);
    const compared = stage.executable === undefined
      ? [expected, played.text] as const
      : [withoutTimes(expected), withoutTimes(played.text)] as const;
    const diff = lineDiff(...compared);
    if (diff !== "") problems.push(diff, "If this is right: deno task test:update");
  }
  if (problems.length === 0) return;
  throw new AssertionError({
    message: [`tests/transcripts/${name}.txt`, ...problems].join("\n"),
    stackStartFn: check,
  });
}

function pathOf(name: string): string {
  return join(DIRECTORY, `${name}.txt`);
}
