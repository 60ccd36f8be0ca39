/**
 * Ways in which a verification command passes although something in it failed: what POSIX sh does with
 * exit codes (XCU 2.8.1, 2.9), as far as a look at the text can tell. No command is run.
 * @module
 */
import { type Simple, simpleCommands } from "./command_text.ts";
import type { ShellChoice } from "./definition.ts";

/** One such way. */
export interface CommandRemark {
  /** A clause, for use after `file:line:`. */
  readonly message: string;
  readonly hint: string;
  /** It cannot fail at all; in older files that is a way to have no proof. */
  readonly idle?: true;
}

/** A longer command is no line that a person reads. */
const MOST_CHARACTERS = 8192;

/** Words that begin or end compound commands: their parts are not a plain list any more. */
const COMPOUND = new Set(["if", "for", "while", "until", "case", "{", "(", "function", "[["]);

/** Commands whose exit code is always 0. */
const ALWAYS_PASS = new Set(["true", ":", "exit 0", "echo", "printf"]);

/**
 * What is remarkable in a command.
 * @param command with settings in place of its placeholders.
 * @param shell what runs it. Of those that are no POSIX shell nothing is known.
 */
export function commandRemarks(
  command: string,
  shell: ShellChoice = "sh",
): readonly CommandRemark[] {
  if (command.length > MOST_CHARACTERS) return [];
  if (shell === "cmd" || shell === "powershell" || shell === "pwsh") return [];
  const list = simpleCommands(command);
  const remarks: CommandRemark[] = [];
  const last = list.at(-1);
  const hasErrexit = !list.some(unsetsErrexit) &&
    (shell === "strict" || setsOption(list, command, /^-[a-z]*e[a-z]*$/, "errexit"));
  const hasPipefail = shell === "strict" || setsOption(list, command, /^-[a-z]*o$/, "pipefail");
  const [only] = list;
  if (list.length === 1 && only !== undefined && alwaysPasses(only)) {
    return [{
      message: `"${textOf(only)}" always passes`,
      hint: "Write a command that can fail",
      idle: true,
    }];
  }
  remarks.push(...remarksOnSwallowing(list));
  const early = hasErrexit ? unseenByErrexit(list) : earlyCommand(list);
  const ends = list.length > 1 && last !== undefined && last.before === ";" &&
    alwaysPasses(last) && (!hasErrexit || early !== undefined);
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
  if (piped > 0 && !hasPipefail) remarks.push(remarkOnPipe(list[piped - 1], list[piped]));
  if (early !== undefined && !ends && !hasCompound(list)) {
    remarks.push(remarkOnEarly(early, hasErrexit));
  }
  if (!hasErrexit && loops(list)) {
    remarks.push({
      message: "only the exit code of the last round of its loop counts",
      hint: 'Write "shell: strict" in the item, or end the command of the loop with "|| exit 1"',
    });
  }
  return remarks;
}

/** Parts that make a pass of whatever happened. */
function remarksOnSwallowing(list: readonly Simple[]): readonly CommandRemark[] {
  const remarks: CommandRemark[] = [];
  const trap = list.find(trapsExit);
  if (trap !== undefined) {
    remarks.push({
      message: `"${textOf(trap)}" lets it pass whatever happens`,
      hint: 'Remove "exit 0" from the trap',
    });
  }
  if (branchesNeverFail(list)) {
    remarks.push({
      message: 'no branch of its "if" can fail, so the condition does not count',
      hint: "Write the condition alone, as the command that decides",
    });
  }
  const swallowing = list.find((simple) => simple.before === "||" && alwaysPasses(simple));
  if (swallowing !== undefined) {
    remarks.push({
      message: `"|| ${textOf(swallowing)}" lets it pass when the command before fails`,
      hint: `Remove "|| ${textOf(swallowing)}"`,
    });
  }
  return remarks;
}

/** Whether it turns off what ends a command at its first failure. */
function unsetsErrexit({ words }: Simple): boolean {
  return words[0] === "set" &&
    words.some((word, at) =>
      /^\+[a-z]*e[a-z]*$/.test(word) || word === "+o" && words[at + 1] === "errexit"
    );
}

/** Whether it replaces the exit code at the end of the shell by 0. */
function trapsExit({ words }: Simple): boolean {
  const [first, action = "", ...signals] = words;
  return first === "trap" && /(?:^|[\s;&"'])exit\s+0\s*;?["']?$/.test(action) &&
    signals.some((signal) => signal === "EXIT" || signal === "0");
}

/** Whether it ends with an `if` whose branches only report. */
function branchesNeverFail(list: readonly Simple[]): boolean {
  if (list.at(-1)?.words.join(" ") !== "fi") return false;
  const from = list.findLastIndex(({ words }) => words[0] === "if");
  const then = list.findIndex(({ words }, at) => at > from && words[0] === "then");
  if (from < 0 || then < 0) return false;
  return list.slice(then, -1).every(({ before, words: [first = "", ...rest] }) => {
    const words = first === "then" || first === "else" ? rest : [first, ...rest];
    return first !== "elif" && before !== "|" &&
      (words.length === 0 || alwaysPasses({ before, words }));
  });
}

function remarkOnPipe(feeding: Simple | undefined, reading: Simple | undefined): CommandRemark {
  const [first, second] = [feeding, reading].map((simple) =>
    simple === undefined ? "" : textOf(simple)
  );
  return {
    message: `only the exit code behind the pipe counts: "${first}" may fail, "${second}" decides`,
    hint: 'Write "shell: strict" in the item, or write to a file and read that',
  };
}

/** Whether a loop is what decides, and nothing in it ends the command. */
function loops(list: readonly Simple[]): boolean {
  const words = list.flatMap((simple) => simple.words);
  const last = list.at(-1)?.words[0];
  return last === "done" && ["for", "while", "until"].includes(words[0] ?? "") &&
    !words.some((word) => word === "exit" || word === "return" || word === "break");
}

function remarkOnEarly(early: Simple, hasErrexit: boolean): CommandRemark {
  if (!hasErrexit) {
    return {
      message: `only the exit code of its last command counts: "${textOf(early)}" may fail`,
      hint: 'Write "shell: strict" in the item, or join the commands with "&&"',
    };
  }
  const where = early.words[0] === "!" ? '"!"' : 'what stands before "&&"';
  return {
    message: `"${textOf(early)}" may fail, and what follows runs all the same: ` +
      `"set -e" does not apply to ${where}`,
    hint: "End the command with it, or write each command on a line of its own",
  };
}

/**
 * A command whose failure `set -e` ignores although another one follows (XCU 2.8.1, "set -e"): in front
 * of `&&`, or behind `!`.
 */
function unseenByErrexit(list: readonly Simple[]): Simple | undefined {
  return list.find((simple, index) => {
    const follows = list.slice(index + 1);
    const end = follows.findIndex(({ before }) => before !== "&&" && before !== "|");
    if (follows[end]?.before !== ";") return false;
    return canFail(simple) && (simple.words[0] === "!" || follows[0]?.before === "&&");
  });
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
