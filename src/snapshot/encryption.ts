/**
 * Encryption in the age format (age-encryption.org/v1): the `age` program opens what this writes,
 * and this opens what `age` wrote.
 *
 * `age-encryption` is loaded at the first use.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { beginsWith, type Bytes, fromWeb, peek, toWeb } from "./byte_stream.ts";
import { invalid } from "./manifest.ts";

/** What locks or opens a snapshot. */
export type Key =
  | { readonly password: string }
  /** `age1…`, to encrypt to. */
  | { readonly recipients: readonly string[] }
  /** `AGE-SECRET-KEY-1…`, to decrypt with. */
  | { readonly identities: readonly string[] };

/** Fewest characters of a password, and fewest different ones. */
const PASSWORD_LENGTH = 12;
const PASSWORD_VARIETY = 5;

/** scrypt's work factor (log2 of N), age's own default: about a second and 256 MiB. */
const WORK_FACTOR = 18;

const MAGIC = "age-encryption.org/v1\n";

/** Longest header of an encrypted file, in bytes: hundreds of recipients fit. */
const MAX_HEADER = 64 * 1024;

/**
 * @throws `too_short` for a password that could be found by trying.
 */
export function requireStrongPassword(password: string): void {
  const characters = [...password];
  if (characters.length >= PASSWORD_LENGTH && new Set(characters).size >= PASSWORD_VARIETY) return;
  throw new OrchestratorError(
    "too_short",
    `Cannot encrypt snapshot: the password needs at least ${PASSWORD_LENGTH} characters, ${PASSWORD_VARIETY} of them different`,
    { hint: "Use several random words, or --recipient with an age key" },
  );
}

/**
 * Encrypts.
 * @param key a password or recipients.
 * @throws `invalid_argument` for an invalid recipient.
 */
export async function* encrypt(bytes: Bytes, key: Key, workFactor = WORK_FACTOR): Bytes {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if ("password" in key) {
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(key.password);
  } else if ("recipients" in key) {
    for (const recipient of key.recipients) addRecipient(encrypter, recipient);
  } else {
    throw new TypeError("an identity decrypts; a recipient is needed to encrypt");
  }
  yield* fromWeb(await encrypter.encrypt(toWeb(bytes)));
}

function addRecipient(
  encrypter: { readonly addRecipient: (recipient: string) => void },
  recipient: string,
): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot encrypt snapshot to "${recipient.slice(0, 80)}": it is not an age recipient`,
      { hint: "A recipient begins with age1; run `age-keygen` to create one", cause: error },
    );
  }
}

/** Checks recipients before any work is done. @throws `invalid_argument` */
export async function checkRecipients(recipients: readonly string[]): Promise<void> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
}

/** Whether a file is encrypted, told from its first bytes. */
export function isEncrypted(head: Uint8Array): boolean {
  return beginsWith(head, MAGIC);
}

/**
 * What opens an encrypted file: `password`, or `identities` when it is encrypted to recipients.
 * @param head its first bytes, {@link MAX_HEADER} of them.
 * @throws `snapshot_invalid`
 */
function neededKey(head: Uint8Array): "password" | "identities" {
  const text = new TextDecoder("latin1").decode(head);
  if (!/\n--- [^\n]*\n/.test(text)) throw invalid("its encryption header is damaged or too long");
  return text.startsWith(`${MAGIC}-> scrypt `) ? "password" : "identities";
}

/**
 * Decrypts.
 * @param ask is asked for what the file needs.
 * @throws `password_wrong`, `snapshot_invalid`, and what `ask` throws. What was decrypted before an
 * error must not be used.
 */
export async function* decrypt(
  bytes: Bytes,
  ask: (needed: "password" | "identities") => Promise<Key>,
): Bytes {
  const { head, all } = await peek(bytes, MAX_HEADER);
  const needed = neededKey(head);
  const key = await ask(needed);
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  if ("password" in key) decrypter.addPassphrase(key.password);
  else if ("identities" in key) {
    for (const identity of key.identities) addIdentity(decrypter, identity);
  }
  let opened: ReadableStream<Uint8Array>;
  try {
    opened = await decrypter.decrypt(toWeb(all));
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    throw new OrchestratorError(
      "password_wrong",
      needed === "password"
        ? "Cannot open snapshot: the password is wrong, or the file was changed"
        : "Cannot open snapshot: none of the given identities can decrypt it, or the file was changed",
      { cause: error },
    );
  }
  try {
    yield* fromWeb(opened);
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    throw invalid("it is incomplete, or it was changed after it was encrypted", error);
  }
}

function addIdentity(
  decrypter: { readonly addIdentity: (identity: string) => void },
  identity: string,
): void {
  try {
    decrypter.addIdentity(identity);
  } catch (error) {
    // The text is a secret: it is not repeated.
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot open snapshot: the identity file contains a line that is not an age identity",
      { hint: "An identity begins with AGE-SECRET-KEY-1", cause: error },
    );
  }
}

/** Identities of an identity file as `age-keygen` writes it: one a line, `#` begins a comment. */
export function readIdentities(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) =>
    line !== "" && !line.startsWith("#")
  );
}
