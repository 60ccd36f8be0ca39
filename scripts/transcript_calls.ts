/**
 * What the transcripts say of commands: calls, what they print, and how they end. The documentation
 * shows some of them, so that what it shows is what a test has seen.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandInfo } from "../src/cli/spec.ts";
import { findCommand } from "../src/cli/parse.ts";

/** A call of the program in a transcript. */
export interface Call {
  /** Path of the command. */
  readonly command: string;
  /** The transcript's path, relative to the folder of transcripts, with `/` between names. */
  readonly file: string;
  /** The whole line as it is typed, without the prompt. */
  readonly line: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly hasStdin: boolean;
  /** Whether it stands on a terminal, or with variables of its own. */
  readonly isSpecial: boolean;
  readonly exit: number;
}

/**
 * All calls of all transcripts, in the order of their files.
 * @param folder absolute path of the transcripts.
 */
export function transcriptCalls(
  folder: string,
  commands: readonly CommandInfo[],
): readonly Call[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".txt"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  return files.flatMap((file) =>
    callsOf(readFileSync(join(folder, file), "utf8"), commands).map((call) => ({
      ...call,
      file: file.replaceAll("\\", "/"),
    }))
  );
}

/** The calls of one transcript. Lines that are no command of the program are left out. */
export function callsOf(
  text: string,
  commands: readonly CommandInfo[],
): readonly Omit<Call, "file">[] {
  const [before = "", ...parts] = text.replace(/^-- .+ --$[^]*/m, "").split(/^\$ /m);
  let settings = before;
  return parts.flatMap((part) => {
    const [line = "", ...rest] = part.split("\n");
    const isSpecial = /^@ (?:terminal \d|env )/m.test(settings);
    settings += part;
    const command = commandOf(line, commands);
    if (command === undefined) return [];
    const marked = (mark: string) =>
      rest.filter((row) => row === mark || row.startsWith(`${mark} `)).map((row) => row.slice(2));
    return [{
      command: command.path,
      line,
      stdout: marked("|"),
      stderr: marked("!"),
      hasStdin: marked("<").length > 0,
      isSpecial,
      exit: Number(marked("?")[0] ?? 0),
    }];
  });
}

/** The command that a line calls: that of its longest beginning which is one. */
function commandOf<Row extends CommandInfo>(
  line: string,
  commands: readonly Row[],
): Row | undefined {
  const words = /^(?:\S+=\S+ )*orchestrator (?<words>[^|&;<>]*)/.exec(line)?.groups?.["words"]
    ?.split(" ") ?? [];
  for (const count of [3, 2, 1]) {
    const found = findCommand(words.slice(0, count), commands);
    if (found !== undefined && words.length >= count) return found;
  }
  return undefined;
}
