/**
 * Branches that never hold state, even if configured: they belong to the project, and a push of the
 * state would replace their files.
 * @module
 */
import type { Git } from "./git.ts";
import { readBlobs, type Tree } from "./objects.ts";
import { KEYS } from "../project/paths.ts";

/** Names by which projects call the branches that they release from. Compared in lower case. */
const PROJECT_BRANCHES: ReadonlySet<string> = new Set([
  ...["main", "master", "trunk", "develop", "gh-pages", "release", "head"],
]);

/** A larger file of that name is not ours. */
const MAX_META_BYTES = 1024 * 1024;

/**
 * Why a branch is refused by its name, as in "Cannot use branch X: <reason>"; null when it is not.
 * @param checkedOut the branch that is checked out; null for none.
 */
export function protectedReason(branch: string, checkedOut: string | null): string | null {
  const lower = branch.toLowerCase();
  if (PROJECT_BRANCHES.has(lower) || lower.startsWith("release/")) {
    return "projects keep files of their own on a branch with this name";
  }
  // A branch may share its name with the one that is checked out on a disk without upper case.
  if (lower === checkedOut?.toLowerCase()) return "it is checked out here";
  return null;
}

/** Whether a branch has a name of the form `orchestrator-state-…`, with any prefix. */
export function hasOwnName(branch: string): boolean {
  return /(?:^|\/)orchestrator-state(?:-[^/]*)?$/.test(branch);
}

/** Whether a commit's files are a state directory, by this program or another version of it. */
export async function isState(git: Git, tree: Tree): Promise<boolean> {
  const entry = tree.get(KEYS.meta);
  if (entry === undefined || entry.size > MAX_META_BYTES) return false;
  const [blob] = await readBlobs(git, [entry.oid]);
  try {
    const { format, id }: { readonly format?: unknown; readonly id?: unknown } = JSON.parse(
      new TextDecoder().decode(blob),
    );
    return Number.isInteger(format) && typeof id === "string" && /^[a-z2-7]{26}$/.test(id);
  } catch {
    return false;
  }
}

/**
 * Whether a server gives this branch to everyone who clones without naming one.
 * @throws Trouble
 */
export async function isDefaultBranch(git: Git, remote: string, branch: string): Promise<boolean> {
  const { stdout } = await git.run(["ls-remote", "--symref", "--quiet", remote, "HEAD"], {
    network: true,
  });
  return stdout.split("\n").some((line) => line === `ref: refs/heads/${branch}\tHEAD`);
}
