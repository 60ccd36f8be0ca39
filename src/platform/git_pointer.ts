/**
 * The files by which git says where its directory is, read strictly and without starting git: `.git` of a
 * linked worktree or a submodule, and `commondir` (gitrepository-layout(5)).
 *
 * Anyone who can write to the folder can have written them: what is too large, no regular file, a loop of links, a network
 * path, or leads to no directory, leads nowhere.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, resolve, sep } from "node:path";

/** A path and a line feed are shorter. In bytes. */
const MOST_BYTES = 64 * 1024;

/** A small regular file as text; undefined for anything else. Never throws. */
export function readSmallFile(file: string): string | undefined {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size > MOST_BYTES) return undefined;
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** The path in the text of a `.git` file, as it is written there; undefined where it has none. */
export function pointerTarget(text: string): string | undefined {
  const target = /^gitdir:[ \t]*(.+?)[\r\n]*$/.exec(text)?.[1];
  // A stranger's server must not see this user's login.
  return target === undefined || isNetworkPath(target) ? undefined : target;
}

/** Whether a path is one of a server, on systems that have such. */
export function isNetworkPath(path: string): boolean {
  return sep === "\\" && /^[\\/]{2}/.test(path);
}

/**
 * Git's directory of a work tree.
 * @param found path of its `.git`.
 * @returns null where it leads to none. Never throws.
 */
export function gitDirectoryAt(found: string): string | null {
  if (isDirectory(found)) return found;
  const target = pointerTarget(readSmallFile(found) ?? "");
  return target === undefined ? null : directoryFrom(dirname(found), target);
}

/**
 * Git's directory of the work tree that a directory is in: by the nearest `.git` upwards, whatever it is.
 * @returns null without one, and where it leads to none. Never throws.
 */
export function gitDirectoryAbove(root: string): string | null {
  for (let directory = resolve(root);;) {
    const found = resolve(directory, ".git");
    if (isThere(found)) return gitDirectoryAt(found);
    const parent = dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}

/** Also for what cannot be looked at, such as a loop of links. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/**
 * What all work trees of a repository share.
 * @param own git's directory of one of them.
 * @returns null where `commondir` leads to no directory. Never throws.
 */
export function sharedDirectory(own: string): string | null {
  const text = readSmallFile(`${own}/commondir`)?.replace(/[\r\n]+$/, "") ?? "";
  return text === "" ? own : isNetworkPath(text) ? null : directoryFrom(own, text);
}

function directoryFrom(base: string, path: string): string | null {
  const whole = isAbsolute(path) ? path : resolve(base, path);
  return isDirectory(whole) ? whole : null;
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
