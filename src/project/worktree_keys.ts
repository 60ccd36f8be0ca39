/**
 * What stands for git's linked worktrees in names of the state directory.
 * @module
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../platform/hash.ts";
import { namesWithin } from "../platform/within.ts";
import { isPlainWorktreeName } from "../state_layout/grammar.ts";
import type { LinkedWorktree } from "../state_layout/home.ts";
import { isRepository, realOf } from "./git_files.ts";
import { gitDirectory } from "./git_remote.ts";

/**
 * What stands for a worktree in names of the state directory: git's own name for it and when git made
 * it, for a name is used again once a worktree is removed; where that is not the same on every file
 * system, a hash of it. Never its path, for a worktree can be moved.
 */
export function worktreeKey({ name, common }: Pick<LinkedWorktree, "name" | "common">): string {
  // Git writes this file once. Whole milliseconds: the runtimes differ in what is below.
  const made = statSync(join(common, "worktrees", name, "commondir"), { throwIfNoEntry: false });
  const key = `${name}.${Math.floor(made?.mtimeMs ?? 0).toString(36)}`;
  return isPlainWorktreeName(key) ? key : `h-${sha256Hex(key).slice(0, 32)}`;
}

/**
 * The keys of all linked worktrees that git has: what is kept under any other is a removed one's.
 * @returns null where that cannot be told.
 * @throws I/O errors
 */
export function keysOfWorktrees(root: string): ReadonlySet<string> | null {
  const found = gitDirectory(root);
  const common = found === null ? null : realOf(found);
  if (common === null || !isRepository(common)) return null;
  const names = namesWithin(null, join(common, "worktrees"));
  return new Set(names.map((name) => worktreeKey({ name, common })));
}
