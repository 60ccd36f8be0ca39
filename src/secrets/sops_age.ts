/**
 * SOPS files (YAML or JSON) whose data key is encrypted for age identities, opened without the `sops`
 * program: https://getsops.io, format of version 3.
 *
 * Each value is `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, with the names of the keys above it as
 * additional data. `sops.mac` is the SHA-512 over all values in the order of the file, encrypted in the
 * same way with `sops.lastmodified` as additional data.
 * @module
 */
import { createDecipheriv, createHash, type Hash } from "node:crypto";
import { Buffer } from "node:buffer";
import { isRecord } from "../workflow/record.ts";

/** A file that is opened in another way, or not at all. */
export type SopsTrouble =
  /** It is no SOPS file. */
  | "foreign"
  /** It has parts that only the program knows: other keys, several documents, key groups. */
  | "unknown"
  /** The identities do not fit. */
  | "locked"
  /** It was changed by another program than SOPS, or is damaged. */
  | "changed";

/** A file that cannot be opened here. */
export class SopsError extends Error {
  readonly trouble: SopsTrouble;

  constructor(trouble: SopsTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.trouble = trouble;
  }
}

/** What the format begins the hash with where only encrypted values are part of it. */
const ONLY_ENCRYPTED = "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69";

const ENCRYPTED =
  /^ENC\[AES256_GCM,data:([A-Za-z0-9+/=]+),iv:([A-Za-z0-9+/=]+),tag:([A-Za-z0-9+/=]+),type:(\w+)\]$/;

/**
 * The file's values, those that were encrypted alone: what was not is no secret.
 * @param openKey opens an age file with the configured identities; throws where they do not fit.
 * @throws {SopsError}
 */
export async function readSopsAge(
  text: string,
  openKey: (armored: string) => Promise<Uint8Array>,
): Promise<Readonly<Record<string, unknown>>> {
  const tree = await parse(text);
  const metadata = tree.get("sops");
  const sops: unknown = metadata instanceof Map ? Object.fromEntries(metadata) : null;
  if (!isRecord(sops) || typeof sops["mac"] !== "string") throw new SopsError("foreign");
  const files = (Array.isArray(sops["age"]) ? sops["age"] : [])
    .flatMap((entry: unknown) => {
      const file: unknown = entry instanceof Map ? entry.get("enc") : undefined;
      return typeof file === "string" ? [file] : [];
    });
  if (sops["key_groups"] !== undefined || files.length === 0) throw new SopsError("unknown");
  const key = await firstKey(files, openKey);
  const onlyEncrypted = sops["mac_only_encrypted"] === true;
  const hash = createHash("sha512");
  if (onlyEncrypted) hash.update(Buffer.from(ONLY_ENCRYPTED, "hex"));
  const reading = { key, hash, onlyEncrypted };
  const values = new Map([...tree].filter(([name]) => name !== "sops"));
  const opened = openAll(values, [], reading);
  const mac = decrypt(String(sops["mac"]), key, String(sops["lastmodified"] ?? ""));
  if (mac?.text !== hash.digest("hex").toUpperCase()) throw new SopsError("changed");
  return isRecord(opened) ? opened : {};
}

/** Maps keep the order of their keys, of which objects put numbers first. */
async function parse(text: string): Promise<ReadonlyMap<unknown, unknown>> {
  const { parseAllDocuments } = await import("yaml");
  const documents = parseAllDocuments(text, { intAsBigInt: true, logLevel: "silent" });
  if (!Array.isArray(documents)) throw new SopsError("foreign");
  const [document, second] = documents;
  if (document === undefined || document.errors.length > 0) throw new SopsError("foreign");
  if (second !== undefined) throw new SopsError("unknown");
  let tree: unknown;
  try {
    tree = document.toJS({ maxAliasCount: 0, mapAsMap: true });
  } catch (error) {
    throw new SopsError("unknown", error);
  }
  if (!(tree instanceof Map)) throw new SopsError("foreign");
  return tree;
}

async function firstKey(
  files: readonly string[],
  openKey: (armored: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  let cause: unknown;
  for (const file of files) {
    try {
      const key = await openKey(file);
      if (key.length === 32) return key;
    } catch (error) {
      cause = error;
    }
  }
  throw new SopsError("locked", cause);
}

interface Reading {
  readonly key: Uint8Array;
  readonly hash: Hash;
  readonly onlyEncrypted: boolean;
}

/** Opens what is encrypted, leaves out what is not, and adds both to the hash. */
function openAll(value: unknown, path: readonly string[], reading: Reading): unknown {
  if (Array.isArray(value)) return value.map((entry) => openAll(entry, path, reading));
  if (value instanceof Map) {
    return Object.fromEntries(
      [...value].map(([key, inner]) => {
        const name = String(key);
        return [name, openAll(inner, [...path, name], reading)];
      }),
    );
  }
  if (value === null || value === undefined) return undefined;
  const found = typeof value === "string"
    ? decrypt(value, reading.key, path.map((name) => `${name}:`).join(""))
    : null;
  if (found !== null) reading.hash.update(found.text);
  else if (!reading.onlyEncrypted) reading.hash.update(plainText(value));
  return found === null ? undefined : found.type === "bool" ? found.text.toLowerCase() : found.text;
}

/** A value that is not encrypted, as the hash has it. */
function plainText(value: unknown): string {
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

/** @returns null for what is not encrypted. @throws SopsError for what is and does not open. */
function decrypt(
  text: string,
  key: Uint8Array,
  path: string,
): { readonly text: string; readonly type: string } | null {
  const [, data = "", iv = "", tag = "", type = ""] = ENCRYPTED.exec(text) ?? [];
  if (type === "") return null;
  try {
    const bytes = Buffer.from(tag, "base64");
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"), {
      authTagLength: 16,
    });
    decipher.setAAD(Buffer.from(path));
    decipher.setAuthTag(bytes);
    const plain = Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]);
    return { text: plain.toString("utf8"), type };
  } catch (error) {
    throw new SopsError("changed", error);
  }
}
