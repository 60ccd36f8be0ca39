/**
 * The exact next command, as people and programs are told it.
 * @module
 */
import type { NextStep } from "../../workflow/next_step.ts";
import { PLACEHOLDER } from "../../workflow/shell_word.ts";
import { OWN, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { commandLine, hang } from "./text.ts";

/** The next step for programs. */
export interface NextStepData {
  /** Words behind the program's name. */
  readonly argv: readonly string[];
  /** The words of `argv` that stand for a value: `<task>`. Empty when it can be run as it is. */
  readonly placeholders: readonly string[];
  /** The same as one line for a shell. */
  readonly command: string;
  /** True when only a person may run it. */
  readonly byPerson: boolean;
  readonly why: string;
}

/** A step for programs. */
export function stepData({ argv, byPerson, why }: NextStep): NextStepData {
  const command = commandLine(["orchestrator", ...argv]);
  return { argv, placeholders: placeholdersIn(argv), command, byPerson, why };
}

/** The words that stand for a value, each once. */
export function placeholdersIn(argv: readonly string[]): readonly string[] {
  return [...new Set(argv.filter((word) => PLACEHOLDER.test(word)))];
}

/** The command, and why, wrapped to the screen. The command is never broken: it is there to be copied. */
export function stepText(step: NextStep, style: Style): Shown {
  const { command, byPerson, why } = stepData(step);
  const who = byPerson ? "; a person runs this, not an agent" : "";
  const reason = hang(why + who, style, NEXT_INDENT);
  return OWN.concat(
    style.bold(OWN.concat("Next:")),
    " ",
    style.cyan(shown(command)),
    "\n      ",
    style.dim(reason),
  );
}

/** Columns of `Next: `. */
const NEXT_INDENT = 6;
