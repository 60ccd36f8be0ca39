/**
 * The form of a command: what the table says of it, what its module exports, what it answers.
 * @module
 */
import type { AnswerData, AnsweringCommand } from "../answers/table.ts";
import type { Context } from "./context.ts";
import type { Shown } from "./output/shown.ts";
import type { Style } from "./output/style.ts";

/** A positional argument. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all that follow. */
  readonly many?: boolean;
  /** What shell completion offers. */
  readonly complete?:
    | "session"
    | "item"
    | "phase"
    | "checkpoint"
    | "file"
    | "directory"
    /** A file behind `@`. */
    | "at_file"
    | readonly string[];
}

/** An option. A `value` makes it take one; `many` lets it be repeated. */
export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** Name of the value in help, e.g. `TEXT`; absent for a switch. */
  readonly value?: string;
  readonly many?: boolean;
  readonly summary: string;
  readonly complete?: ArgumentSpec["complete"];
}

/** An example in a help text. */
export interface ExampleSpec {
  /** Without the program's name. */
  readonly line: string;
  readonly means: string;
}

/** One row of the command table. Its path is its command line and names its file. */
export interface CommandSpec {
  /** Words of the command, e.g. `session list`. */
  readonly path: string;
  /** Other spellings of the last word. */
  readonly aliases?: readonly string[];
  /** Whole command lines that people type and that mean it, e.g. `next` for `status`. */
  readonly synonyms?: readonly string[];
  /** Removes, ends or overwrites something: no error proposes it. */
  readonly destructive?: true;
  /** Left out of help, completion and the command reference: programs call it. */
  readonly hidden?: true;
  /** Its arguments may hold secrets: errors do not repeat them. */
  readonly discreet?: true;
  readonly group: "work" | "sessions" | "project" | "tool";
  readonly summary: string;
  /** Further paragraphs of its help. */
  readonly details?: string;
  readonly args?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly ExampleSpec[];
  /**
   * What it changes: `nothing` is enforced by tests over all such commands; `program`, this program
   * itself and nothing of the project.
   */
  readonly changes: "nothing" | "session" | "project" | "program";
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
  /** @returns false when nobody reads any more. */
  readonly out: (text: Shown) => boolean;
  /** The line of `--json` around its payload. */
  readonly envelope: (data: unknown) => Shown;
}

/** The parsed arguments of a command. */
export class Input {
  readonly #args: Readonly<Record<string, readonly string[]>>;
  readonly #options: Readonly<Record<string, readonly string[] | true>>;

  constructor(
    args: Readonly<Record<string, readonly string[]>>,
    options: Readonly<Record<string, readonly string[] | true>>,
  ) {
    this.#args = args;
    this.#options = options;
  }

  /** A positional argument; undefined when it was optional and left out. */
  arg(name: string): string | undefined {
    return this.#args[name]?.[0];
  }

  /** A positional argument that the table says is there. */
  required(name: string): string {
    const value = this.arg(name);
    if (value === undefined) throw new TypeError(`argument ${name} is not in the table`);
    return value;
  }

  /** All values of a positional argument that takes many. */
  args(name: string): readonly string[] {
    return this.#args[name] ?? [];
  }

  /** Whether a switch was given. */
  has(name: string): boolean {
    return this.#options[name] !== undefined;
  }

  /** The same with a further switch. */
  with(name: string): Input {
    return new Input(this.#args, { ...this.#options, [name]: true });
  }

  /** The last value of an option. */
  option(name: string): string | undefined {
    const value = this.#options[name];
    return value === undefined || value === true ? undefined : value.at(-1);
  }

  /** All values of an option. */
  options(name: string): readonly string[] {
    const value = this.#options[name];
    return value === undefined || value === true ? [] : value;
  }
}
