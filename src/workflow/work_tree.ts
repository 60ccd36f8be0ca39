/**
 * What the files of a project are at a moment, so that a proof can be held against them later.
 * @module
 */

/** A file that is not as HEAD has it. */
export interface ChangedFile {
  /** Relative to the top of the work tree, with `/`. */
  readonly path: string;
  /** As git writes it, `100644`; null for a file that is gone. */
  readonly mode: string | null;
  /** Id of its content as git would commit it; null for a file that is gone. */
  readonly blob: string | null;
  /** How `blob` was made where it is not what git would commit. */
  readonly as?: HashedAs;
}

/**
 * - `raw`: a program would convert the file (a clean filter), which is not run: its bytes as they are.
 * - `size`: the file is too large to be read each time: its size and time.
 */
export type HashedAs = "raw" | "size";

/** A submodule with changes that its commit does not have. */
export interface DirtySubmodule {
  readonly path: string;
  /** The tree of its work tree. */
  readonly tree: string;
}

/** What rules that are not committed keep out of the tree (`.git/info/exclude`, `core.excludesFile`). */
export interface HiddenFiles {
  readonly count: number;
  /** At most {@link MOST_NAMES}. */
  readonly names: readonly string[];
  /** SHA-256 of the rules. */
  readonly rules: string;
}

/** The work tree of a repository at a moment. */
export interface WorkTree {
  /** Commit that is checked out; null before the first one. */
  readonly head: string | null;
  /** The branch; null where none is checked out. */
  readonly branch: string | null;
  /** Id of the tree that a commit of all that is there would have, without the state directory. */
  readonly tree: string;
  /** False where the id fits no commit: {@link ChangedFile.as}. */
  readonly committable: boolean;
  /**
   * What is not as HEAD has it, by path: the first {@link MOST_CHANGED}. Empty where an earlier line of
   * the journal has the same list: `changedIn`.
   */
  readonly changed: readonly ChangedFile[];
  /** Number of the line whose list this is. */
  readonly changedIn?: number;
  readonly changedCount: number;
  /** SHA-256 of the JSON of all of them; absent where there is none. */
  readonly changedSha256?: string;
  /** Paths that git was told not to look at (skip-worktree, assume-unchanged), and that are not as it has them. */
  readonly unwatched?: readonly string[];
  readonly submodules?: readonly DirtySubmodule[];
  readonly hidden?: HiddenFiles;
  /** SHA-256 of `.git/info/attributes`, which is not committed, where it exists. */
  readonly infoAttributes?: string;
}

/** Why there is no {@link WorkTree}. */
export interface NoWorkTree {
  /** `too_slow`: not within the time that was given. */
  readonly reason: "no_git" | "no_repository" | "too_slow" | "git_failed";
  /** A sentence for people. */
  readonly message: string;
}

/** The most changed files that are named one by one. */
export const MOST_CHANGED = 500;

/** The most names of other lists. */
export const MOST_NAMES = 20;

/** A larger file is not read: it counts by its size and time. */
export const LARGE_BYTES = 100 * 1024 * 1024;
