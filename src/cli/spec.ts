/**
 * What the command table says of a command.
 * @module
 */
import type { Effect } from "../app/declared_changes.ts";

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
    /** A check of the doctor, or an area of checks. */
    | "check"
    /** A value of the key in front of it. */
    | "config_value"
    /** `KEY=VALUE` */
    | "config_setting"
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
  /** Path of the command that is meant where it is given: it changes something, and the row does not. */
  readonly becomes?: string;
}

/** An example in a help text. */
export interface ExampleSpec {
  /** Without the program's name. */
  readonly line: string;
  readonly means: string;
}

/** What the command table says of a command. Its path is its command line and names its file. */
export interface CommandInfo {
  /** Words of the command, e.g. `session list`. */
  readonly path: string;
  /** How people write it, where that is not its path: errors and locks name it so. */
  readonly called?: string;
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
  /** Its answer may be long: on a terminal a pager shows it. */
  readonly paged?: true;
  readonly group: "work" | "sessions" | "project" | "tool";
  readonly summary: string;
  /** Further paragraphs of its help. */
  readonly details?: string;
  readonly args?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly ExampleSpec[];
  /** What it changes. `nothing` is enforced by tests over all such commands. */
  readonly changes: Effect;
}
