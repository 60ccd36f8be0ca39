/**
 * The form of a scenario: a repository in which a command succeeds.
 * @module
 */
import type { Repository, Variables } from "./repository.ts";

/** A command, and what it needs to succeed. */
export interface Scenario {
  /** Unique; what `CRASH_ONLY` selects by. */
  readonly name: string;
  /** Path of the command in the table. */
  readonly command: string;
  /** Brings an empty git repository to where the command can run. Everything is committed after it. */
  readonly prepare: (repository: Repository) => Promise<void>;
  readonly argv: readonly string[];
  readonly env?: Variables;
  /** What the command reads on its standard input. Default: nothing. */
  readonly stdin?: string;
  /** Exit code of the undisturbed command. Default 0. */
  readonly code?: number;
  /**
   * A natural next change, which must succeed wherever the command was stopped. Default: a note in
   * the session that the command worked on.
   */
  readonly next?: readonly string[];
  /** Types of events that a session may have between before and after, of a command that appends twice. */
  readonly otherEvents?: readonly (readonly string[])[];
  /** What else `status` may show: {@link Standing.key} between two steps of the command. */
  readonly otherStandings?: readonly string[];
  /** Seqs that the session may be at between two steps, all else being as before. */
  readonly otherSeqs?: readonly number[];
  /** Errors that may be taken for another fact, and by which files this shows. */
  readonly mayDiffer?: { readonly fault: string; readonly file: string };
  /** What more must hold once the command was stopped; gives sentences about what does not. */
  readonly check?: (repository: Repository) => Promise<readonly string[]>;
  /** The same for what must hold when {@link next} has been made. */
  readonly afterwards?: (repository: Repository) => Promise<readonly string[]>;
  /**
   * Whether sessions may be replaced: then a backup must hold what was there, and what a killed run
   * left among the backups may wait for the next such command. Default false.
   */
  readonly replaces?: boolean;
  /**
   * Whether a session that went two ways may be replaced by the other way: then what was there must be
   * the history of a session made of it. Default false.
   */
  readonly diverges?: boolean;
  /** Whether lines may be replaced by those without a text, all at once with the event that says so. */
  readonly redacts?: boolean;
  /** Whether git's files change too, so that like files do not mean a like repository. */
  readonly inGit?: boolean;
}
