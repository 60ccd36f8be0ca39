/**
 * Permission bits of what is private; the rest has those that the umask leaves.
 * @module
 */

/** For its owner only. */
export const PRIVATE = { file: 0o600, folder: 0o700 } as const;
