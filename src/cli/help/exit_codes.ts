/**
 * What each exit code means: for `help exit-codes`, the documentation and the man pages.
 * @module
 */
import { type ErrorKind, EXIT_CODES } from "../../errors.ts";

const MEANINGS: Readonly<Record<ErrorKind, string>> = {
  failure: "It was tried and did not succeed: a verification failed, a file could not be written",
  usage: "The command line is wrong, or a question would have to be asked without a terminal",
  config: "A file people write is wrong; the message names file, line and column",
  not_found: "No such project, session, item, phase, checkpoint or file",
  conflict: "Things changed meanwhile, or a name fits several sessions: look again, then repeat",
  locked: "Another process is writing; the message says who, where and since when",
  blocked: "The answer is no, and nothing is broken: an item, a gate or an approval is missing",
  corrupt: "What is on disk cannot be trusted, or is from a newer version; nothing was written",
  external: "A program that was needed failed",
  internal: "A bug; run it again with `--debug` and report it",
  interrupted: "Ended by a signal, cleaned up (143 after SIGTERM)",
};

/** An exit code. */
export interface ExitCode {
  readonly code: number;
  /** `not found` */
  readonly kind: string;
  readonly means: string;
}

/** All exit codes, by number. */
export function exitCodes(): readonly ExitCode[] {
  const kinds = Object.entries(EXIT_CODES) as readonly (readonly [ErrorKind, number])[];
  return [
    { code: 0, kind: "ok", means: "Done" },
    ...kinds.map(([kind, code]) => ({
      code,
      kind: kind.replaceAll("_", " "),
      means: MEANINGS[kind],
    })),
  ];
}
