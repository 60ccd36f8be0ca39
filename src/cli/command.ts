/**
 * The form of a command: its row in the table, what its module exports, what it answers.
 * @module
 */
import type { AnswerData, AnsweringCommand } from "../answers/table.ts";
import type { Context } from "./context.ts";
import type { Input } from "./input.ts";
import type { Shown } from "./output/shown.ts";
import type { Style } from "./output/style.ts";
import type { CommandInfo } from "./spec.ts";

export type { Input } from "./input.ts";
export type { ArgumentSpec, OptionSpec } from "./spec.ts";

/** One row of the command table. */
export interface CommandSpec extends CommandInfo {
  readonly load: () => Promise<CommandModule>;
}

/** What a command's file exports. */
export interface CommandModule {
  readonly run: (context: Context, input: Input) => Promise<Answer | LongAnswer>;
}

/** What a command answers with. */
export interface Answer<Data = unknown> {
  /** The payload of `--json`. */
  readonly data: Data;
  /** The text for people, without colour codes unless `style` gives them. */
  readonly text: (style: Style) => Shown;
  /** The exit code when it is not 0 although the command did what it was asked. */
  readonly exitCode?: number;
}

/** The answer of one command: its data is what the schema in `answers/` says. */
export type AnswerTo<Command extends AnsweringCommand> = Answer<AnswerData<Command>>;

/** An answer that may be too long to be held. */
export interface LongAnswer {
  /** Prints it piece by piece; what fails on the way is the command's failure. */
  readonly print: (printer: Printer) => Promise<void>;
}

/** Where and how a long answer is printed. */
export interface Printer {
  /** How the text for people looks; null for `--json`. */
  readonly style: Style | null;
  /** @returns false when the reader has gone. */
  readonly out: (text: Shown) => boolean;
  /** The line of `--json` around its payload. */
  readonly envelope: (data: unknown) => Shown;
}
