/**
 * The commit that is checked out, read from git's files without running git.
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { gitDirectoryAbove, readSmallFile, sharedDirectory } from "../platform/git_pointer.ts";

/** More packed refs than this are not looked through. */
const MOST_BYTES = 4 * 1024 * 1024;

/** How many symbolic refs are followed. */
const MOST_STEPS = 5;

/**
 * The commit's id.
 * @param root the repository is that of the nearest directory upwards with a `.git`.
 * @returns null where there is no commit yet; undefined where it cannot be told: without git, and where
 *   refs are in a table (`reftable`). Never throws.
 */
export function gitHead(root: string): string | null | undefined {
  try {
    const own = gitDirectoryAbove(root);
    if (own === null) return undefined;
    const shared = sharedDirectory(own);
    if (shared === null) return undefined;
    return existsSync(resolve(shared, "reftable")) ? undefined : commitOf(own, shared);
  } catch {
    return undefined;
  }
}

/** What git has checked out in a directory. */
export interface CheckedOut {
  /** Null for a detached HEAD. */
  readonly branch: string | null;
  /** Null before the first commit, and where it cannot be told. */
  readonly head: string | null;
  /** Git's own name of a linked worktree; null in a main checkout. */
  readonly worktree: string | null;
}

/** What is checked out, read as {@link gitHead} does; null without git. Never throws. */
export function checkedOut(root: string): CheckedOut | null {
  try {
    const own = gitDirectoryAbove(root);
    if (own === null) return null;
    const ref = /^ref:\s*refs\/heads\/(\S+)\s*$/.exec(readSmallFile(resolve(own, "HEAD")) ?? "")
      ?.[1];
    return {
      branch: ref === undefined || ref === ".invalid" ? null : ref,
      head: gitHead(root) ?? null,
      worktree: existsSync(resolve(own, "commondir")) ? basename(own) : null,
    };
  } catch {
    return null;
  }
}

function commitOf(own: string, shared: string): string | null | undefined {
  let text = readSmallFile(resolve(own, "HEAD"));
  for (let step = 0; step < MOST_STEPS && text !== undefined; step += 1) {
    const commit = /^([0-9a-f]{40}|[0-9a-f]{64})\s*$/.exec(text)?.[1];
    if (commit !== undefined) return commit;
    const ref = /^ref:\s*(refs\/\S+)\s*$/.exec(text)?.[1];
    // What tables of refs leave in HEAD, for programs that only know files.
    if (ref === undefined || ref === "refs/heads/.invalid" || ref.includes("..")) return undefined;
    const loose = readSmallFile(resolve(own, ref)) ?? readSmallFile(resolve(shared, ref));
    if (loose === undefined) return packedCommit(shared, ref);
    text = loose;
  }
  return undefined;
}

/** gitrepository-layout(5): `<commit> SP <ref> LF`. */
function packedCommit(shared: string, ref: string): string | null | undefined {
  const file = resolve(shared, "packed-refs");
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile() || stats.size > MOST_BYTES) return undefined;
  const line = readFileSync(file, "utf8").split("\n").find((entry) => entry.endsWith(` ${ref}`));
  return line === undefined ? null : /^[0-9a-f]{40,64}/.exec(line)?.[0];
}
