/**
 * What a row of the table says of a name in the state directory.
 * @module
 */

/** Whose matter a file is: who would miss it. */
export type Owner =
  /** Everybody who works in the repository, on every machine. */
  | "repository"
  /** A session: it goes where the session goes, and disappears with it. */
  | "session"
  /** One person, or the program at work for them: another machine may say otherwise. */
  | "person"
  /** This machine: it means nothing on another one. */
  | "machine";

/** What the bytes are. */
export type Kind =
  /** Lines of JSON, each chained to the one before: only ever grows. */
  | "journal"
  /** Independent lines of JSON: the file only grows. */
  | "lines"
  /** One JSON value, replaced whole. */
  | "json"
  /** Text that people may write. */
  | "text"
  | "secret"
  /** Made once, with bytes that mean nothing here or are named by their hash. */
  | "file"
  /** Held by the kernel; its content serves messages only. */
  | "lock"
  /** Of a process at work, or of one that died. */
  | "unfinished";

/**
 * `shared`: what the umask leaves. `private`: for its owner only, in folders of 0700; what this program
 * writes there itself is 0600.
 */
export type Mode = "shared" | "private";

/** A way for state to leave this machine. */
export type Carrier =
  /** Committed with the work, in portable mode. */
  | "git"
  /** The state branch. */
  | "branch"
  /** A snapshot that everybody can read. */
  | "snapshot"
  /** An encrypted snapshot; secrets only when they are asked for. */
  | "encrypted"
  /** A storage backend that several machines share. */
  | "backend";

/** Why a file stays where it is. */
export type Stay =
  /** It is derived again from what travels. */
  | "derived"
  /** People write it, and it goes where their other files go. */
  | "with the project"
  /** It means something on this machine only. */
  | "machine"
  /** Kept on this machine as the way back from something that was done here. */
  | "way back"
  /** Secrets travel encrypted only, and only when they are asked for. */
  | "secret"
  /**
   * The old tool's files were never checked for secrets: they are only included in encrypted form.
   */
  | "unchecked";

/** How two copies become one. */
export type Merge =
  /** By lineage and seq: the copy that continues the other; both when they diverged. */
  | "journal"
  /** The lines of both. */
  | "union"
  /** What is here stays. */
  | "first"
  /** What was changed here stays; else the other side's counts. */
  | "newest"
  /** With the journal next to it. */
  | "with journal"
  /** Derived again. */
  | "derived"
  /** There is only ever one copy. */
  | "none";

/** A row of the table. */
export interface LayoutEntry {
  /**
   * Relative to the state directory, with `/`. `<part>` is a part of `grammar.ts`; a literal name
   * takes precedence over a part that matches it.
   */
  readonly path: string;
  readonly owner: Owner;
  readonly kind: Kind;
  readonly mode: Mode;
  /** The most that is read of it, in bytes. */
  readonly limit: number;
  readonly carriers: readonly Carrier[];
  /** Why it is not taken by the other carriers; null when all take it. */
  readonly stays: Stay | null;
  readonly merge: Merge;
  /** What it is, for people. */
  readonly what: string;
}
