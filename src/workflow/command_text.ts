/**
 * The text of a shell command, read as far as operators, quotes and substitutions go (POSIX XCU 2.3).
 * @module
 */

/** One simple command, and the operator in front of it. */
export interface Simple {
  readonly before: Operator;
  readonly words: readonly string[];
}

export type Operator = "" | "&&" | "||" | "|" | ";" | "&";

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
export function simpleCommands(command: string): readonly Simple[] {
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

/**
 * Whether a command, or a substitution in it, has a pipe. Patterns of `case` count as one: they look
 * the same.
 */
export function pipesOf(command: string, level = 0): boolean {
  if (level > MOST_LEVELS) return true;
  let word = "";
  for (let at = 0; at < command.length;) {
    const rest = command.slice(at);
    const whole = quotedLength(rest);
    if (whole > 0) {
      if (substitutions(rest.slice(0, whole)).some((inner) => pipesOf(inner, level + 1))) {
        return true;
      }
      word += rest.slice(0, whole);
      at += whole;
      continue;
    }
    if (word === "" && rest.startsWith("#")) {
      at += rest.search(/\n|$/);
      continue;
    }
    const [sign, operator] = operatorAt(rest, word) ?? [rest.slice(0, 1), ""];
    if (operator === "|") return true;
    word = operator !== "" || /^\s/.test(sign) ? "" : word + sign;
    at += sign.length;
  }
  return false;
}

/** The commands in a quoted or substituted text. */
function substitutions(text: string): readonly string[] {
  if (/^['\\]/.test(text) || text.startsWith("$((")) return [];
  if (text.startsWith("`")) return [text.slice(1, -1)];
  if (/^[$<>]\(/.test(text)) return [text.slice(2, -1)];
  const found: string[] = [];
  for (let at = 1; at < text.length;) {
    const rest = text.slice(at);
    const isInner = rest.startsWith("`") || rest.startsWith("$(");
    const length = isInner ? quotedLength(rest) : rest.startsWith("\\") ? 2 : 1;
    if (isInner) found.push(...substitutions(rest.slice(0, length)));
    at += length;
  }
  return found;
}
