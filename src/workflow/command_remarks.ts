/**
 * Ways in which a verification command passes although something in it failed: what POSIX sh does with
 * exit codes (XCU 2.9), as far as a look at the text can tell. No command is run.
 * @module
 */

/** One such way. */
export interface CommandRemark {
  /** A clause, for use after `file:line:`. */
  readonly message: string;
  readonly hint: string;
}

/** A longer command is no line that a person reads. */
const MOST_CHARACTERS = 8192;

/** One simple command, and the operator in front of it. */
interface Simple {
  readonly before: Operator;
  readonly words: readonly string[];
}

type Operator = "" | "&&" | "||" | "|" | ";" | "&";

/** Words that begin or end compound commands: their parts are not a plain list any more. */
const COMPOUND = new Set(["if", "for", "while", "until", "case", "{", "(", "function", "[["]);

/** Commands whose exit code is always 0. */
const ALWAYS_PASS = new Set(["true", ":", "exit 0", "echo", "printf"]);

/**
 * What is remarkable in a command.
 * @param command with settings in place of its placeholders.
 */
export function commandRemarks(command: string): readonly CommandRemark[] {
  if (command.length > MOST_CHARACTERS) return [];
  const list = simpleCommands(command);
  const remarks: CommandRemark[] = [];
  const last = list.at(-1);
  const isStrict = setsOption(list, command, /^-[a-z]*e[a-z]*$/, "errexit");
  const swallowing = list.find((simple) => simple.before === "||" && alwaysPasses(simple));
  if (swallowing !== undefined) {
    remarks.push({
      message: `"|| ${textOf(swallowing)}" lets it pass when the command before fails`,
      hint: `Remove "|| ${textOf(swallowing)}"`,
    });
  }
  const ends = list.length > 1 && last !== undefined && last.before === ";" && alwaysPasses(last);
  if (ends) {
    remarks.push({
      message: `"${textOf(last)}" at its end lets it pass whatever happened before`,
      hint: "End it with the command that decides",
    });
  }
  if (list.some(({ before }) => before === "&")) {
    remarks.push({
      message: 'a command in the background ("&") cannot fail it',
      hint: 'Remove "&", or wait for the process and check its exit code',
    });
  }
  const piped = list.findIndex(({ before }) => before === "|");
  if (piped > 0 && !setsOption(list, command, /^-[a-z]*o$/, "pipefail")) {
    const [feeding, reading] = [list[piped - 1], list[piped]].map((simple) =>
      simple === undefined ? "" : textOf(simple)
    );
    remarks.push({
      message: `only the exit code behind the pipe counts: "${feeding}" may fail, ` +
        `"${reading}" decides`,
      hint: "Write to a file and read that, or run it by bash with `set -o pipefail`",
    });
  }
  const early = ends || isStrict ? undefined : earlyCommand(list);
  if (early !== undefined && !hasCompound(list)) {
    remarks.push({
      message: `only the exit code of its last command counts: "${textOf(early)}" may fail`,
      hint: 'Join the commands with "&&", or begin with "set -e"',
    });
  }
  return remarks;
}

/** A command that another one follows regardless of how it ended, and that can fail. */
function earlyCommand(list: readonly Simple[]): Simple | undefined {
  return list.find((simple, index) => list[index + 1]?.before === ";" && canFail(simple));
}

function canFail({ words }: Simple): boolean {
  const [first = ""] = words;
  if (words.every(isAssignment)) return false;
  return !["cd", "set", "export", "unset", "umask", "trap", "shopt", ":", "true", "echo"].includes(
    first,
  );
}

function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*=/.test(word);
}

function hasCompound(list: readonly Simple[]): boolean {
  return list.some(({ words: [first = ""] }) => COMPOUND.has(first) || /\(\)?$/.test(first));
}

function alwaysPasses(simple: Simple): boolean {
  const text = textOf(simple);
  return ALWAYS_PASS.has(text) || ALWAYS_PASS.has(simple.words[0] ?? "");
}

function textOf({ words }: Simple): string {
  const text = words.join(" ");
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** Whether `set` gives an option, before all else or to the shell that is started. */
function setsOption(
  list: readonly Simple[],
  command: string,
  flag: RegExp,
  name: "errexit" | "pipefail",
): boolean {
  const isGiven = (words: readonly string[]) =>
    words.some((word, at) =>
      name === "pipefail"
        ? /^-[a-z]*o$/.test(word) && words[at + 1] === "pipefail"
        : flag.test(word) || (word === "-o" && words[at + 1] === name)
    );
  if (list.some(({ words }) => words[0] === "set" && isGiven(words))) return true;
  return /^\s*(?:\/\S*\/)?(?:bash|zsh|ksh)\s/.test(command) && isGiven(command.split(/\s+/));
}

/** The operators that separate commands, longest first. */
const OPERATORS: readonly (readonly [string, Operator])[] = [
  ["&&", "&&"],
  ["||", "||"],
  [";;", ";"],
  ["|&", "|"],
  ["|", "|"],
  [";", ";"],
  ["\n", ";"],
  ["&", "&"],
];

/** Collects commands from words and operators. */
class CommandList {
  readonly commands: Simple[] = [];
  #before: Operator = "";
  #words: string[] = [];
  #word = "";

  /** What was read of the word that has not ended. */
  get word(): string {
    return this.#word;
  }

  add(text: string): void {
    this.#word += text;
  }

  endWord(): void {
    if (this.#word !== "") this.#words.push(this.#word);
    this.#word = "";
  }

  /** @param next the operator behind it. */
  endCommand(next: Operator): void {
    this.endWord();
    // A line that ends with an operator goes on in the next one.
    if (this.#words.length === 0 && next === ";") return;
    // Nothing need follow `command &`.
    if (this.#words.length > 0 || this.#before === "&") {
      this.commands.push({ before: this.#before, words: this.#words });
    }
    this.#words = [];
    this.#before = next;
  }
}

/**
 * Splits a command at the operators outside quotes, substitutions and comments. A text without an
 * end is one word to its end.
 */
function simpleCommands(command: string): readonly Simple[] {
  const list = new CommandList();
  for (let at = 0; at < command.length;) {
    const rest = command.slice(at);
    const whole = quotedLength(rest);
    if (whole > 0) {
      list.add(rest.slice(0, whole));
      at += whole;
    } else if (/^[ \t]/.test(rest)) {
      list.endWord();
      at += 1;
    } else if (list.word === "" && rest.startsWith("#")) {
      at += rest.search(/\n|$/);
    } else {
      const [sign, operator] = operatorAt(rest, list.word) ?? [rest.slice(0, 1), null];
      if (operator === null) list.add(sign);
      else list.endCommand(operator);
      at += sign.length;
    }
  }
  list.endCommand("");
  return list.commands;
}

/** The operator at the start of a text; a redirection (`2>&1`, `&>file`, `>|file`) is none. */
function operatorAt(rest: string, word: string): readonly [string, Operator] | undefined {
  if (rest.startsWith("&>") || (/[<>]$/.test(word) && /^[&|]/.test(rest))) return undefined;
  return OPERATORS.find(([sign]) => rest.startsWith(sign));
}

/** Deeper substitutions are one word to the end. */
const MOST_LEVELS = 20;

/** Length of the quoted or substituted text at the start of another; 0 where there is none. */
function quotedLength(text: string, level = 0): number {
  if (level > MOST_LEVELS) return text.length;
  if (text.startsWith("\\")) return Math.min(2, text.length);
  if (text.startsWith("'")) return closedBy(text, 1, "'");
  if (text.startsWith('"')) return quotedTo(text, '"', level);
  if (text.startsWith("`")) return quotedTo(text, "`", level);
  if (text.startsWith("$(") || text.startsWith("<(") || text.startsWith(">(")) {
    return substitutionLength(text, 2, level);
  }
  return 0;
}

function closedBy(text: string, from: number, sign: string): number {
  const end = text.indexOf(sign, from);
  return end < 0 ? text.length : end + 1;
}

/** To the next such sign that no backslash precedes and no substitution contains. */
function quotedTo(text: string, sign: string, level: number): number {
  for (let at = 1; at < text.length;) {
    if (text[at] === sign) return at + 1;
    if (text[at] === "\\") at += 2;
    else if (text.startsWith("$(", at)) at += quotedLength(text.slice(at), level + 1);
    else at += 1;
  }
  return text.length;
}

/** To the parenthesis that closes the one before `from`. */
function substitutionLength(text: string, from: number, level: number): number {
  if (level > MOST_LEVELS) return text.length;
  for (let at = from; at < text.length;) {
    if (text[at] === ")") return at + 1;
    if (text[at] === "(") at += substitutionLength(text.slice(at), 1, level + 1);
    else at += Math.max(1, quotedLength(text.slice(at), level + 1));
  }
  return text.length;
}
