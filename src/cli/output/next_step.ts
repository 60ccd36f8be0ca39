/**
 * The exact next command, as people and programs are told it.
 * @module
 */
import { nextStep } from "../../workflow/next_step.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Style } from "./style.ts";
import { commandLine, printable } from "./text.ts";

/** The next step for programs. */
export interface NextStepData {
  /** Words behind the program's name. */
  readonly argv: readonly string[];
  /** The same as one line for a shell. */
  readonly command: string;
  readonly why: string;
}

/** What comes next. */
export function nextStepData(state: SessionState): NextStepData {
  const { argv, why } = nextStep(state);
  return { argv, command: commandLine(["orchestrator", ...argv]), why };
}

/** Two lines: the command, and why. */
export function nextStepText(state: SessionState, style: Style): string {
  const { command, why } = nextStepData(state);
  return `${style.bold("Next:")} ${style.cyan(command)}\n      ${style.dim(printable(why))}`;
}
