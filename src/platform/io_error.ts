/**
 * From a system error to an error a user can read.
 * @module
 */
import { type ErrorCode, OrchestratorError, systemErrorCode } from "../errors.ts";

interface Meaning {
  readonly code: ErrorCode;
  /** The code when something was only to be read. Default: `code`. */
  readonly reading?: ErrorCode;
  readonly text: string;
  readonly hint?: string;
}

const FREE_SPACE = "Free some space and run the command again";

/** What the system's codes mean to a user. Codes not listed are `io_failed` with the system's words. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  ENOSPC: { code: "no_space", text: "no space is left on the device", hint: FREE_SPACE },
  EDQUOT: { code: "no_space", text: "the disk quota is exceeded", hint: FREE_SPACE },
  EROFS: { code: "read_only", text: "the file system is read-only" },
  EACCES: {
    code: "read_only",
    reading: "io_failed",
    text: "permission is denied",
    hint: "Check the permissions of the file and of its directory",
  },
  EPERM: { code: "read_only", reading: "io_failed", text: "the operation is not permitted" },
  ENOENT: { code: "io_failed", reading: "file_unknown", text: "it does not exist" },
  ENOTDIR: {
    code: "io_failed",
    reading: "file_unknown",
    text: "a part of the path is not a directory",
  },
  EISDIR: { code: "io_failed", text: "it is a directory" },
  EEXIST: { code: "already_exists", text: "it already exists" },
  ENOTEMPTY: { code: "io_failed", text: "the directory is not empty" },
  EBUSY: { code: "io_failed", text: "another program is using it" },
  EIO: { code: "io_failed", text: "the disk reported an input/output error" },
  // What Bun makes of a disk's error while it removes something.
  EFAULT: { code: "io_failed", text: "the disk reported an error" },
  EMFILE: { code: "io_failed", text: "this process has too many files open" },
  ENFILE: { code: "io_failed", text: "the system has too many files open" },
  ENAMETOOLONG: { code: "io_failed", text: "the name is too long" },
  ELOOP: { code: "io_failed", text: "there are too many levels of symbolic links" },
  EFBIG: { code: "io_failed", text: "the file is too large" },
  ESTALE: { code: "io_failed", text: "the network file handle is stale" },
};

/**
 * Turns what a file operation threw into an error for users: `Cannot write "a/b": no space is left on
 * the device`. An OrchestratorError passes through unchanged.
 * @param verb What was tried, as in "Cannot <verb>": `read`, `write`, `remove`, `lock` … With `read`,
 * a file that is absent is `file_unknown` and one without permission `io_failed`.
 * @param path The file, as the user knows it.
 * @param cause What was thrown; kept as `cause`.
 * @returns `no_space`, `read_only`, `already_exists`, `file_unknown` or `io_failed`; `details` has the
 * path and the system's code.
 */
export function ioError(verb: string, path: string, cause: unknown): OrchestratorError {
  if (cause instanceof OrchestratorError) return cause;
  const system = systemErrorCode(cause);
  const meaning = system === undefined ? undefined : MEANINGS[system];
  const text = meaning?.text ?? (cause instanceof Error ? cause.message : String(cause));
  const code = (verb === "read" ? meaning?.reading : undefined) ?? meaning?.code ?? "io_failed";
  return new OrchestratorError(code, `Cannot ${verb} "${path}": ${text}`, {
    ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
    details: { path, ...(system === undefined ? {} : { system }) },
    cause,
  });
}

/** Codes that say something about the machine, never about a mistake in the program. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  ...["EIO", "EFAULT", "ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"],
  ...["EMFILE", "ENFILE", "ESTALE", "EBUSY"],
]);

/** What was tried, by the system call that Node names. Others only read. */
const VERBS: Readonly<Record<string, string>> = {
  mkdir: "write",
  mkdtemp: "write",
  write: "write",
  ftruncate: "write",
  fsync: "write",
  link: "write",
  rename: "move",
  rm: "remove",
  rmdir: "remove",
  unlink: "remove",
};

/**
 * An unexpected failure of the machine: a disk, a quota, permissions.
 * @param error what was thrown.
 * @returns it as {@link ioError} describes it; null when it may be a bug of the program.
 */
export function machineFailure(error: unknown): OrchestratorError | null {
  const code = systemErrorCode(error);
  if (!(error instanceof Error) || code === undefined || !OF_THE_MACHINE.has(code)) return null;
  if (!("path" in error) || typeof error.path !== "string") {
    // Of what was open already, the system tells no name.
    const { code: kind, text } = MEANINGS[code] ?? { code: "io_failed", text: error.message };
    return new OrchestratorError(kind, `Cannot finish the command: ${text}`, { cause: error });
  }
  const call = "syscall" in error && typeof error.syscall === "string" ? error.syscall : "";
  return ioError(VERBS[call] ?? "read", error.path, error);
}

/** The refusal to create a directory where something else is. */
export function notADirectory(directory: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError(
    "already_exists",
    `Cannot create "${directory}": it exists and is not a directory`,
    { hint: "Rename it, then run the command again", cause },
  );
}
