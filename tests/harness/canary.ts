/**
 * A canary: a value that lies wherever secrets lie, and must turn up nowhere else.
 * @module
 */
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { sealText } from "../../src/secrets/age_file.ts";
import type { Scratch } from "./scratch.ts";

/** One value for each place, so that a leak tells where it came from. */
export const CANARIES = {
  variable: "canary-in-a-variable-41d8",
  repository: "canary-in-the-repository-9f02",
  global: "canary-in-the-home-folder-77c3",
  encrypted: "canary-in-an-age-file-b6a1",
  openssl: "canary-in-secrets-enc-e950",
  password: "canary-that-opens-secrets-enc-2c4b",
  configured: "canary-in-a-config-variable-d318",
} as const;

/** Of any age identity; its first letters alone are named in hints. */
const IDENTITY = /AGE-SECRET-KEY-1[A-Z0-9]{20}/;

/** What is made once for all scratches. */
export interface CanaryFiles {
  readonly identity: string;
  readonly age: Uint8Array;
  /** Null where openssl is not installed. */
  readonly openssl: Uint8Array | null;
}

export async function makeCanaryFiles(): Promise<CanaryFiles> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const recipients = [await identityToRecipient(identity)];
  return {
    identity,
    age: await sealText(CANARIES.encrypted, { recipients }),
    openssl: sealByOpenssl(`OLD_KEY: ${CANARIES.openssl}\n`),
  };
}

function sealByOpenssl(text: string): Uint8Array | null {
  const pass = `pass:${CANARIES.password}`;
  try {
    return execFileSync("openssl", ["enc", "-aes-256-cbc", "-pbkdf2", "-salt", "-pass", pass], {
      input: text,
    });
  } catch {
    return null;
  }
}

/** Puts the canaries into their places. The repository's only when it may have files already. */
export function plantCanaries(
  scratch: Scratch,
  env: Record<string, string>,
  files: CanaryFiles,
  options: { readonly repository: boolean },
): void {
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, content, { mode: 0o600 });
  };
  const home = join(scratch.home, ".orchestrator");
  put(join(home, "secrets", "GLOBAL_KEY"), `${CANARIES.global}\n`);
  put(join(home, "secrets", "AGE_KEY.age"), files.age);
  put(join(home, "identity.txt"), `${files.identity}\n`);
  chmodSync(join(home, "secrets"), 0o700);
  if (options.repository) {
    put(scratch.path(".orchestrator/secrets/REPOSITORY_KEY"), CANARIES.repository);
    if (files.openssl !== null) put(scratch.path(".secrets.enc"), files.openssl);
  }
  Object.assign(env, {
    CANARY_API_KEY: CANARIES.variable,
    SECRETS_PASSWORD: CANARIES.password,
    ORCHESTRATOR_SNAPSHOT_PASSWORD: CANARIES.configured,
    ORCHESTRATOR_SECRETS_IDENTITY: join(home, "identity.txt"),
  });
}

/** Which canaries a text holds, in any way that programs write values down. */
export function canariesIn(text: string): readonly string[] {
  return Object.entries(CANARIES).flatMap(([name, value]) => {
    const base64 = btoa(value).replace(/=+$/, "");
    return [value, base64].some((form) => text.includes(form)) ? [name] : [];
  }).concat(IDENTITY.test(text) ? ["identity"] : []);
}

/** Files below a scratch, outside the places of secrets, that hold a canary: `path: which`. */
export function canaryFiles(scratch: Scratch): readonly string[] {
  return filesBelow(scratch.top).filter((path) => !/\/secrets\/|\/identity\.txt$/.test(path))
    .flatMap((path) => {
      const found = canariesIn(textOf(path));
      return found.length === 0 ? [] : [`${path.slice(scratch.top.length + 1)}: ${found}`];
    });
}

function textOf(path: string): string {
  const bytes = readFileSync(path);
  const text = bytes.toString("latin1");
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString("latin1") : text;
  } catch {
    return text;
  }
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    const stat = lstatSync(path);
    return stat.isDirectory() ? filesBelow(path) : stat.isFile() ? [path] : [];
  });
}
