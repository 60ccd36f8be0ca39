/**
 * Reading sessions of a commit, checked as if they were hostile.
 * @module
 */
import { contentOf } from "../snapshot/contents.ts";
import { checkFromFiles, type Incoming } from "../snapshot/incoming.ts";
import { DEFAULT_LIMITS, limitError, type Limits } from "../snapshot/limits.ts";
import { tooLarge } from "../platform/within.ts";
import { readLimit } from "../state_layout/limits.ts";
import type { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs, type Tree, type TreeFile } from "./objects.ts";

/** How a session is read. */
export interface ReadOptions {
  readonly limits?: Limits | undefined;
  /** Gives the bytes of a file, where they may be at hand. Default: git does. */
  readonly read?: (file: TreeFile) => Promise<Uint8Array>;
}

/**
 * Reads and checks a session.
 * @throws `snapshot_invalid`, `limit_exceeded`, `format_too_new`
 */
export async function readSession(
  git: Git,
  tree: BranchTree,
  id: string,
  { limits = DEFAULT_LIMITS, read }: ReadOptions = {},
): Promise<Incoming> {
  const files = sessionFiles(await tree.filesOf([id]), id);
  for (const [path, { size }] of files) {
    if (size > readLimit(path)) throw tooLarge(path, readLimit(path));
    if (size > limits.fileSize) throw limitError("fileSize", limits, size);
  }
  const blobs = read === undefined
    ? await readBlobs(git, [...files.values()].map(({ oid }) => oid))
    : await Promise.all([...files.values()].map(read));
  return checkFromFiles(
    id,
    [...files.keys()].map((path, index) => [path, blobs[index] ?? new Uint8Array()] as const),
  );
}

/** The files among those of a tree that a session on a branch consists of. */
function sessionFiles(files: Tree, id: string): Tree {
  return new Map([...files].filter(([path]) => {
    const content = contentOf(path, "branch");
    return content !== null && "session" in content && content.session === id;
  }));
}
