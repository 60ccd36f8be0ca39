/**
 * What this executable was built from.
 *
 * `scripts/compile.ts` puts another source in the place of this module when it builds an executable
 * from a git checkout; run from source, nothing is known.
 * @module
 */

/** The state of the source an executable was built from. */
export interface Build {
  /** The commit, 40 hex digits; `+changes` follows when the tree had changes. Null: not known. */
  readonly commit: string | null;
  /** The commit's own time, RFC 3339 UTC, so that every build of a commit says the same. */
  readonly date: string | null;
}

export const BUILD: Build = { commit: null, date: null };
