/**
 * The keys that sign releases, which this program and the installers trust.
 * `scripts/release/README.md` describes how the keys are made, kept and changed. While the list is
 * empty, `deno task release --key` inserts the public parts of the keys it signs with.
 * @module
 */

/** Public keys, any of which may have signed a release. */
export interface ReleaseKeys {
  /** ECDSA P-256, as PEM (`BEGIN PUBLIC KEY`). */
  readonly ecdsa: readonly string[];
  /** OpenSSH, as `ssh-ed25519 AAAA…`. */
  readonly ssh: readonly string[];
}

export const RELEASE_KEYS: ReleaseKeys = { ecdsa: [], ssh: [] };
