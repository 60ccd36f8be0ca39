/**
 * How blobs are written as files.
 * @module
 */
import { readFileSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { appendAndSync } from "../platform/append_file.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { pathExists } from "../platform/path_exists.ts";
import type { NewSession } from "./backend.ts";
import { checkKey, checkLines, checkSessionId } from "./keys.ts";

const NEWLINE = 0x0a;

/** Appends a line to a file of lines, durably; a cut-off last line is replaced. */
export function appendLineTo(path: string, line: string): void {
  if (!pathExists(path)) {
    removeTemporaries(dirname(path));
    return replaceFile(path, line + "\n");
  }
  let at: number;
  try {
    at = readFileSync(path).lastIndexOf(NEWLINE) + 1;
  } catch (error) {
    throw ioError("read", path, error);
  }
  appendAndSync(path, line + "\n", { at });
}

/** Removes a file, durably; absent is fine. */
export function removeBlobFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioError("remove", path, error);
  }
  syncDirectory(dirname(path));
}

/** Makes a directory that is not there, with all above it. @throws `already_exists` for a file there. */
export async function requireDirectory(directory: string): Promise<void> {
  if (pathExists(directory)) {
    throw new OrchestratorError(
      "already_exists",
      `Cannot create "${directory}": something that is not a directory has this name`,
      { hint: "Rename it, then run the command again" },
    );
  }
  const { makeDirectory } = await import("./session_folders.ts");
  makeDirectory(directory);
}

/** A new session's content, refused where it is no session's. */
export function checkContent(id: string, content: NewSession): NewSession {
  checkSessionId(id);
  if ("length" in content.lines) checkLines(content.lines);
  return {
    lines: content.lines,
    blobs: checkNames(id, content.blobs),
    derived: (mark) => checkNames(id, content.derived?.(mark) ?? {}),
  };
}

function checkNames(
  id: string,
  blobs: Readonly<Record<string, string | Uint8Array>>,
): Readonly<Record<string, string | Uint8Array>> {
  for (const name of Object.keys(blobs)) checkKey(`sessions/${id}/${name}`);
  return blobs;
}

function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}
