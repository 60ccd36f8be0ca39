/**
 * `manifest.json`, the first entry of a snapshot: whose state it is, when it was taken, by what, and
 * every file that follows with its size and hash.
 *
 * ```json
 * {"kind":"orchestrator snapshot","format":1,"created":"…","tool":"0.1.0",
 *  "repository":{"id":"…","mode":"normal","remote":null,"format":1},
 *  "sessions":[{"id":"…","name":null,"task":"…","lineage":"…","seq":7,"hash":"…"}],
 *  "files":[{"name":"sessions/…/log.jsonl","size":1234,"sha256":"…"}]}
 * ```
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { RepositoryMode } from "../project/identity.ts";
import { readLimit } from "../state_layout/limits.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { isRecord } from "../workflow/record.ts";
import { contentOf, journalName } from "./contents.ts";
import { limitError, type Limits } from "./limits.ts";

/**
 * The newest snapshot format this program reads. It writes 2 where a file has a name that no snapshot of
 * format 1 has, else 1, which older programs read.
 */
export const SNAPSHOT_FORMAT = 2;

/** Files up to this size are accepted regardless of kind, as in older programs. Bytes. */
const SMALL = 16 * 1024 * 1024;

/** The names of format 1. */
const FIRST_NAMES =
  /^(?:meta\.json|config\.yaml|current|secrets\/(?!lock$)[a-z0-9_][a-z0-9_.-]{0,99}|sessions\/[a-z2-7]{13}\/(?:log\.jsonl|meta\.json|workflow\.yaml|feedback\/(?:tool|process)\.jsonl))$/;

const KIND = "orchestrator snapshot";

/** Which repository's state it is. */
export interface ManifestRepository {
  readonly id: string;
  readonly mode: RepositoryMode;
  /** Address of its git remote without credentials; null when it had none. */
  readonly remote: string | null;
}

/** One session of a snapshot: where its journal ends. */
export interface ManifestSession {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
  readonly lineage: string;
  readonly seq: number;
  /** SHA-256 of line `seq`. */
  readonly hash: string;
}

/** One file of a snapshot. */
export interface ManifestFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** The whole manifest. */
export interface Manifest {
  /** When it was taken, RFC 3339 UTC. */
  readonly created: string;
  /** Version of the program that took it. */
  readonly tool: string;
  readonly repository: ManifestRepository;
  readonly sessions: readonly ManifestSession[];
  readonly files: readonly ManifestFile[];
}

/** The manifest's text, in the oldest format that can say it. */
export function encodeManifest(manifest: Manifest): string {
  const format = manifest.files.every(({ name }) => FIRST_NAMES.test(name)) ? 1 : 2;
  return JSON.stringify({ kind: KIND, format, ...manifest }, null, 1) + "\n";
}

/** All bytes of a snapshot's files. */
export function totalSize(files: readonly ManifestFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Reads a manifest and checks everything it says about itself: names, sizes against the limits, a
 * journal for each session and a session for each journal.
 * @throws `snapshot_invalid`, `format_too_new`, `limit_exceeded`
 */
export function parseManifest(text: string, limits: Limits): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid("its manifest is not JSON", error);
  }
  if (!isRecord(value) || value["kind"] !== KIND) {
    throw invalid("its first entry is not the manifest of a snapshot");
  }
  const { format, created, tool, repository, sessions, files } = value;
  if (typeof format === "number" && format > SNAPSHOT_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read snapshot: its format is ${format}, and this program supports formats up to ${SNAPSHOT_FORMAT}`,
      { hint: "Use a newer version of orchestrator", details: { format, known: SNAPSHOT_FORMAT } },
    );
  }
  if (format !== 1 && format !== SNAPSHOT_FORMAT) throw invalid("its format is unknown");
  if (typeof created !== "string" || Number.isNaN(Date.parse(created))) {
    throw invalid("it does not contain its creation time");
  }
  if (!isRepository(repository)) throw invalid("it does not identify its repository");
  if (!Array.isArray(sessions) || !sessions.every(isSession)) {
    throw invalid("its list of sessions is damaged");
  }
  if (!Array.isArray(files) || !files.every(isFile)) {
    throw invalid("its list of files is damaged");
  }
  const manifest: Manifest = {
    created,
    tool: typeof tool === "string" ? tool.slice(0, 100) : "",
    repository: { id: repository.id, mode: repository.mode, remote: repository.remote },
    sessions,
    files,
  };
  checkFiles(manifest, limits);
  checkSessions(manifest);
  return manifest;
}

function checkFiles({ files }: Manifest, limits: Limits): void {
  if (files.length > limits.files) throw limitError("files", limits, files.length);
  const names = new Set<string>();
  let total = 0;
  for (const { name, size } of files) {
    if (contentOf(name) === null) {
      throw invalid(`it contains an unexpected file: ${JSON.stringify(name.slice(0, 200))}`);
    }
    if (names.has(name)) throw invalid(`it lists ${JSON.stringify(name)} twice`);
    names.add(name);
    if (size > limits.fileSize) throw limitError("fileSize", limits, size);
    if (size > Math.max(readLimit(name), SMALL)) {
      throw invalid(`${JSON.stringify(name)} is larger than the limit for its kind`);
    }
    total += size;
    if (total > limits.totalSize) throw limitError("totalSize", limits, total);
  }
}

function checkSessions({ sessions, files }: Manifest): void {
  const names = new Set(files.map(({ name }) => name));
  const ids = new Set<string>();
  for (const { id } of sessions) {
    if (ids.has(id)) throw invalid(`it lists session "${id}" twice`);
    ids.add(id);
    if (!names.has(journalName(id))) throw invalid(`it lacks the journal of session "${id}"`);
  }
  for (const { name } of files) {
    const content = contentOf(name);
    if (content === null || !("session" in content) || ids.has(content.session)) continue;
    throw invalid(`it contains files of session "${content.session}", which it does not list`);
  }
}

function isRepository(value: unknown): value is ManifestRepository {
  return isRecord(value) && typeof value["id"] === "string" &&
    /^[a-z2-7]{26}$/.test(value["id"]) &&
    (value["mode"] === "normal" || value["mode"] === "portable") && isText(value["remote"], true);
}

function isSession(value: unknown): value is ManifestSession {
  return isRecord(value) && typeof value["id"] === "string" && SESSION_ID.test(value["id"]) &&
    isText(value["name"], true) && isText(value["task"]) && isText(value["lineage"]) &&
    isCount(value["seq"]) && value["seq"] > 0 && isHash(value["hash"]);
}

function isFile(value: unknown): value is ManifestFile {
  return isRecord(value) && isText(value["name"]) && isCount(value["size"]) &&
    isHash(value["sha256"]);
}

function isText(value: unknown, orNull = false): value is string | null {
  return typeof value === "string" || (orNull && value === null);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isHash(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/** The error for an invalid snapshot. Nothing of it was used. */
export function invalid(what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError(
    "snapshot_invalid",
    `Cannot read snapshot: ${what}`,
    cause === undefined ? {} : { cause },
  );
}
