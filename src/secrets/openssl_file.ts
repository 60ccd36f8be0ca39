/**
 * The old tool's `.secrets.enc`: what `openssl enc -aes-256-cbc -pbkdf2 -salt` writes.
 *
 * `Salted__`, 8 bytes of salt, then AES-256-CBC with PKCS#7 padding; key (32 bytes) and IV (16) come
 * from PBKDF2-HMAC-SHA256 with openssl's default of 10,000 rounds. Nothing authenticates the content,
 * so that a wrong password can only be told by its result. The content is a flat YAML map.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isSecretName } from "./name.ts";

const MAGIC = "Salted__";
const ROUNDS = 10_000;

/** Whether bytes begin as openssl's files do. */
function isOpensslFile(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) === MAGIC;
}

/**
 * Decrypts the content.
 * @param shown the file, as messages name it.
 * @throws `password_wrong`; `io_failed` for what is no such file.
 */
async function openOpenssl(
  bytes: Uint8Array,
  password: string,
  shown: string,
): Promise<string> {
  if (!isOpensslFile(bytes) || bytes.length < 32 || bytes.length % 16 !== 0) {
    throw new OrchestratorError(
      "io_failed",
      `Cannot open "${shown}": ${
        isOpensslFile(bytes) ? "it is incomplete" : "it is not a file written by openssl enc"
      }`,
    );
  }
  const salt = bytes.slice(8, 16);
  const material = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(password),
    "PBKDF2",
    false,
    ["deriveBits"],
  );
  const bits = await crypto.subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS },
    material,
    48 * 8,
  );
  const key = await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-CBC", false, [
    "decrypt",
  ]);
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-CBC", iv: bits.slice(32) },
      key,
      bytes.slice(16),
    );
    return new TextDecoder("utf-8", { fatal: true }).decode(plain);
  } catch (error) {
    // Padding that does not fit, or what is no text: the password was another one.
    throw wrongPassword(shown, error);
  }
}

/**
 * Decrypts `.secrets.enc` and reads its names and values.
 * @throws as {@link openOpenssl}; `password_wrong` also when the content is no map.
 */
export async function readOpensslSecrets(
  bytes: Uint8Array,
  password: string,
  shown: string,
): Promise<ReadonlyMap<string, string>> {
  const text = await openOpenssl(bytes, password, shown);
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = parse(text, { schema: "failsafe", logLevel: "error" });
  } catch (error) {
    // One password in 256 gives a valid padding by chance, and rubbish behind it.
    throw wrongPassword(shown, error);
  }
  if (value === null || value === "") return new Map();
  if (typeof value !== "object" || Array.isArray(value)) throw wrongPassword(shown);
  return new Map(
    Object.entries(value).flatMap(([name, entry]) =>
      isSecretName(name) && typeof entry === "string" && entry !== "" ? [[name, entry]] : []
    ),
  );
}

function wrongPassword(shown: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError("password_wrong", `Cannot open "${shown}": the password is wrong`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
