/**
 * Splits a command line as a POSIX shell would, without expanding anything.
 * @module
 */

/** A command line. */
export interface CommandLine {
  /** `NAME=value` words in front of the command. */
  readonly assignments: Readonly<Record<string, string>>;
  /** The command and its arguments. */
  readonly words: readonly string[];
}

/**
 * Understands `'…'`, `"…"` (with `\"` and `\\`) and `\` outside quotes.
 * @throws when a quote is not closed.
 */
export function splitCommandLine(line: string): CommandLine {
  const assignments: Record<string, string> = {};
  const words: string[] = [];
  for (const word of splitWords(line)) {
    const assignment = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word);
    if (words.length === 0 && assignment !== null) {
      assignments[assignment[1] ?? ""] = assignment[2] ?? "";
    } else {
      words.push(word);
    }
  }
  return { assignments, words };
}

function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    const next = line.charAt(index + 1);
    if (quote === "'") {
      if (character === "'") quote = null;
      else word = (word ?? "") + character;
    } else if (character === "\\" && (quote === null || next === '"' || next === "\\")) {
      word = (word ?? "") + next;
      index++;
    } else if (quote === '"') {
      if (character === '"') quote = null;
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== null) throw new Error(`a quote is not closed: ${line}`);
  if (word !== null) words.push(word);
  return words;
}
