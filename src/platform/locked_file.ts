/**
 * What the lock code of each engine hands over.
 * @module
 */

/** One holder, or many at a time. */
export type LockMode = "exclusive" | "shared";

/** A lock file that is open and locked. */
export interface LockedFile {
  /** Whether `path` still names the locked file. */
  isAt(path: string): boolean;
  /** Replaces the file's content, in one write from its beginning. Exclusive locks only. */
  write(content: Uint8Array): void;
  /** Empties the file. Exclusive locks only. */
  clear(): void;
  /** Frees the lock and closes the file. */
  close(): void;
}

/** The system has answered a lock with an error. The message is its name or number. */
export class LockRefusal extends Error {
  override readonly name = "LockRefusal";
}
