/**
 * What the age library does not know, SSH keys and plugins, by the `age` program where it is installed.
 * @module
 */
import { dirname } from "node:path";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { type ProgramResult, runProgram } from "../platform/processes.ts";
import { LIMITS } from "../state_layout/limits.ts";

/** What the program may be started for. */
export interface AgeProgram {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For keys with a passphrase, which it asks for on the terminal. */
  readonly prompts: boolean;
  /** For identities of plugins, which may wait for a touch. */
  readonly plugins: boolean;
}

/** A person may have to look for a security key. */
const TIMEOUT_MS = 60_000;

/** Where only the program can help. */
const INSTALL = "Install age (https://age-encryption.org), or use an identity of age-keygen";

/** Whether an identity file is a private key of SSH. */
export function isSshKey(text: string): boolean {
  return /^-----BEGIN (?:OPENSSH|RSA) PRIVATE KEY-----/.test(text.trimStart());
}

/** Whether a private key of SSH has a passphrase. */
export function hasPassphrase(text: string): boolean {
  const [, body = ""] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(text) ?? [];
  if (body === "") return /ENCRYPTED/.test(text);
  // `openssh-key-v1\0`, then the name of the cipher with its length before it.
  return !atob(body.replace(/\s/g, "").slice(0, 40)).includes("\0\0\0\x04none");
}

/**
 * Opens a file with an identity that the library does not know.
 * @param shown the file, as messages name it.
 * @throws `secret_locked`
 */
export async function openByAge(
  bytes: Uint8Array,
  identityFile: string,
  { program, shown }: { readonly program: AgeProgram; readonly shown: string },
): Promise<Uint8Array> {
  const locked = (why: string, hint: string, cause?: unknown) =>
    new OrchestratorError("secret_locked", `Cannot open "${shown}": ${why}`, {
      hint,
      ...(cause === undefined ? {} : { cause }),
    });
  let result: ProgramResult;
  try {
    result = await runProgram("age", ["--decrypt", "--identity", identityFile], {
      cwd: dirname(identityFile),
      env: program.env,
      input: bytes,
      binary: true,
      timeoutMs: TIMEOUT_MS,
      mostBytes: LIMITS.text,
    });
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    throw isMissing(error)
      ? locked(`"${identityFile}" needs the age program, which is not installed`, INSTALL, error)
      : locked("age did not respond", "Run `age --decrypt` to see what is wrong", error);
  }
  if (result.exitCode === 0) return result.bytes ?? new Uint8Array();
  const reason = reasonOf(result);
  throw /no identity matched/.test(reason)
    ? locked(
      `the identity in "${identityFile}" cannot decrypt it`,
      "Encrypt it again for your identity, or configure the identity it was encrypted for",
    )
    : locked(`age failed (${reason})`, "Run `age --decrypt` to see what is wrong");
}

/**
 * Encrypts for recipients of which the library does not know all.
 * @throws `secret_locked` without the program; `invalid_argument` for what it refuses.
 */
export async function sealByAge(
  text: string,
  recipients: readonly string[],
): Promise<Uint8Array> {
  const args = recipients.flatMap((recipient) => ["--recipient", recipient]);
  let result: ProgramResult;
  try {
    result = await runProgram("age", ["--encrypt", ...args], {
      cwd: process.cwd(),
      input: text,
      binary: true,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof OrchestratorError) || !isMissing(error)) throw error;
    throw new OrchestratorError(
      "secret_locked",
      "Cannot encrypt to an ssh key or for a plugin: the age program is not installed",
      { hint: INSTALL, cause: error },
    );
  }
  if (result.exitCode === 0) return result.bytes ?? new Uint8Array();
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot encrypt to ${recipients.length} recipients: age failed (${reasonOf(result)})`,
    { hint: "Check secrets.recipients" },
  );
}

function isMissing(error: OrchestratorError): boolean {
  return error.details?.["system"] === "ENOENT";
}

function reasonOf({ stderr, exitCode }: ProgramResult): string {
  const line = stderr.split("\n").find((line) => line.trim() !== "") ?? `exit code ${exitCode}`;
  return line.replace(/^age: (?:error: )?/, "").slice(0, 200);
}
