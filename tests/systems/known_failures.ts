/**
 * Steps that fail on a system although the program does what it should: the emulator does not.
 * @module
 */

/** A step that fails on a system. */
export interface KnownFailure {
  /** Begins the system's name. */
  readonly system: string;
  /** {@link Step.does} */
  readonly step: string;
  readonly why: string;
}

export const KNOWN_FAILURES: readonly KnownFailure[] = [];
