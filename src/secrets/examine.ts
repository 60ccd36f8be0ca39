/**
 * Looks at the secrets that must be there, and at those that are: what `secrets doctor` says.
 * @module
 */
import { existsSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { readIdentities } from "./age_file.ts";
import type { AgeKeys } from "./age_file.ts";
import { placeholder } from "./fingerprint.ts";
import { exposure, listFolder } from "./folder.ts";
import { FOLDER_SOURCES } from "./places.ts";
import { namesIn } from "./secrets_repo.ts";
import type { SecretPlace, SecretStore } from "./store.ts";

/** What was found out about one secret, or about a file around them. Never holds a value. */
export interface SecretFinding {
  readonly level: "ok" | "warning" | "error";
  /** The secret; null for a folder, an old file or the identity. */
  readonly name: string | null;
  /** What was seen, as a clause. */
  readonly seen: string;
  /** One thing to do; null when all is well. */
  readonly advice: string | null;
}

/** What to look at. */
export interface Examination {
  readonly store: SecretStore;
  /** Names that must be there, with who says so: `the configuration`, `workflow.yaml`. */
  readonly required: ReadonlyMap<string, string>;
  readonly keys: AgeKeys;
  /** A path as messages name it. */
  readonly shown: (path: string) => string;
}

/** Looks at everything. Nothing is changed, nothing is thrown for what is wrong. */
export async function examineSecrets(examination: Examination): Promise<readonly SecretFinding[]> {
  const { store, required } = examination;
  const findings: SecretFinding[] = [
    ...folderFindings(examination),
    ...await collectionFindings(examination),
    ...await repoFindings(examination),
    ...await identityFindings(examination),
  ];
  const names = new Set([...required.keys(), ...await namesOf(store)]);
  for (const name of [...names].sort()) {
    findings.push(...await secretFindings(examination, name));
  }
  return findings;
}

/** All names, as far as the places open. */
async function namesOf(store: SecretStore): Promise<readonly string[]> {
  try {
    return await store.names();
  } catch (error) {
    // What does not open is reported as a file of its own.
    if (!(error instanceof OrchestratorError)) throw error;
    return FOLDER_SOURCES.flatMap((source) => {
      const folder = store.folder(source);
      return folder === null ? [] : listFolder(folder).map(({ name }) => name);
    });
  }
}

async function secretFindings(
  { store, required }: Examination,
  name: string,
): Promise<readonly SecretFinding[]> {
  const findings: SecretFinding[] = [];
  const add = (level: SecretFinding["level"], seen: string, advice: string | null) =>
    findings.push({ level, name, seen, advice });
  let places: readonly SecretPlace[];
  try {
    places = await store.places(name);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    places = [];
  }
  const [first, ...others] = places;
  if (first === undefined) {
    const whose = required.get(name);
    if (whose !== undefined) {
      add(
        "error",
        `it is required by ${whose} but was not found`,
        `Run \`orchestrator secrets set ${name}\``,
      );
    }
    return findings;
  }
  if (first.tracked) {
    add(
      "error",
      `git tracks ${first.where}`,
      "Remove the file from git's index, and replace the secret where it was issued",
    );
    return findings;
  }
  const open = exposureOf(store, name, first);
  if (open !== null) add("warning", `${first.where}: ${open}`, `Run \`chmod 600 ${first.where}\``);
  try {
    const { value } = await store.read(name, first);
    const wrong = whatIsWrong(value);
    if (wrong !== null) {
      add(
        value.trim() === "" ? "error" : "warning",
        `${first.where}: ${wrong}`,
        `Run \`orchestrator secrets set ${name}\``,
      );
    }
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    add("error", error.message, error.hint ?? null);
  }
  if (findings.length === 0) {
    const behind = others.length === 0
      ? ""
      : `, which takes precedence over ${others.map((place) => place.where).join(", ")}`;
    add("ok", `${first.where}${behind}`, null);
  }
  return findings;
}

/** Who else can reach the file of a secret; null when no other user can, and where it has no file of its own. */
function exposureOf(
  store: Examination["store"],
  name: string,
  { form, source }: SecretPlace,
): string | null {
  if (form !== "plain" && form !== "age") return null;
  const folder = store.folder(source)?.directory;
  if (folder === undefined) return null;
  return exposure(`${folder}/${name}${form === "age" ? ".age" : ""}`);
}

/** What makes a value unlikely to work; null when nothing does. */
export function whatIsWrong(value: string): string | null {
  if (value === "") return "it is empty";
  if (value.trim() === "") return "it contains only white space";
  if (value !== value.trim()) return "it has leading or trailing white space";
  if (placeholder(value)) return "it looks like a placeholder";
  // deno-lint-ignore no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value)) {
    return "it contains control characters";
  }
  if (/^(["']).*\1$/.test(value)) return "it is enclosed in quotes";
  return null;
}

function folderFindings({ store, shown }: Examination): readonly SecretFinding[] {
  return FOLDER_SOURCES.flatMap((source) => {
    const folder = store.folder(source)?.directory;
    if (folder === undefined || !existsSync(folder)) return [];
    const open = exposure(folder);
    if (open === null) return [];
    return [{
      level: "warning" as const,
      name: null,
      seen: `${shown(folder)}: ${open}`,
      advice: `Run \`chmod 700 ${shown(folder)}\``,
    }];
  });
}

/** The files with several secrets: the old tool's, and those that the configuration names. */
async function collectionFindings(
  { store, shown }: Examination,
): Promise<readonly SecretFinding[]> {
  const findings: SecretFinding[] = [];
  const listed = store.listedFiles();
  for (const path of store.files.paths) {
    if (listed.some((file) => file.path === path)) continue;
    const seen = `${shown(path)}: it does not exist`;
    findings.push({ level: "warning", name: null, seen, advice: "Remove it from secrets.files" });
  }
  const olds = store.oldStores().map((old) => ({ ...old, open: () => store.open(old) }));
  for (const old of [...listed, ...olds]) {
    const open = old.kind === "env" ? exposure(old.path) : null;
    if (open !== null) {
      const seen = `${old.where}: ${open}`;
      findings.push({
        level: "warning",
        name: null,
        seen,
        advice: `Run \`chmod 600 ${old.where}\``,
      });
    }
    try {
      const { size } = await old.open();
      findings.push({
        level: "ok",
        name: null,
        seen: `${old.where}: opens, ${size} ${size === 1 ? "secret" : "secrets"}`,
        advice: null,
      });
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      findings.push({
        level: error.code === "password_wrong" ? "error" : "warning",
        name: null,
        seen: error.message,
        advice: error.hint ?? null,
      });
    }
  }
  return findings;
}

async function repoFindings({ store }: Examination): Promise<readonly SecretFinding[]> {
  const { repo } = store;
  if (repo === null) return [];
  const name = null;
  if (!store.order.includes("secrets_repo")) {
    return [{
      level: "warning",
      name,
      seen: `${repo.shown} is not searched: secrets.order does not list secrets_repo`,
      advice: "Add secrets_repo to secrets.order",
    }];
  }
  try {
    const { files, trouble } = await repo.open();
    const count = namesIn(repo, files).length;
    if (trouble !== null) {
      const seen = `${repo.shown} cannot be reached: ${trouble}`;
      return [{ level: "warning", name, seen, advice: "Check the network and your login there" }];
    }
    const seen = `${repo.shown}: ${count} ${count === 1 ? "secret" : "secrets"}`;
    return [{ level: "ok", name, seen, advice: null }];
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return [{ level: "warning", name, seen: error.message, advice: error.hint ?? null }];
  }
}

/** What an identity file holds, in words. */
const IDENTITY = {
  own: "an identity",
  ssh: "an SSH key, which the age program uses",
  "ssh with a passphrase": "an SSH key with a passphrase, which the age program asks for",
  plugin: "an identity of a plugin of age",
} as const;

/** The identity matters only when something is encrypted for it. */
async function identityFindings(
  { store, keys, shown }: Examination,
): Promise<readonly SecretFinding[]> {
  const path = keys.identityFile;
  if (path === null) return [];
  const name = null;
  const findings: SecretFinding[] = [];
  const open = exposure(path);
  if (open !== null) {
    findings.push({
      level: "warning",
      name,
      seen: `${shown(path)}: ${open}`,
      advice: `Run \`chmod 600 ${shown(path)}\``,
    });
  }
  try {
    const { foreign } = await readIdentities(path, keys);
    const seen = `${shown(path)}: ${IDENTITY[foreign ?? "own"]}`;
    if (findings.length === 0) findings.push({ level: "ok", name, seen, advice: null });
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const inRepo = await store.repo?.open().catch(() => null);
    const needed = (inRepo?.files.size ?? 0) > 0 || FOLDER_SOURCES.some((source) => {
      const folder = store.folder(source);
      return folder !== null && listFolder(folder).some(({ form }) => form === "age");
    });
    findings.push({
      level: needed ? "error" : "warning",
      name,
      seen: error.message,
      advice: error.hint ?? "Run `orchestrator config set --global secrets.identity <file>`",
    });
  }
  return findings;
}
