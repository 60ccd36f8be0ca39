/**
 * Files that a person names for output: a link is followed, also one whose target does not exist yet;
 * a device or a pipe is written into, never replaced.
 * @module
 */
import {
  closeSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { replaceFile } from "./atomic_file.ts";
import { ioError } from "./io_error.ts";

/** Where output goes. */
export interface OutputPlace {
  /** The file itself, behind all links. */
  readonly path: string;
  /** Whether something is there. */
  readonly isThere: boolean;
  /** Whether it is written into as it is, because it is a device, a pipe or a socket. */
  readonly isStream: boolean;
  readonly isDirectory: boolean;
}

/** Links that are followed before a circle is assumed, as on Linux. */
const MOST_LINKS = 40;

/**
 * What is at a path that a person names for output.
 * @throws OrchestratorError `io_failed` where the system cannot tell.
 */
export function outputPlace(path: string): OutputPlace {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) {
      return { path: endOfLinks(path), isThere: false, isStream: false, isDirectory: false };
    }
    const isDirectory = stat.isDirectory();
    const isStream = !stat.isFile() && !isDirectory;
    // The system's names of open pipes lead to no file: they are opened as they are.
    return { path: isStream ? path : realpathSync(path), isThere: true, isStream, isDirectory };
  } catch (error) {
    throw ioError("write", path, error);
  }
}

/** Where a link leads whose target does not exist; the path itself when it is no link. */
function endOfLinks(path: string): string {
  let end = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const stat: Stats | undefined = lstatSync(end, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) return end;
    end = resolve(dirname(end), readlinkSync(end));
  }
  return path;
}

/**
 * Writes a whole text or file: a regular file is replaced, a device or a pipe is written into. Where nothing
 * was when the place was looked at, a file that is there by now is kept.
 * @throws OrchestratorError as {@link replaceFile}
 */
export function writeOutput(
  { path, isThere, isStream }: OutputPlace,
  data: string | Uint8Array,
): void {
  if (!isStream) {
    replaceFile(path, data, { within: null, exclusive: !isThere });
    return;
  }
  try {
    writeFileSync(path, data);
  } catch (error) {
    throw ioError("write", path, error);
  }
}

/**
 * Whether the first line of a regular file is this one.
 * @throws OrchestratorError `io_failed`
 */
export function beginsWithLine(path: string, line: string): boolean {
  const wanted = new TextEncoder().encode(line);
  const begin = new Uint8Array(wanted.length + 1);
  try {
    const descriptor = openSync(path, "r");
    try {
      const length = readSync(descriptor, begin, 0, begin.length, 0);
      const isEnd = length === wanted.length || begin[wanted.length] === 10 ||
        begin[wanted.length] === 13;
      return isEnd && wanted.every((byte, index) => begin[index] === byte);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/**
 * Writes pieces into a device or a pipe as they come.
 * @returns how many bytes were written.
 * @throws what `pieces` throws; OrchestratorError `io_failed`
 */
export async function writeIntoStream(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
): Promise<number> {
  let descriptor: number;
  try {
    descriptor = openSync(path, "w");
  } catch (error) {
    throw ioError("write", path, error);
  }
  try {
    let size = 0;
    for await (const piece of pieces) {
      for (let written = 0; written < piece.length;) {
        try {
          written += writeSync(descriptor, piece, written, piece.length - written);
        } catch (error) {
          throw ioError("write", path, error);
        }
      }
      size += piece.length;
    }
    return size;
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a name that a person gave for output means stdout. */
export function meansStdout(name: string): boolean {
  return name === "-" || name === "/dev/stdout" || name === "/dev/fd/1";
}
