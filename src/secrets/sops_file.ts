/**
 * SOPS files, opened by the `sops` program where it is installed.
 * @module
 */
import { dirname } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { runProgram } from "../platform/processes.ts";
import { isRecord } from "../workflow/record.ts";
import { isSecretName } from "./name.ts";

/** A program that answers later than this waits for something that does not come. */
const TIMEOUT_MS = 30_000;

/** How deep the old tool looked for a key. */
const MAX_DEPTH = 5;

/** Where the old tool kept the keys of providers by their short names. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openrouter: "OPENROUTER_API_KEY",
  openai: "OPENAI_API_KEY",
  gemini: "GEMINI_API_KEY",
  anthropic: "ANTHROPIC_API_KEY",
  xai: "XAI_API_KEY",
};

/** Names that changed on the way: the old one, and the one that is asked for now. */
const RENAMED: readonly (readonly [old: string, now: string])[] = [["GROK_API_KEY", "XAI_API_KEY"]];

/**
 * Decrypts a SOPS file.
 * @param path absolute.
 * @param shown as messages name it.
 * @throws `secret_locked` when `sops` is not installed or refuses.
 */
export async function readSopsSecrets(
  path: string,
  shown: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, string>> {
  let result;
  try {
    result = await runProgram("sops", ["--decrypt", "--output-type", "json", path], {
      cwd: dirname(path),
      env,
      timeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    const missing = error instanceof OrchestratorError && error.details?.["system"] === "ENOENT";
    throw new OrchestratorError(
      "secret_locked",
      `Cannot open "${shown}": ${
        missing ? "the program sops is not installed" : "sops did not respond"
      }`,
      {
        hint: missing
          ? "Install sops, and set SOPS_AGE_KEY or SOPS_AGE_KEY_FILE"
          : "Run sops manually to see what is wrong",
        cause: error,
      },
    );
  }
  if (result.exitCode !== 0) {
    const reason = result.stderr.trim().split("\n")[0]?.slice(0, 200) ?? "";
    throw new OrchestratorError(
      "secret_locked",
      `Cannot open "${shown}": sops failed${reason === "" ? "" : ` (${reason})`}`,
      { hint: "Set SOPS_AGE_KEY or SOPS_AGE_KEY_FILE" },
    );
  }
  try {
    return secretsOf(JSON.parse(result.stdout));
  } catch (error) {
    throw new OrchestratorError(
      "secret_locked",
      `Cannot open "${shown}": sops did not print JSON`,
      {
        cause: error,
      },
    );
  }
}

/**
 * The secrets in a decrypted SOPS file, by the names they are asked for: a key in any case, at the top
 * or deeper; `workflow_orchestrator.api_keys.openai` is `OPENAI_API_KEY`. What stands higher wins.
 */
export function secretsOf(value: unknown): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let level: (readonly [path: readonly string[], value: unknown])[] = [[[], value]];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const [path, entry] of level) {
      if (isRecord(entry)) {
        for (const [key, inner] of Object.entries(entry)) {
          if (depth > 0 || key !== "sops") next.push([[...path, key], inner]);
        }
      } else if (typeof entry === "string" && entry !== "") {
        const name = nameOf(path);
        if (isSecretName(name) && !found.has(name)) found.set(name, entry);
      }
    }
    level = next;
  }
  for (const [old, now] of RENAMED) {
    const text = found.get(old);
    if (text !== undefined && !found.has(now)) found.set(now, text);
  }
  return found;
}

function nameOf(path: readonly string[]): string {
  const last = path.at(-1) ?? "";
  return path.at(-2) === "api_keys" ? PROVIDERS[last] ?? last.toUpperCase() : last.toUpperCase();
}
