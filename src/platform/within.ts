/**
 * Access to files in a directory whose content may come from others, as in a clone: links are not
 * followed, and only regular files are opened.
 *
 * This protects from links, pipes and devices in the directory, not from another process of the
 * same user that replaces files at the same moment.
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  type Stats,
  statSync,
} from "node:fs";
import { isAbsent, OrchestratorError, systemErrorCode } from "../errors.ts";
import { exactByteSize } from "./byte_size.ts";
import { ioError } from "./io_error.ts";
import { requireOwnLink } from "./own_link.ts";
import { partBelow, slashes } from "./path.ts";

/**
 * The directory below which no link is followed: a project's state directory. Null for a place that
 * only its user fills, such as the home directory: there links are followed.
 */
export type Within = string | null;

/** Not following a link, not waiting for the other end of a pipe: where the system has the flags. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/** How often a file may turn out to have been replaced between the look at it and its opening. */
const MAX_LOOKS = 100;

/**
 * Returns the status of `path` without opening it.
 * @param within `path` is this directory or is inside it.
 * @param verb the intended operation, for the message.
 * @returns null when nothing exists.
 * @throws `link_refused` when `path` or one of its parent directories is a link; I/O errors.
 */
export function lookWithin(within: Within, path: string, verb = "read"): Stats | null {
  try {
    if (within === null) return statSync(path, { throwIfNoEntry: false }) ?? null;
    const rest = partBelow(within, path);
    if (rest === null) throw new TypeError(`"${path}" is not inside "${within}"`);
    let stat = lstatSync(within, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() === true) {
      requireOwnLink(within, path, verb);
      stat = statSync(within, { throwIfNoEntry: false });
    }
    const slashed = slashes(path);
    for (let end = path.length - rest.length; stat !== undefined && end < path.length;) {
      const next = slashed.indexOf("/", end + 1);
      end = next < 0 ? path.length : next;
      const part = end === path.length ? path : path.slice(0, end);
      stat = lstatSync(part, { throwIfNoEntry: false });
      // Junctions on Windows are links here, too.
      if (stat?.isSymbolicLink() === true) throw refusedLink({ within, path, verb, link: part });
    }
    return stat ?? null;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || (code === "ENOTDIR" && within !== null)) return null;
    throw ioError(verb, path, error);
  }
}

/**
 * Looks at what is to be a file.
 * @throws as {@link lookWithin}; `io_failed` for a directory, a pipe, a socket or a device.
 */
export function lookAtFile(within: Within, path: string, verb = "read"): Stats | null {
  const stat = lookWithin(within, path, verb);
  if (stat !== null && !stat.isFile()) throw notAFile(path, verb, stat);
  return stat;
}

/** An open file. The caller closes the descriptor. */
export interface OpenFile {
  readonly descriptor: number;
  readonly stat: Stats;
}

/**
 * Opens a regular file that is there.
 * @param access `update`: for reading and writing.
 * @returns null when there is none.
 * @throws as {@link lookAtFile}
 */
export function openWithin(
  within: Within,
  path: string,
  access: "read" | "update" = "read",
): OpenFile | null {
  const verb = access === "read" ? "read" : "write";
  const flags = (access === "read" ? constants.O_RDONLY : constants.O_RDWR) | NO_WAIT |
    (within === null ? 0 : NO_LINK);
  for (let look = 0; look < MAX_LOOKS; look++) {
    const seen = lookAtFile(within, path, verb);
    if (seen === null) return null;
    const file = openThere(path, flags, verb);
    if (file === null) continue;
    const { descriptor, stat } = file;
    if (stat.isFile() && stat.ino === seen.ino && stat.dev === seen.dev) return file;
    closeSync(descriptor);
  }
  throw new OrchestratorError(
    "io_failed",
    `Cannot ${verb} "${path}": the file system reports a different inode on every check`,
    { details: { path } },
  );
}

/** Null when the file was removed or replaced by a link since it was checked. */
function openThere(path: string, flags: number, verb: string): OpenFile | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, flags);
    return { descriptor, stat: fstatSync(descriptor) };
  } catch (error) {
    if (descriptor !== undefined) closeSync(descriptor);
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ELOOP") return null;
    throw ioError(verb, path, error);
  }
}

/**
 * Reads a whole file.
 * @param limit the most bytes it may have.
 * @returns null when there is none.
 * @throws as {@link lookAtFile}; `limit_exceeded`
 */
export function readWithin(within: Within, path: string, limit: number): Uint8Array | null {
  return readOpen(within, path, limit, (descriptor) => readFileSync(descriptor));
}

/** {@link readWithin} for UTF-8 text; a byte order mark stays. */
export function readTextWithin(within: Within, path: string, limit: number): string | null {
  return readOpen(within, path, limit, (descriptor) => readFileSync(descriptor, "utf8"));
}

function readOpen<Content>(
  within: Within,
  path: string,
  limit: number,
  read: (descriptor: number) => Content,
): Content | null {
  const file = openWithin(within, path);
  if (file === null) return null;
  try {
    if (file.stat.size > limit) throw tooLarge(path, limit);
    return read(file.descriptor);
  } catch (error) {
    throw ioError("read", path, error);
  } finally {
    closeSync(file.descriptor);
  }
}

/**
 * Names of the entries of a directory, in no order; none when it does not exist.
 * @throws like {@link lookWithin}
 */
export function namesWithin(within: Within, directory: string): readonly string[] {
  if (lookWithin(within, directory)?.isDirectory() !== true) return [];
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError("read", directory, error);
  }
}

/** The refusal of a file that is larger than its kind may be. */
export function tooLarge(path: string, limit: number): OrchestratorError {
  return new OrchestratorError(
    "limit_exceeded",
    `Cannot read "${path}": it is larger than ${exactByteSize(limit)}`,
    { details: { path, limit } },
  );
}

function refusedLink({ within, path, verb, link }: {
  readonly within: string;
  readonly path: string;
  readonly verb: string;
  readonly link: string;
}): OrchestratorError {
  const what = link === path ? "it is a symbolic link" : `"${link}" is a symbolic link`;
  return new OrchestratorError("link_refused", `Cannot ${verb} "${path}": ${what}`, {
    hint: "Replace the link with the files it points to",
    details: { path, link, within },
  });
}

function notAFile(path: string, verb: string, stat: Stats): OrchestratorError {
  const what = stat.isDirectory() ? "it is a directory" : "it is not a regular file";
  return new OrchestratorError("io_failed", `Cannot ${verb} "${path}": ${what}`, {
    details: { path },
  });
}
