/**
 * Fills in the templates of the installers: each release has its own, which carries the SHA-256 of
 * that release's files.
 * @module
 */
import { HAS_ADDRESS, PROJECT_URL } from "../../src/release/address.ts";
import type { ReleaseKeys } from "../../src/release/keys.ts";

/** What is filled in. */
export interface InstallerFacts {
  readonly version: string;
  /** The lines of `SHA256SUMS` about executables, packed and not. */
  readonly known: readonly string[];
  readonly keys: ReleaseKeys;
}

/**
 * Fills in `scripts/install.sh` or `scripts/install.ps1`.
 * @throws Error when a placeholder is missing, or a value could end the text it goes into.
 */
export function fillInstaller(template: string, { version, known, keys }: InstallerFacts): string {
  const values: Readonly<Record<string, string>> = {
    VERSION: version,
    RELEASES: HAS_ADDRESS ? `${PROJECT_URL}/releases` : "",
    KNOWN: known.join("\n"),
    KEY_ECDSA: keys.ecdsa[0]?.trim() ?? "",
    KEY_SSH: keys.ssh[0] ?? "",
  };
  let filled = template;
  for (const [name, value] of Object.entries(values)) {
    const place = `'@${name}@'`;
    if (!filled.includes(place)) throw new Error(`the installer has no ${place}`);
    if (/['\\\0]/.test(value)) throw new Error(`${name} has a character that would end its text`);
    filled = filled.replace(place, () => `'${value}'`);
  }
  return filled;
}
