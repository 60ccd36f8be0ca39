/**
 * Moves this program's refs, by compare and swap.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { firstWords, type Git } from "./git.ts";

/**
 * Moves a ref to a commit.
 * @param expected the object it must point to now; "" for none; null for any.
 * @throws `git_failed` when it points to another one.
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
  throw new OrchestratorError("git_failed", `Cannot move "${ref}": ${firstWords(result.stderr)}`);
}

/** Whether a commit equals the other or is one of its ancestors. */
export async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", older, newer];
  return (await git.run(args, { codes: [1] })).exitCode === 0;
}
