/**
 * How blobs are written as files.
 * @module
 */
import { lstatSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { isAbsent } from "../errors.ts";
import { appendAndSync } from "../platform/append_file.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { notADirectory } from "../platform/io_error.ts";
import { pathExists } from "../platform/path.ts";
import { lookWithin, readWithin } from "../platform/within.ts";
import type { BlobContent, NewSession } from "./backend.ts";
import { checkKey, checkLines, checkSessionId } from "./keys.ts";

const NEWLINE = 0x0a;

/** A file of a state directory. */
export interface StateFile {
  readonly path: string;
  /** The state directory: nothing below it is reached through a link. */
  readonly within: string;
  /** The most bytes it may have. */
  readonly limit: number;
}

/** Appends a line to a file of lines, durably; a cut-off last line is replaced. */
export function appendLineTo({ path, within, limit }: StateFile, line: string): void {
  const bytes = readWithin(within, path, limit);
  if (bytes === null) {
    removeTemporaries(dirname(path), within);
    return replaceFile(path, line + "\n", { within });
  }
  appendAndSync(path, line + "\n", { at: bytes.lastIndexOf(NEWLINE) + 1, within });
}

/** Removes a file, durably; absent is fine. */
export function removeBlobFile(path: string, within: string): void {
  if (lookWithin(within, path, "remove") === null) return;
  try {
    unlinkSync(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioError("remove", path, error);
  }
  syncDirectory(dirname(path));
}

/**
 * Creates a missing directory and its parents; it may be there meanwhile, made by another process.
 * @throws OrchestratorError `already_exists` if there is a file.
 */
export async function requireDirectory(directory: string): Promise<void> {
  if (pathExists(directory)) {
    if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
    throw notADirectory(directory);
  }
  const { makeDirectory } = await import("../platform/make_directory.ts");
  makeDirectory(directory);
}

/** Validates a new session's content. */
export function checkContent(id: string, content: NewSession): NewSession {
  checkSessionId(id);
  if ("length" in content.lines) checkLines(content.lines);
  return {
    lines: content.lines,
    blobs: checkNames(id, content.blobs),
    derived: (etag) => checkNames(id, content.derived?.(etag) ?? {}),
  };
}

function checkNames<Content extends BlobContent>(
  id: string,
  blobs: Readonly<Record<string, Content>>,
): Readonly<Record<string, Content>> {
  for (const name of Object.keys(blobs)) checkKey(`sessions/${id}/${name}`);
  return blobs;
}
