/**
 * The places where the shared state of a repository can be: in its main checkout, or in the directory
 * that all worktrees share. The main checkout and the linked worktrees look at the same places in the
 * same order, and the first one that holds a state counts: a later command finds what is there,
 * whatever git's configuration says by then.
 * @module
 */
import { basename, dirname, join, resolve } from "node:path";
import { FOLDERS, KEYS, STATE_DIRECTORY } from "../state_layout/names.ts";
import { BARE_FOLDERS, BARE_STATE, CHECKOUT, GIT_FOLDER } from "../state_layout/places.ts";
import { sha256Hex } from "../platform/hash.ts";
import { slashes } from "../platform/path.ts";
import { readCheckoutKeys } from "./git_config.ts";
import { adminDirectory, isThere, readStrictly, realOf } from "./git_files.ts";

/** A place for the state. */
export interface Place {
  readonly directory: string;
  /** The main checkout that it is in; null: it is in git's own directory. */
  readonly main: string | null;
}

/** What is known of a repository. */
export interface Repository {
  /** The directory that all worktrees share, as a real path. */
  readonly common: string;
  /** The checkouts that have it as their repository, as real paths, the likeliest first. */
  readonly mains: readonly string[];
  /** Whether the configuration says that it has no checkout of its own. */
  readonly isBare: boolean;
  /** Whether there can be no main checkout that is not in `mains`. */
  readonly isKnown: boolean;
}

/**
 * Looks for the main checkout of a repository.
 * @param common a real path.
 * @throws I/O errors
 */
export function lookForMain(common: string): Repository {
  const { bare, worktree } = readCheckoutKeys(common);
  // A submodule's repository is elsewhere, and its configuration names its checkout.
  const named = worktree === undefined ? null : realOf(resolve(common, worktree));
  const left = readStrictly(checkoutPointer(common))?.replace(/\r?\n$/, "");
  const beside = worktree === undefined && basename(common) === ".git" ? dirname(common) : null;
  const mains = [named, left === undefined || left === "" ? null : realOf(left), beside]
    .filter((top) => top !== null)
    .filter((top) => leadsTo(top, common));
  return {
    common,
    mains: [...new Set(mains)],
    isBare: bare ?? false,
    isKnown: mains.length > 0 || bare === true || named !== null,
  };
}

/** Whether a folder's `.git` is a repository's directory, or a file that leads to it. */
function leadsTo(top: string, common: string): boolean {
  const git = join(top, ".git");
  if (realOf(git) === common) return true;
  try {
    const admin = adminDirectory(git);
    return admin !== null && realOf(admin) === common;
  } catch {
    // What it is cannot be told there: it is no way to here.
    return false;
  }
}

/** The file in which a main checkout that git's files do not lead to says where it is. */
export function checkoutPointer(common: string): string {
  return join(common, GIT_FOLDER, CHECKOUT);
}

/**
 * The places for the state of a project, those that count first.
 * @param below the project's folder in its checkout; empty for the checkout itself.
 * @param home the home directory itself is never a project.
 */
export function statePlaces(
  { common, mains }: Repository,
  below: string,
  home: string | undefined,
): readonly Place[] {
  const inGit = below === ""
    ? join(common, GIT_FOLDER, BARE_STATE)
    : join(common, GIT_FOLDER, BARE_FOLDERS, folderName(below));
  const realHome = home === undefined || below !== "" ? null : realOf(home);
  return [
    ...mains.filter((main) => main !== realHome)
      .map((main) => ({ directory: join(main, below, STATE_DIRECTORY), main })),
    { directory: inGit, main: null },
  ];
}

/** The place that counts: the first that holds a state. */
export function placeOf(places: readonly Place[], isBare: boolean): Place {
  const place = places.find(({ directory }) => holdsState(directory)) ??
    (isBare ? places.at(-1) : places[0]);
  if (place === undefined) throw new TypeError("a repository has a place for its state");
  return place;
}

/** Longer names are not possible on every file system. */
const LONGEST_NAME = 200;

/** One name for each folder, and no name for two. */
function folderName(below: string): string {
  const name = slashes(below).split("/")
    .map((part) => part.replaceAll("%", "%25").replaceAll("+", "%2B"))
    .join("+");
  return name.length > LONGEST_NAME ? `%${sha256Hex(name)}` : name;
}

/** Whether a state directory holds a state. */
export function holdsState(directory: string): boolean {
  return isThere(join(directory, KEYS.meta)) || isThere(join(directory, FOLDERS.sessions));
}
