/**
 * Collects a consistent view of the state while other processes write: each session up to one line
 * of its journal, with a hash of every file, without a lock.
 *
 * Journals and feedback only grow, and a frozen definition never changes, so what was hashed once
 * can be read again later, both times in pieces. Files that may change during the export are small
 * and kept in memory.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { runningSha256 } from "../platform/hash.ts";
import { joinBytes } from "../platform/join_bytes.ts";
import { KEYS } from "../project/paths.ts";
import { journalEnd } from "../session/journal_end.ts";
import { isNestedDeeper } from "../session/json_limits.ts";
import { readLongLine } from "../session/long_line.ts";
import type { Carrier } from "../state_layout/entry.ts";
import { DEPTH_LIMIT } from "../state_layout/limits.ts";
import { meaningOf, repositoryPlaces } from "../state_layout/lookup.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { wholeLines } from "../storage/pieces.ts";
import { isRecord } from "../workflow/record.ts";
import type { Bytes } from "./byte_stream.ts";
import { contentOf, isRepositoryLog, journalName, removedSession } from "./contents.ts";
import { JournalScan } from "./journal_scan.ts";
import type { ManifestFile, ManifestSession } from "./manifest.ts";

/** A file as it was when it was collected. */
export interface CollectedFile extends ManifestFile {
  /**
   * Its bytes, the same each time; a piece is good until the next one is asked for.
   * @throws `state_moved` when they are gone, at the latest at the end.
   */
  readonly pieces: () => Bytes;
  /** All of them at once. */
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
  /** What takes it. Default: a snapshot that everybody can read. */
  readonly carrier?: Carrier;
  /** Secrets too, where the carrier takes them. Default false. */
  readonly includeSecrets?: boolean;
  /** How many bytes of files may be kept in memory, to save reading them twice. */
  readonly keep?: number;
  /** Told how many bytes were looked at. */
  readonly onLook?: (done: number) => void;
  /** Told of a session that is left out because its journal is damaged. Default: that is an error. */
  readonly onDamaged?: (id: string, error: OrchestratorError) => void;
}

/** What is handed through a look at everything. */
interface Looking {
  readonly carrier: Carrier;
  /** Bytes that may still be kept. */
  left: number;
  /** Bytes that were looked at. */
  done: number;
  readonly onLook?: ((done: number) => void) | undefined;
}

/** See {@link CollectRequest.keep}. */
const KEEP_BYTES = 16 * 1024 * 1024;

/**
 * Files that may be replaced during the export are kept regardless of the budget, if they are
 * within their limits.
 */
const ALWAYS_KEPT = 64 * 1024;

/**
 * Collects the content of a snapshot.
 * @throws `journal_corrupt` for a session with an invalid journal, unless `onDamaged` takes it;
 *   `session_unknown` for a requested session that does not exist.
 */
export async function collect(
  backend: StorageBackend,
  request: CollectRequest = {},
): Promise<Collection> {
  const carrier = request.carrier ?? "snapshot";
  const looking: Looking = {
    carrier,
    left: request.keep ?? KEEP_BYTES,
    done: 0,
    onLook: request.onLook,
  };
  const sessions: ManifestSession[] = [];
  const files: CollectedFile[] = [];
  for (const id of [...(request.sessions ?? await backend.sessions())].sort()) {
    try {
      const found = await collectSession(backend, id, looking);
      sessions.push(found.session);
      files.push(...found.files);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.code === "journal_corrupt" && request.onDamaged !== undefined) {
        request.onDamaged(id, error);
        continue;
      }
      // Removed since it was listed, and not requested by name.
      if (error.code !== "session_unknown" || request.sessions !== undefined) throw error;
    }
  }
  const current = (await backend.readText(KEYS.current))?.trim();
  const ids = new Set(sessions.map(({ id }) => id));
  for (const key of await repositoryKeys(backend, carrier)) {
    const content = contentOf(key, carrier);
    if (content === null || content.kind === "secret" && request.includeSecrets !== true) continue;
    if (key === KEYS.current && !ids.has(current ?? "")) continue;
    const removed = removedSession(key);
    if (removed !== null && request.sessions !== undefined && !ids.has(removed)) continue;
    // It names all sessions, and a chain cannot be divided.
    if (isRepositoryLog(key) && request.sessions !== undefined) continue;
    files.push(...await collectBlob(backend, key, looking));
  }
  files.sort((left, right) => left.name < right.name ? -1 : 1);
  return { sessions, files };
}

/** Names of all that a carrier may take and that is not of a session. */
async function repositoryKeys(
  backend: StorageBackend,
  carrier: Carrier,
): Promise<readonly string[]> {
  const { files, folders } = repositoryPlaces(carrier);
  const listed: string[] = [...files];
  for (const folder of folders) listed.push(...await backend.listBlobs(folder));
  return listed;
}

/** Looks at one session. */
export async function collectSession(
  backend: StorageBackend,
  id: string,
  looking: Looking = { carrier: "snapshot", left: KEEP_BYTES, done: 0 },
): Promise<{ readonly session: ManifestSession; readonly files: readonly CollectedFile[] }> {
  const journal = new JournalScan();
  const { lines } = await journalEnd(backend, id);
  if (lines === undefined && await hasLongLine(backend, id)) throw damaged(id);
  const files = [
    await collectFile(journalName(id), () => backend.journalPieces(id, lines), {
      looking,
      fixed: true,
      look: (piece) => journal.look(piece),
    }),
  ];
  for (const key of await backend.listBlobs(`sessions/${id}/`)) {
    if (contentOf(key, looking.carrier) === null) continue;
    files.push(...await collectBlob(backend, key, looking));
  }
  return { session: describe(id, journal, await metaOf(files, id)), files };
}

/** Whether an untrusted journal has a line that is too long to read into memory. */
async function hasLongLine(backend: StorageBackend, id: string): Promise<boolean> {
  let lines = 0;
  let isLong = false;
  await backend.visitJournal(id, {
    line(line) {
      lines += 1;
      isLong = typeof line !== "string" && (lines > 1 || "reason" in readLongLine(line));
      return !isLong;
    },
  });
  return isLong;
}

/** Looks at a blob; there is none when it was removed meanwhile, or is larger than its kind may be. */
async function collectBlob(
  backend: StorageBackend,
  key: string,
  looking: Looking,
): Promise<readonly CollectedFile[]> {
  const entry = meaningOf(key)?.entry;
  if (entry === undefined) return [];
  const lines = entry.kind === "lines" || entry.kind === "journal";
  // An incomplete append is not a line.
  const open = () => lines ? wholeLines(backend.blobPieces(key)) : backend.blobPieces(key);
  const fixed = lines || entry.kind === "file" || key.endsWith("/workflow.yaml");
  try {
    return [await collectFile(key, open, { looking, fixed, limit: entry.limit })];
  } catch (error) {
    const isLeftOut = error instanceof TooLarge || error instanceof OrchestratorError &&
        (error.code === "file_unknown" || error.code === "limit_exceeded");
    if (!isLeftOut) throw error;
    return [];
  }
}

/** A file has more bytes than its kind may have: it is not what its name says. */
class TooLarge extends Error {}

/**
 * Hashes a file, and keeps it while the budget lasts.
 * @param how.fixed whether what was read once can be read again.
 * @param how.limit most bytes it may have. Default: any.
 * @param how.look is shown each piece.
 */
async function collectFile(
  name: string,
  open: () => Bytes,
  how: {
    readonly looking: Looking;
    readonly fixed: boolean;
    readonly limit?: number;
    readonly look?: (piece: Uint8Array) => void;
  },
): Promise<CollectedFile> {
  const { looking, fixed, look, limit = Infinity } = how;
  const most = Math.max(looking.left, fixed ? 0 : ALWAYS_KEPT);
  const hash = runningSha256();
  let size = 0;
  let parts: Uint8Array[] = [];
  for await (const piece of open()) {
    hash.update(piece);
    look?.(piece);
    size += piece.length;
    if (size > limit) throw new TooLarge();
    looking.onLook?.(looking.done += piece.length);
    if (size <= most) parts.push(piece.slice());
    else parts = [];
  }
  const file = { name, size, sha256: hash.hex() };
  if (size > most) return withRead({ ...file, pieces: () => readAgain(open, file) });
  looking.left -= size;
  return keptFile(file, joinBytes(parts));
}

// Outside, so that what it closes over is only this.
function keptFile(file: ManifestFile, data: Uint8Array): CollectedFile {
  return withRead({
    ...file,
    async *pieces() {
      yield await Promise.resolve(data);
    },
  });
}

function withRead(file: Omit<CollectedFile, "read">): CollectedFile {
  return {
    ...file,
    async read() {
      const parts: Uint8Array[] = [];
      for await (const piece of file.pieces()) parts.push(piece.slice());
      return joinBytes(parts);
    },
  };
}

/** The same bytes once more, of what may have grown. @throws `state_moved` */
async function* readAgain(open: () => Bytes, { name, size, sha256 }: ManifestFile): Bytes {
  const hash = runningSha256();
  let left = size;
  try {
    for await (const piece of open()) {
      const part = piece.subarray(0, left);
      hash.update(part);
      left -= part.length;
      yield part;
      if (left === 0) break;
    }
  } catch (error) {
    const code = error instanceof OrchestratorError ? error.code : null;
    if (code === "session_unknown" || code === "file_unknown") throw moved(name);
    throw error;
  }
  if (left > 0 || hash.hex() !== sha256) throw moved(name);
}

/** Lines as the bytes of a journal. */
export function encodeLines(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.length === 0 ? "" : lines.join("\n") + "\n");
}

/** The error for a file that changed during the export. */
function moved(name: string): OrchestratorError {
  return new OrchestratorError(
    "state_moved",
    `Cannot export "${name}": it was changed or removed during the export`,
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
    const text = new TextDecoder().decode(await file.read());
    if (isNestedDeeper(text, DEPTH_LIMIT)) return {};
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** The end of a journal, from its first and last line; the chain is verified on import. */
function describe(
  id: string,
  journal: JournalScan,
  meta: Readonly<Record<string, unknown>>,
): ManifestSession {
  const first = data(journal.first);
  const last = data(new TextDecoder().decode(journal.last));
  const lineage = first?.["data"]["lineage"];
  if (typeof lineage !== "string" || last?.seq !== journal.count) {
    throw damaged(id);
  }
  const { name, task } = { ...first?.["data"], ...meta };
  return {
    id,
    name: typeof name === "string" ? name : null,
    task: typeof task === "string" ? task : "",
    lineage,
    seq: journal.count,
    hash: journal.hash,
  };
}

function damaged(id: string): OrchestratorError {
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot export session "${id}": its journal is damaged`,
    { hint: `Run \`orchestrator log verify --session ${id}\``, details: { session: id } },
  );
}

function data(line: string): {
  readonly seq: unknown;
  readonly data: Readonly<Record<string, unknown>>;
} | null {
  if (isNestedDeeper(line, DEPTH_LIMIT)) return null;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== "object" || value === null || !("data" in value)) return null;
    if (typeof value.data !== "object" || value.data === null) return null;
    const seq = "seq" in value ? value.seq : undefined;
    return { seq, data: value.data as Readonly<Record<string, unknown>> };
  } catch {
    return null;
  }
}
