/**
 * The checked-out branch, read from `.git/HEAD` without running git.
 * @module
 */
import { resolve } from "node:path";
import { gitDirectoryAt, readSmallFile } from "../platform/git_pointer.ts";

/** Name of the branch checked out in `root`; null when detached, without git, or unreadable. */
export function gitBranch(root: string): string | null {
  const directory = gitDirectoryAt(resolve(root, ".git"));
  const head = directory === null ? undefined : readSmallFile(resolve(directory, "HEAD"));
  return /^ref: refs\/heads\/(.+?)\s*$/.exec(head ?? "")?.[1] ?? null;
}
