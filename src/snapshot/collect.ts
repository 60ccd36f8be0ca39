/**
 * A consistent look at the state while others go on writing: each session up to one line of its
 * journal, with a hash of every file, without any lock.
 *
 * Journals and feedback only ever grow, and a frozen definition never changes, so what was hashed
 * once can be read again later. What may change under our hands is small and kept in memory.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { contentOf, journalName, SECRETS } from "./contents.ts";
import type { ManifestFile, ManifestSession } from "./manifest.ts";

/** A file as it was when it was looked at. */
export interface CollectedFile extends ManifestFile {
  /** Its bytes, the same each time. @throws `state_moved` when they are gone. */
  readonly read: () => Promise<Uint8Array>;
}

/** What was found. */
export interface Collection {
  readonly sessions: readonly ManifestSession[];
  /** Sorted by name. */
  readonly files: readonly CollectedFile[];
}

/** What to collect. */
export interface CollectRequest {
  /** Ids of sessions. Default: all. */
  readonly sessions?: readonly string[] | undefined;
  readonly includeSecrets?: boolean;
  /** How many bytes of files may be kept in memory, to save reading them twice. */
  readonly keep?: number;
}

/** See {@link CollectRequest.keep}. */
const KEEP_BYTES = 48 * 1024 * 1024;

/** Files that may be replaced meanwhile are always kept: they are never large. */
const ALWAYS_KEPT = 64 * 1024;

/**
 * Looks at everything that a snapshot holds.
 * @throws `journal_corrupt` for a session whose journal cannot be a journal; `session_unknown` for one
 * that was asked for and is not there.
 */
export async function collect(
  backend: StorageBackend,
  request: CollectRequest = {},
): Promise<Collection> {
  const budget = { left: request.keep ?? KEEP_BYTES };
  const sessions: ManifestSession[] = [];
  const files: CollectedFile[] = [];
  for (const id of [...(request.sessions ?? await backend.sessions())].sort()) {
    try {
      const found = await collectSession(backend, id, budget);
      sessions.push(found.session);
      files.push(...found.files);
    } catch (error) {
      const removed = error instanceof OrchestratorError && error.code === "session_unknown";
      // Removed between the listing and now: nobody asked for it by name.
      if (!removed || request.sessions !== undefined) throw error;
    }
  }
  const current = (await backend.readText(KEYS.current))?.trim();
  for (const key of [KEYS.meta, KEYS.config, KEYS.current]) {
    if (key === KEYS.current && !sessions.some(({ id }) => id === current)) continue;
    const data = await backend.readBlob(key);
    if (data !== null) files.push(collected(backend, key, data, budget));
  }
  if (request.includeSecrets === true) {
    for (const key of await backend.listBlobs(SECRETS)) {
      if (contentOf(key)?.kind !== "secret") continue;
      const data = await backend.readBlob(key);
      if (data !== null) files.push(collected(backend, key, data, budget));
    }
  }
  files.sort((left, right) => left.name < right.name ? -1 : 1);
  return { sessions, files };
}

/** Looks at one session. */
export async function collectSession(
  backend: StorageBackend,
  id: string,
  budget: { left: number } = { left: KEEP_BYTES },
): Promise<{ readonly session: ManifestSession; readonly files: readonly CollectedFile[] }> {
  const lines = await journalLines(backend, id);
  const journal = encodeLines(lines);
  const files: CollectedFile[] = [{
    name: journalName(id),
    size: journal.length,
    sha256: sha256Hex(journal),
    read: kept(journal, budget, readJournalAgain(backend, id, lines.length)),
  }];
  for (const key of await backend.listBlobs(`sessions/${id}/`)) {
    const content = contentOf(key);
    if (content?.kind !== "session") continue;
    const data = await backend.readBlob(key);
    if (data === null) continue;
    // An append that was cut off is no line.
    const whole = content.lines ? data.subarray(0, data.lastIndexOf(NEWLINE) + 1) : data;
    files.push(collected(backend, key, whole, budget));
  }
  return { session: describe(id, lines, await metaOf(files, id)), files };
}

const NEWLINE = 0x0a;

async function journalLines(backend: StorageBackend, id: string): Promise<readonly string[]> {
  const read = await backend.readJournal(id);
  if (read.unchanged) throw new TypeError("a journal read from its beginning is never unchanged");
  return read.lines;
}

/** Lines as the bytes of a journal. */
export function encodeLines(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.length === 0 ? "" : lines.join("\n") + "\n");
}

function collected(
  backend: StorageBackend,
  key: string,
  data: Uint8Array,
  budget: { left: number },
): CollectedFile {
  const sha256 = sha256Hex(data);
  const again = readBlobAgain(backend, { name: key, size: data.length, sha256 });
  return { name: key, size: data.length, sha256, read: kept(data, budget, again) };
}

// These two see no content, only what it is like: a closure that saw it would keep it in memory.

function readJournalAgain(
  backend: StorageBackend,
  id: string,
  count: number,
): () => Promise<Uint8Array> {
  return async () => encodeLines((await journalLines(backend, id)).slice(0, count));
}

function readBlobAgain(
  backend: StorageBackend,
  { name, size, sha256 }: ManifestFile,
): () => Promise<Uint8Array> {
  return async () => {
    const again = (await backend.readBlob(name))?.subarray(0, size);
    if (again !== undefined && sha256Hex(again) === sha256) return again;
    throw moved(name);
  };
}

/** Keeps bytes while the budget lasts, else reads them again. */
function kept(
  data: Uint8Array,
  budget: { left: number },
  again: () => Promise<Uint8Array>,
): () => Promise<Uint8Array> {
  if (data.length > ALWAYS_KEPT && data.length > budget.left) return again;
  budget.left -= data.length;
  return keptBytes(data);
}

function keptBytes(data: Uint8Array): () => Promise<Uint8Array> {
  return () => Promise.resolve(data);
}

/** The error of a file that is no more what it was a moment ago. */
export function moved(name: string): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot export "${name}": it was changed or removed meanwhile`,
    { hint: "Run the command again" },
  );
}

async function metaOf(
  files: readonly CollectedFile[],
  id: string,
): Promise<Readonly<Record<string, unknown>>> {
  const file = files.find(({ name }) => name === KEYS.sessionMeta(id));
  if (file === undefined) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(await file.read()));
    return typeof value === "object" && value !== null
      ? value as Readonly<Record<string, unknown>>
      : {};
  } catch {
    return {};
  }
}

/** Where a journal ends, told from its first and last line; the chain is checked on arrival. */
function describe(
  id: string,
  lines: readonly string[],
  meta: Readonly<Record<string, unknown>>,
): ManifestSession {
  const first = data(lines[0]);
  const last = lines.at(-1);
  const lineage = first?.["data"]["lineage"];
  if (last === undefined || typeof lineage !== "string" || data(last)?.["seq"] !== lines.length) {
    throw new OrchestratorError(
      "journal_corrupt",
      `Cannot export session "${id}": its journal is damaged`,
      { hint: `orchestrator log verify --session ${id}`, details: { session: id } },
    );
  }
  const { name, task } = { ...first?.["data"], ...meta };
  return {
    id,
    name: typeof name === "string" ? name : null,
    task: typeof task === "string" ? task : "",
    lineage,
    seq: lines.length,
    hash: sha256Hex(last),
  };
}

function data(line: string | undefined): {
  readonly seq: unknown;
  readonly data: Readonly<Record<string, unknown>>;
} | null {
  try {
    const value: unknown = JSON.parse(line ?? "");
    if (typeof value !== "object" || value === null || !("data" in value)) return null;
    if (typeof value.data !== "object" || value.data === null) return null;
    const seq = "seq" in value ? value.seq : undefined;
    return { seq, data: value.data as Readonly<Record<string, unknown>> };
  } catch {
    return null;
  }
}
