/**
 * Signs a release's `SHA256SUMS`, in two ways: by ECDSA P-256, which `openssl` and `node:crypto`
 * check everywhere, and by OpenSSH, for machines that have `ssh-keygen` but not `openssl`.
 * @module
 */
import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReleaseKeys } from "../../src/release/keys.ts";
import { ECDSA_SUFFIX, SSH_SUFFIX, SUMS_NAME } from "../../src/release/sums.ts";

/** What an OpenSSH signature is made for; keeps it from being used for something else. */
export const SSH_NAMESPACE = "orchestrator-release";

/** Files with private keys. Absent: that signature is not made. */
export interface SigningKeys {
  /** ECDSA P-256, PEM, without a password. */
  readonly ecdsa?: string;
  /** OpenSSH, without a password; its public key is beside it in `.pub`. */
  readonly ssh?: string;
}

/** The public parts of the keys. */
export function publicKeysOf({ ecdsa, ssh }: SigningKeys): ReleaseKeys {
  return {
    ecdsa: ecdsa === undefined ? [] : [publicPem(ecdsa)],
    ssh: ssh === undefined ? [] : [publicSsh(ssh)],
  };
}

/**
 * Signs.
 * @returns the signatures by the names of their files.
 */
export function signSums(
  sums: Uint8Array,
  { ecdsa, ssh }: SigningKeys,
): Readonly<Record<string, Uint8Array>> {
  return {
    ...(ecdsa === undefined
      ? {}
      : { [SUMS_NAME + ECDSA_SUFFIX]: sign("sha256", sums, createPrivateKey(readKey(ecdsa))) }),
    ...(ssh === undefined ? {} : { [SUMS_NAME + SSH_SUFFIX]: sshSignature(sums, ssh) }),
  };
}

/** Makes keys in a folder, for tests and to begin with. */
export function makeKeys(folder: string): Required<SigningKeys> {
  const keys = { ecdsa: join(folder, "release.pem"), ssh: join(folder, "release_ssh") };
  run("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", keys.ecdsa]);
  run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "release", "-f", keys.ssh]);
  return keys;
}

function readKey(file: string): string {
  return readFileSync(file, "utf8");
}

function publicPem(file: string): string {
  const key = createPublicKey(createPrivateKey(readKey(file)));
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") {
    throw new Error(`Cannot sign with "${file}": it is not an ECDSA key on P-256`);
  }
  return String(key.export({ type: "spki", format: "pem" }));
}

function publicSsh(file: string): string {
  const [type = "", key = ""] = readKey(`${file}.pub`).trim().split(" ");
  return `${type} ${key}`;
}

function sshSignature(sums: Uint8Array, key: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "release-"));
  try {
    const file = join(folder, SUMS_NAME);
    writeFileSync(file, sums);
    run("ssh-keygen", ["-q", "-Y", "sign", "-f", key, "-n", SSH_NAMESPACE, file]);
    return readFileSync(`${file}.sig`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[]): void {
  const ended = spawnSync(program, [...args], { encoding: "utf8" });
  if (ended.status !== 0) {
    throw new Error(`Cannot run ${program}: ${ended.error?.message ?? ended.stderr.trim()}`);
  }
}
