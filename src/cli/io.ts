/**
 * Everything a run of the program takes from, and gives to, its surroundings. Passed in, so that a
 * test needs no process.
 * @module
 */
import type { Surroundings } from "../app/workspace.ts";
import type { ForegroundRequest, ForegroundResult } from "../platform/foreground.ts";
import type { Pager, PagerRequest } from "../platform/pager.ts";
import type { Shown } from "./output/shown.ts";

/** The surroundings of one run. */
export interface Io extends Surroundings {
  /** Writes to stdout; false when its reader has gone. */
  readonly out: (text: Shown) => boolean;
  /** Whether what is written to stdout is surely read by no process any more. */
  readonly lostReader: () => Promise<boolean>;
  /** Writes bytes that are no text for people to stdout; false when its reader has gone. */
  readonly outBytes: (bytes: Uint8Array) => boolean;
  /** Writes to stderr. */
  readonly err: (text: Shown) => boolean;
  readonly isTerminal: (stream: "stdin" | "stdout" | "stderr") => boolean;
  /** Columns of the terminal. */
  readonly width: () => number;
  /** All of stdin as text. */
  readonly readStdin: () => Promise<string>;
  /** Stdin as it comes. */
  readonly stdinBytes: () => AsyncIterable<Uint8Array>;
  /** Asks a yes/no question on the terminal; null when the person cancelled. */
  readonly confirm: (question: Shown) => Promise<boolean | null>;
  /** Asks for a line of text on the terminal, offering `initial`; null when cancelled. */
  readonly askText: (question: Shown, initial: Shown) => Promise<string | null>;
  /** Asks for a secret on the terminal, without showing what is typed; null when cancelled. */
  readonly askSecret: (question: Shown) => Promise<string | null>;
  /** Runs a program that has the terminal to itself until it ends. */
  readonly foreground: (request: ForegroundRequest) => Promise<ForegroundResult>;
  /** Starts a pager on the terminal; null where none is there, or none is needed. */
  readonly pager: (request: PagerRequest) => Promise<Pager<Shown> | null>;
  /** Sees each answer before it is printed, in either form. For tests. */
  readonly answered?: (command: string, data: unknown) => void;
  /**
   * scrypt's work factor for what is encrypted with a password. Absent, as on the system: the full one.
   * Tests make it easier; no variable and no option does.
   */
  readonly workFactor?: number;
  /** Aborted when the process is told to stop; carries the signal's name as reason. */
  readonly interrupted: AbortSignal;
}
