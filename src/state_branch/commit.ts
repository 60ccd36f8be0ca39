/**
 * Committing all that is here.
 * @module
 */
import { VERSION } from "../version.ts";
import { type CommitPlace, type CommitRequest, treeOfAll } from "./commit_tree.ts";
import type { Git } from "./git.ts";
import { syncObjects, writeCommit } from "./objects.ts";
import { localRef } from "./places.ts";
import { isAncestor, setRef } from "./refs.ts";

/** A commit of all that is here, and of all that is only there. */
export interface Committed {
  readonly commit: string;
  /** Sessions that it has and that are not here. */
  readonly kept: ReadonlySet<string>;
}

/** How often a commit is retried because another process was faster. */
const ATTEMPTS = 6;

/**
 * Commits the local state on top of the known one, and moves the local ref to it. Sessions that
 * only exist in the branch are kept, unless their removal was recorded.
 * @returns the commit; the existing one when nothing has changed.
 * @throws `git_failed`
 */
export async function commitAll(place: CommitPlace, request: CommitRequest): Promise<Committed> {
  const { git, name, now } = place;
  for (let attempt = 1;; attempt++) {
    const local = await git.resolve(localRef(name));
    const { tree, written, kept } = await treeOfAll(place, local, request);
    const parents = await parentsOf(git, request.seen, local);
    const tip = parents[0];
    const unchanged = parents.length === 1 && tip !== undefined &&
      await git.line(["rev-parse", `${tip}^{tree}`]) === tree;
    const commit = unchanged ? tip : await writeCommit(git, {
      tree,
      parents,
      message: commitMessage(request.reason),
      time: now(),
    });
    if (commit === local) return { commit, kept };
    // Before a ref points to them.
    syncObjects(git, [...written, commit]);
    try {
      await setRef(git, localRef(name), commit, local ?? "");
      return { commit, kept };
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
}

/** A commit's message, which says who wrote it. */
export function commitMessage(subject: string, more: string | null = null): string {
  const signature = `Written by orchestrator ${VERSION}`;
  return [subject, ...(more === null ? [] : [more]), signature].join("\n\n") + "\n";
}

async function parentsOf(
  git: Git,
  seen: string | null,
  local: string | null,
): Promise<readonly string[]> {
  if (seen === null) return local === null ? [] : [local];
  if (local === null || local === seen) return [seen];
  if (await isAncestor(git, seen, local)) return [local];
  if (await isAncestor(git, local, seen)) return [seen];
  const related = await git.run(["merge-base", local, seen], { codes: [1] });
  // The history was compacted: what was here is in the new commit too.
  return related.exitCode === 0 ? [seen, local] : [seen];
}
