/**
 * The keys that sign releases: what this program and the installers trust.
 *
 * `scripts/release/README.md` says how the keys are made, kept and changed. As long as there are
 * none here, `deno task release --key` puts in the public parts of the keys it signs with.
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
