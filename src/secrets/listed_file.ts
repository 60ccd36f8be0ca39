/**
 * Files of secrets that the configuration names (`secrets.files`): `.env` files, and SOPS files in YAML,
 * JSON or the form of `.env`.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { readWithin } from "../platform/within.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { type AgeKeys, openBytes } from "./age_file.ts";
import { readEnvText } from "./env_file.ts";
import { isSecretName } from "./name.ts";
import { readSopsAge, SopsError } from "./sops_age.ts";
import { readSopsSecrets, secretsOf } from "./sops_file.ts";

/** A file with several secrets. */
export interface Collection {
  readonly path: string;
  /** As messages name it. */
  readonly where: string;
  readonly kind: "env" | "openssl" | "sops";
  /** Its names and values. @throws `secret_locked`, `password_wrong`, `trust_needed`, I/O errors */
  readonly open: () => Promise<ReadonlyMap<string, string>>;
}

/** The files that the configuration names. */
export interface ListedFiles {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Why they are not to be read; null when they are. */
  readonly problem: OrchestratorError | null;
  /** Whether another program may be started to open one. */
  readonly programs: boolean;
}

/** How such a file is kept. */
type ListedKind = "env" | "sops";

/** What opening one may do. */
interface Opening {
  readonly keys: AgeKeys;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether the `sops` program may be started. */
  readonly programs: boolean;
}

/** How the file at a path is kept; what cannot be read is said when it is opened. */
export function kindOfFile(path: string): ListedKind {
  try {
    return isSops(path, readListed(path)) ? "sops" : "env";
  } catch (error) {
    if (error instanceof OrchestratorError) return "env";
    throw error;
  }
}

/**
 * Its names and values.
 * @throws `secret_locked`, `io_failed`, I/O errors
 */
export async function openListed(
  path: string,
  where: string,
  { keys, env, programs }: Opening,
): Promise<ReadonlyMap<string, string>> {
  const text = readListed(path);
  if (!isSops(path, text)) {
    return new Map(
      [...readEnvText(text, where)].filter(([name, value]) => isSecretName(name) && value !== ""),
    );
  }
  // Several identities may be tried, and a person is asked once.
  let asked: Promise<string | null> | undefined;
  const once = { ...keys, passphrase: (what: string) => asked ??= keys.passphrase(what) };
  try {
    // In the form of `.env` the parts of a file stand in another order and with other names.
    if (ENV_FORM.test(text)) throw new SopsError("unknown");
    return secretsOf(await readSopsAge(text, (file) => openBytes(file, once, where)));
  } catch (error) {
    if (!(error instanceof SopsError)) throw error;
    if (programs && error.trouble !== "foreign") {
      const found = await readBySops(path, where, { env, needed: error.trouble === "unknown" });
      if (found !== null) return found;
    }
    throw new OrchestratorError("secret_locked", `Cannot open "${where}": ${whyOf(error)}`, {
      hint: "Run `sops --decrypt` on it to see what is wrong",
      cause: error,
    });
  }
}

/** What the program reads, which has keys of its own; null where it is not needed and not installed. */
async function readBySops(
  path: string,
  where: string,
  { env, needed }: { readonly env: Opening["env"]; readonly needed: boolean },
): Promise<ReadonlyMap<string, string> | null> {
  try {
    return await readSopsSecrets(path, where, env);
  } catch (error) {
    const cause = error instanceof OrchestratorError ? error.cause : undefined;
    const missing = cause instanceof OrchestratorError && cause.details?.["system"] === "ENOENT";
    if (missing && !needed) return null;
    throw error;
  }
}

function readListed(path: string): string {
  return new TextDecoder().decode(readWithin(null, path, LIMITS.text) ?? new Uint8Array());
}

/** SOPS marks each of its files with a `sops` of its own: a key, or what names begin with. */
function isSops(path: string, text: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(path) || ENV_FORM.test(text);
}

const ENV_FORM = /^sops_(?:mac|version)=/m;

function whyOf({ trouble, cause }: SopsError): string {
  switch (trouble) {
    case "foreign":
      return "it is not a SOPS file";
    case "unknown":
      return "only the sops program can open it";
    case "changed":
      return "it was changed without sops, or is damaged";
    case "locked":
      return cause instanceof OrchestratorError
        ? cause.message.replace(/^Cannot open "[^"]*": /, "")
        : "no identity fits";
  }
}
