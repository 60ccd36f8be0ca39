/**
 * Where the state of a checkout is, when its `.git` is a file. Types only.
 * @module
 */

/** A worktree of git's beside the main one. */
export interface LinkedWorktree {
  /** Git's own name for it: that of its folder in `worktrees/`. */
  readonly name: string;
  /** The directory that all worktrees share, as a real path. */
  readonly common: string;
  /** The main checkout, as a real path; null where there is none, or the state is not in it. */
  readonly main: string | null;
}

/** Where the state is. */
export interface StateHome {
  /** The state directory, absolute. */
  readonly directory: string;
  /** The linked worktree that the root is in; null where it is in none. */
  readonly worktree: LinkedWorktree | null;
  /** What decided: `setting` and `portable` say that it is the checkout's own. */
  readonly why: "shared" | "setting" | "portable" | "bare";
  /** In portable mode: the branch of this worktree is from before it, and has no committed state. */
  readonly isOlder?: boolean;
  /** In portable mode: so is the main checkout. */
  readonly mainToo?: boolean;
  /** Another place of the repository that holds a state, too, which does not count. */
  readonly second?: string;
  /** Where the state is another checkout's: what stands for this worktree in it, and whose it is. */
  readonly shared?: { readonly key: string; readonly of: string };
}
