/**
 * The command of a hint, for programs: an agent need not read a sentence to go on.
 * @module
 */
import { placeholdersIn } from "./next_step.ts";
import { commandLine } from "./text.ts";

/** What an error leads to. */
export interface HintStep {
  /** Words behind the program's name. */
  readonly argv: readonly string[];
  /** The words of `argv` that stand for a value: `<why>`. Empty when it can be run as it is. */
  readonly placeholders: readonly string[];
  /** The same as one line for a shell. */
  readonly command: string;
  /** True when a person is asked to run it, not an agent. */
  readonly byPerson: boolean;
}

/**
 * The step that a hint names.
 * @returns undefined where the hint names no command of this program, several, or one that takes a
 * shell (a redirection, a pipe).
 */
export function stepOfHint(hint: string): HintStep | undefined {
  const lines = [...hint.matchAll(/`([^`]*)`/g)].map(([, line = ""]) => line)
    .filter((line) => line.startsWith("orchestrator "));
  const [line] = lines;
  if (line === undefined || new Set(lines).size > 1) return undefined;
  const words = wordsOf(line);
  if (words === null) return undefined;
  // What is in square brackets may be left out.
  const argv = words.slice(1).filter((word) => !/^\[.*\]$/.test(word))
    .map((word) => word.replace(/^(<[^<>]+>)…$/, "$1"));
  return {
    argv,
    placeholders: placeholdersIn(argv),
    command: commandLine(["orchestrator", ...argv]),
    byPerson: /\b(?:person|owner)\b/.test(hint.slice(0, hint.indexOf(line))),
  };
}

/**
 * The step where an agent was refused what only a person may do: a person runs the same command, and
 * answers its questions.
 * @param argv the words that were refused.
 */
export function stepForPerson(argv: readonly string[]): HintStep {
  const words = argv.filter((word) => !["--json", "--yes", "--no-input"].includes(word));
  return {
    argv: words,
    placeholders: placeholdersIn(words),
    command: commandLine(["orchestrator", ...words]),
    byPerson: true,
  };
}

/** A word of a line, or what a shell would take for more than a word. */
const TOKENS =
  /\s*(?:(<[A-Za-z][\w -]*>…?(?=\s|$))|((?:[^\s'"\\<>|&;$()]|\\.|'[^']*'|"(?:[^"\\$]|\\.)*")+))/y;

/** The words of a line as a POSIX shell reads it; null where it does more than to split it. */
function wordsOf(line: string): readonly string[] | null {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    TOKENS.lastIndex = at;
    const found = TOKENS.exec(line);
    if (found === null) return line.slice(at).trim() === "" ? words : null;
    words.push(found[1] ?? unquoted(found[2] ?? ""));
    at = TOKENS.lastIndex;
  }
  return words;
}

function unquoted(text: string): string {
  return text.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? "",
  );
}
