/**
 * Secrets in the age format (age-encryption.org/v1): what the `age` program writes is opened, and it
 * opens what is written here.
 *
 * `age-encryption` is loaded at the first use.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { readWithin } from "../platform/within.ts";
import { type AgeProgram, hasPassphrase, isSshKey, openByAge, sealByAge } from "./age_program.ts";

/** For whom a value is encrypted. */
export type Lock =
  /** `age1…` */
  | { readonly recipients: readonly string[] }
  | { readonly passphrase: string };

/** What may open a file. Asked for only when the file needs it. */
export interface AgeKeys {
  /** Absolute path of the identity's file; null where none is configured. */
  readonly identityFile: string | null;
  /** @returns null when there is none and no prompt is possible. */
  readonly passphrase: (what: string) => Promise<string | null>;
  /** What the `age` program may do where the library cannot. Default: it is not started. */
  readonly program?: AgeProgram | undefined;
}

/** scrypt's work factor (log2 of N), the `age` program's own default. */
const WORK_FACTOR = 18;

const MAGIC = "age-encryption.org/v1\n";
const ARMOR = "-----BEGIN AGE ENCRYPTED FILE-----";

/** Recipients that only the program knows: keys of SSH, and those of plugins (`age1NAME1…`). */
const FOR_PROGRAM =
  /^(?:ssh-(?:ed25519|rsa) [A-Za-z0-9+/]+={0,3}(?: .*)?|age1[0-9a-z-]+1[0-9a-z]+)$/;

/** Encrypts a text. @throws `invalid_argument` for what is no recipient. */
export async function sealText(
  text: string,
  lock: Lock,
  workFactor = WORK_FACTOR,
): Promise<Uint8Array> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if ("passphrase" in lock) {
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(lock.passphrase);
  } else {
    for (const recipient of lock.recipients) {
      try {
        encrypter.addRecipient(recipient);
      } catch (error) {
        if (FOR_PROGRAM.test(recipient)) return await sealByAge(text, lock.recipients);
        throw new OrchestratorError(
          "invalid_argument",
          `Cannot encrypt to "${recipient.slice(0, 80)}": it is not an age recipient`,
          { cause: error },
        );
      }
    }
  }
  return await encrypter.encrypt(text);
}

/**
 * Opens a file that holds text (UTF-8).
 * @throws as {@link openBytes}
 */
export async function openText(bytes: Uint8Array, keys: AgeKeys, shown: string): Promise<string> {
  return new TextDecoder().decode(await openBytes(bytes, keys, shown));
}

/**
 * Opens a file.
 * @param file its bytes, or its text where it is armored.
 * @param shown the file, as messages name it.
 * @throws `secret_locked` when what opens it is missing or does not fit, `password_wrong` for a wrong
 * passphrase, `io_failed` for what is no age file or is damaged.
 */
export async function openBytes(
  file: Uint8Array | string,
  keys: AgeKeys,
  shown: string,
): Promise<Uint8Array> {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const { Decrypter } = await import("age-encryption");
  const binary = await unarmored(bytes, shown);
  const kinds = stanzasOf(binary, shown);
  const decrypter = new Decrypter();
  const byPassphrase = kinds.includes("scrypt");
  if (byPassphrase) {
    decrypter.addPassphrase(await passphraseOf(shown, keys));
  } else {
    if (keys.identityFile === null) {
      throw locked(shown, "it is encrypted, and no identity is configured", {
        hint: "Run `orchestrator config set --global secrets.identity <file>`",
      });
    }
    const identities = await readIdentities(keys.identityFile, keys);
    const program = identities.foreign === null ? null : usableProgram(identities, keys);
    if (program !== null) {
      return await openByAge(bytes, keys.identityFile, { program, shown });
    }
    if (identities.own.length === 0) throw foreignIdentity(shown, keys.identityFile, identities);
    for (const identity of identities.own) decrypter.addIdentity(identity);
  }
  try {
    return await decrypter.decrypt(binary);
  } catch (error) {
    // The library has no codes; the tests hold each answer to what it really says.
    const isUnfit = error instanceof Error && error.message.startsWith("no identity matched");
    if (!isUnfit) {
      throw new OrchestratorError("io_failed", `Cannot open "${shown}": it is damaged`, {
        cause: error,
      });
    }
    if (byPassphrase) {
      throw new OrchestratorError(
        "password_wrong",
        `Cannot open "${shown}": the passphrase is wrong`,
        { cause: error },
      );
    }
    throw locked(
      shown,
      kinds.some((kind) => kind.startsWith("ssh-"))
        ? `it is encrypted to an ssh key, and "${keys.identityFile}" is none`
        : `the identity in "${keys.identityFile}" cannot decrypt it`,
      {
        hint: "Encrypt it again for your identity, or configure the identity it was encrypted for",
      },
      error,
    );
  }
}

async function passphraseOf(shown: string, keys: AgeKeys): Promise<string> {
  const passphrase = await keys.passphrase(`the passphrase of ${shown}`);
  if (passphrase !== null) return passphrase;
  throw locked(shown, "it is encrypted with a passphrase", {
    hint: "Set ORCHESTRATOR_SECRETS_PASSPHRASE, or run the command on a terminal",
    details: { needs: "passphrase" },
  });
}

/** Longer files hold no identities. */
const MAX_IDENTITY_BYTES = 1024 * 1024;

/** What an identity file holds. */
export interface Identities {
  /** Secret keys that the library knows. */
  readonly own: readonly string[];
  /** What only the program can use; null for nothing. */
  readonly foreign: "ssh" | "ssh with a passphrase" | "plugin" | null;
  /** Recipients that comments name: a plugin's identity does not tell its own. */
  readonly named: readonly string[];
}

/**
 * The keys of an identity file, which may itself be encrypted with a passphrase, or be a private key of
 * SSH.
 * @throws `secret_locked` when there are none, `password_wrong`, I/O errors
 */
export async function readIdentities(path: string, keys: AgeKeys): Promise<Identities> {
  const bytes = readWithin(null, path, MAX_IDENTITY_BYTES);
  if (bytes === null) {
    throw new OrchestratorError("file_unknown", `Cannot read "${path}": it does not exist`, {
      details: { path },
    });
  }
  let text = new TextDecoder().decode(bytes);
  if (isSshKey(text)) {
    const foreign = hasPassphrase(text) ? "ssh with a passphrase" : "ssh";
    return { own: [], foreign, named: [] };
  }
  if (text.startsWith(MAGIC) || text.startsWith(ARMOR)) {
    text = await openText(bytes, { identityFile: null, passphrase: keys.passphrase }, path);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const own = lines.filter((line) => /^AGE-SECRET-KEY-[0-9A-Z-]+$/.test(line));
  const foreign = lines.some((line) => line.startsWith("AGE-PLUGIN-")) ? "plugin" : null;
  if (own.length === 0 && foreign === null) {
    throw locked(path, "it contains no identity", { hint: "Run `age-keygen` to create one" });
  }
  const named = lines.flatMap((line) => /^#.*\b(age1[0-9a-z-]+1[0-9a-z]+)$/.exec(line)?.[1] ?? []);
  return { own, foreign, named };
}

/** The program, where it may be started for these identities. */
function usableProgram({ foreign }: Identities, { program }: AgeKeys): AgeProgram | null {
  if (program === undefined) return null;
  if (foreign === "plugin") return program.plugins ? program : null;
  return foreign === "ssh" || program.prompts ? program : null;
}

function foreignIdentity(
  shown: string,
  path: string,
  { foreign }: Identities,
): OrchestratorError {
  return foreign === "ssh with a passphrase"
    ? locked(shown, `the ssh key in "${path}" has a passphrase`, {
      hint: "Run the command on a terminal, where age asks for it",
    })
    : locked(shown, `"${path}" is of a kind that only the age program supports`, {
      hint: "Run the command on a terminal",
    });
}

/**
 * The recipients that the owner of an identity file is.
 * @throws `secret_locked` where they cannot be told; as {@link readIdentities}
 */
export async function ownRecipients(path: string, keys: AgeKeys): Promise<readonly string[]> {
  const { own, foreign, named } = await readIdentities(path, keys);
  const known = [...await recipientsOf(own), ...foreign === "plugin" ? named : []];
  if (foreign === "ssh" || foreign === "ssh with a passphrase") {
    const bytes = readWithin(null, `${path}.pub`, MAX_IDENTITY_BYTES);
    const line = bytes === null ? "" : new TextDecoder().decode(bytes).trim();
    if (FOR_PROGRAM.test(line)) known.push(line);
  }
  if (known.length > 0) return known;
  throw locked(path, "it does not tell whom to encrypt for", {
    hint: "Add its recipient, or the line of its .pub file, to secrets.recipients",
  });
}

/** The recipients that the owner of these identities is. */
export async function recipientsOf(identities: readonly string[]): Promise<readonly string[]> {
  const { identityToRecipient } = await import("age-encryption");
  return await Promise.all(identities.map((identity) => identityToRecipient(identity)));
}

/** Whether bytes begin as an age file does. */
function isAgeFile(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, ARMOR.length));
  return start.startsWith(MAGIC) || start === ARMOR;
}

async function unarmored(bytes: Uint8Array, shown: string): Promise<Uint8Array> {
  if (!isAgeFile(bytes)) {
    throw new OrchestratorError("io_failed", `Cannot open "${shown}": it is not an age file`);
  }
  const text = new TextDecoder().decode(bytes);
  if (!text.startsWith(ARMOR)) return bytes;
  const { armor } = await import("age-encryption");
  try {
    return armor.decode(text);
  } catch (error) {
    throw new OrchestratorError("io_failed", `Cannot open "${shown}": it is damaged`, {
      cause: error,
    });
  }
}

/** The kinds of keys a file was encrypted for: `X25519`, `scrypt`, `ssh-ed25519`, … */
function stanzasOf(bytes: Uint8Array, shown: string): readonly string[] {
  const header = new TextDecoder().decode(bytes.subarray(0, 64 * 1024)).split(/^---/m)[0] ?? "";
  const kinds = [...header.matchAll(/^-> (\S+)/gm)].map((match) => match[1] ?? "");
  if (kinds.length > 0) return kinds;
  throw new OrchestratorError("io_failed", `Cannot open "${shown}": it is damaged`);
}

function locked(
  shown: string,
  why: string,
  options: { readonly hint: string; readonly details?: { readonly needs: "passphrase" } },
  cause?: unknown,
): OrchestratorError {
  return new OrchestratorError("secret_locked", `Cannot open "${shown}": ${why}`, {
    ...options,
    ...(cause === undefined ? {} : { cause }),
  });
}
