/**
 * Questions about paths as texts, by the rules of Windows or of all others.
 *
 * What compares paths, or takes a separator for granted, asks here: Windows takes `/` and `\` for the
 * same, and capitals for small letters; elsewhere both are letters of names.
 * @module
 */
import { statSync } from "node:fs";
import { isAbsent } from "../errors.ts";
import { ioError } from "./io_error.ts";
import { isWindows } from "./runtime.ts";

/**
 * Whether `path` exists. Unlike `existsSync`, which returns false on every error, this returns
 * false only when nothing exists: callers write files because of that answer, so a failing disk
 * must not cause it.
 * @throws {OrchestratorError} When the system cannot determine it.
 */
export function pathExists(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw ioError("read", path, error);
  }
}

/** Whose rules a path follows. */
export type PathRules = "posix" | "windows";

const HERE: PathRules = isWindows ? "windows" : "posix";

/** The path with `/` between its parts. */
export function slashes(path: string, rules = HERE): string {
  return rules === "posix" ? path : path.replaceAll("\\", "/");
}

/**
 * The part of `path` below `folder`, with `/`; empty for the folder itself, null for what is outside.
 * Compares texts: both are absolute and without `..`, and no link is followed.
 */
export function partBelow(folder: string, path: string, rules = HERE): string | null {
  // `//?/` asks Windows to take a long path as it is.
  const plain = (text: string) => slashes(text, rules).replace(/^\/\/\?\/(?=\w:)/, "");
  const fold = (text: string) => rules === "windows" ? text.toLowerCase() : text;
  const base = plain(folder).replace(/\/+$/, "");
  const full = plain(path);
  const rest = full.slice(base.length);
  const same = fold(full.slice(0, base.length)) === fold(base);
  return same && /^(\/|$)/.test(rest) ? rest.slice(1) : null;
}

/** The directory part: `/a` of `/a/b`, `/` of `/a`, `.` of `a`. */
export function parentOf(path: string): string {
  const end = slashes(path).lastIndexOf("/");
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}
