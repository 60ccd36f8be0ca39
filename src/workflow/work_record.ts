/**
 * What the project was when a line of a journal was written: where, and with which content. The line
 * has all of it; the state keeps a {@link WorkMark} of it, whose size does not grow. Types only.
 * @module
 */
import type { ChangedFile, DirtySubmodule, NoWorkTree, WorkTree } from "./work_tree.ts";

/**
 * Which directory a project's root was. Each is a hash with the session's lineage, so that it says
 * nothing but whether two are the same.
 */
export interface RootRecord {
  /** The machine. */
  readonly machine: string;
  /** Its real path. */
  readonly path: string;
  /** Its device and inode. */
  readonly directory: string;
  /** Device and inode of what the work trees of a repository share; absent without a repository. */
  readonly repository?: string;
}

/** What is at a path, links followed. */
export interface FileFacts {
  readonly kind: "missing" | "file" | "directory" | "other";
  /** Size of a file. */
  readonly bytes?: number;
  /** Of a file's content, in hex; absent where it was not read: larger than `LARGE_BYTES`. */
  readonly sha256?: string;
}

/** Files by their path, relative to the root, with `/`: without git, those that an item names. */
export interface FilesDigest {
  readonly named: Readonly<Record<string, FileFacts>>;
  /** Those that the item's `inputs` match; absent where it has none. */
  readonly inputs?: InputFiles;
}

/** Files that the `inputs` of an item match. */
export type InputFiles =
  /** Why they were not looked at, as a clause. */
  | { readonly missing: string }
  | {
    readonly count: number;
    /** Of `files` as JSON: a list of pairs, by path. */
    readonly sha256: string;
    /** The hash of each, by its path; absent where there are more than `MOST_CHANGED`. */
    readonly files?: Readonly<Record<string, string>>;
  };

/** A file that a command changed, as it was before: what it is then is in the record's tree. */
export interface WrittenFile extends Pick<ChangedFile, "path" | "as"> {
  /** Null for a file that was not there; absent for one that was as the commit has it. */
  readonly mode?: string | null;
  readonly blob?: string | null;
  /** It was not there before, nor in the commit. */
  readonly isNew?: true;
}

/** What a verification command changed itself while it ran. */
export interface WrittenFiles {
  /** The commit that was checked out before. */
  readonly head: string | null;
  /** Id of the tree before. */
  readonly tree: string;
  /** By path: the first `MOST_WRITTEN`; none where they cannot be named. */
  readonly changed: readonly WrittenFile[];
  /** How many, as far as that is known: 1 where they cannot be named. */
  readonly changedCount: number;
  /** Submodules with changes of their own before, where these are others now. */
  readonly submodules?: readonly DirtySubmodule[];
}

/** What the project was when a line was written. */
export interface WorkRecord {
  /** Absent in an event where it is that of the session's beginning. */
  readonly root?: RootRecord;
  /** Git's own name for the linked worktree; absent in a repository's main checkout. */
  readonly worktree?: string;
  /** The files once the command, where there was one, had ended. */
  readonly tree: WorkTree | NoWorkTree | FilesDigest;
  /** Absent where no command ran, where it changed nothing, and where that is not known. */
  readonly wrote?: WrittenFiles;
}

/** A {@link WorkRecord} in short. */
export interface WorkMark {
  /** Number of the line that has the record. */
  readonly seq: number;
  readonly head: string | null;
  /** Null where no tree was taken. */
  readonly tree: string | null;
  readonly committable: boolean;
  /** SHA-256 of the list of changed files; absent where there is none. */
  readonly changed?: string;
  /** Why no tree was taken. */
  readonly missing?: NoWorkTree["reason"];
  /** Files that the item names, where there is no tree. */
  readonly named?: FilesDigest["named"];
  /** The hash of the files that its inputs match, where there is no tree; null where it was not taken. */
  readonly inputs?: string | null;
  /** Where it was, when that is not where the session began. */
  readonly root?: RootRecord;
}

/** What a session began with. */
export interface Beginning extends WorkMark {
  /** What was at the paths that verifications name. */
  readonly files: Readonly<Record<string, FileFacts>>;
  /** Absent where there were none. */
  readonly outer?: OuterRules;
}

/** The last line that has a whole list of changed files: lines with the same list refer to it. */
export interface ListedFiles {
  readonly seq: number;
  readonly head: string | null;
  readonly tree: string;
  readonly changed: string;
}

/** Files that were there before and changed while the command of an item ran, in all of its runs. */
export interface RunChange {
  readonly phase: string;
  readonly item: string;
  /** Number of the line of the last such run. */
  readonly seq: number;
  /** Relative to the top of the work tree: the first `MOST_NAMES`. */
  readonly files: readonly string[];
  /** There are others, or some that cannot be named. */
  readonly more?: true;
}

/** Rules that are not committed and decide what counts as a file: hashes, absent where there are none. */
export interface OuterRules {
  readonly ignore?: string;
  readonly attributes?: string;
}

/** Numbers of the first lines at which such rules were others than when the session began. */
export interface ChangedRules {
  readonly ignore?: number;
  readonly attributes?: number;
}
