/**
 * Moving refs of ours, by compare and swap.
 * @module
 */
import { statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import type { Git } from "./git.ts";

/** A lock file of git's on a ref of ours this old belongs to a process that was killed. */
const STALE_LOCK_MS = 60_000;

/**
 * Lets a ref stand for a commit.
 * @param expected the object it must stand for now; "" for none; null for any.
 * @throws `git_failed` when it stands for another one.
 */
export async function setRef(
  git: Git,
  ref: string,
  commit: string,
  expected: string | null,
): Promise<void> {
  const args = ["update-ref", "-m", "orchestrator", ref, commit];
  if (expected !== null) args.push(expected);
  const result = await git.run(args, { codes: [1, 128] });
  if (result.exitCode === 0) return;
  if (/\.lock'?: File exists/i.test(result.stderr) && removeStaleLock(git, ref)) {
    await git.run(args);
    return;
  }
  throw new OrchestratorError("git_failed", `Cannot move "${ref}": ${result.stderr.trim()}`);
}

/** A git that was killed leaves its lock on the ref. The ref is ours, and so is the lock. */
function removeStaleLock(git: Git, ref: string): boolean {
  const lock = join(git.commonDirectory, `${ref}.lock`);
  try {
    if (Date.now() - statSync(lock).mtimeMs < STALE_LOCK_MS) return false;
    unlinkSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Whether one commit is the other, or lies in its past. */
export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", older, newer];
  return (await git.run(args, { codes: [1] })).exitCode === 0;
}
