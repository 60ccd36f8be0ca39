/**
 * Sessions stored as files in `.orchestrator/` (see `docs/design/on-disk-format.md`).
 *
 * A journal is `sessions/<id>/log.jsonl`; a blob is the file with the name of its key; a lock is a
 * kernel lock on `lock` or `sessions/<id>/lock`.
 * @module
 */
import { dirname, join } from "node:path";
import { isAbsent } from "../errors.ts";
import { ioError, removeTemporaries, replaceFile } from "../platform/atomic_file.ts";
import { pathExists } from "../platform/path.ts";
import { lookWithin, namesWithin, readTextWithin, readWithin } from "../platform/within.ts";
import { readLimit } from "../state_layout/limits.ts";
import { CURRENT_BESIDE_OLD, FOLDERS, KEYS, OLD_SESSION_ID } from "../state_layout/names.ts";
import type {
  AppendOptions,
  JournalHead,
  JournalRead,
  JournalVisit,
  JournalVisitor,
  LockRequest,
  LockScope,
  LockState,
  NewSession,
  StorageBackend,
} from "./backend.ts";
import { isUnchanged, type JournalFile, offsetOf } from "./journal_etag.ts";
import {
  checkJournalLines,
  checkKey,
  checkLines,
  checkPrefix,
  checkSessionId,
  JOURNAL,
  LOCK,
  REPLACING,
  SESSION_ID,
  sessionOf,
  unknownSession,
} from "./keys.ts";

/** The file system implementation of the storage contract. */
export class FileBackend implements StorageBackend {
  readonly kind = "files";
  readonly #directory: string;
  /** Stands before what each linked worktree has for itself; empty in the main checkout. */
  readonly #own: string;
  readonly #replaced: ((id: string) => Promise<void>) | undefined;
  /** Removed sessions whose lock is still held. */
  readonly #takenAway = new Set<string>();

  /**
   * @param directory absolute path of the state directory; it need not exist yet.
   * @param worktree the linked worktree of this process: `current` and bindings are its own.
   * @param replaced called before a session is replaced or removed.
   */
  constructor(directory: string, worktree?: string, replaced?: (id: string) => Promise<void>) {
    this.#directory = directory;
    this.#replaced = replaced;
    this.#own = worktree === undefined ? "" : `${FOLDERS.checkouts}/${worktree}/`;
  }

  sessions(): Promise<readonly string[]> {
    return settle(() => {
      const ids = new Set<string>();
      for (const name of namesWithin(this.#directory, this.#sessions())) {
        const id = name.startsWith(REPLACING) ? name.slice(REPLACING.length) : name;
        if (SESSION_ID.test(id) && mayExist(join(this.#sessions(), name, JOURNAL))) ids.add(id);
      }
      return [...ids];
    });
  }

  hasSession(id: string): Promise<boolean> {
    return settle(() => SESSION_ID.test(id) && pathExists(this.#journal(id)));
  }

  async createSession(id: string, content: NewSession): Promise<{ readonly etag: string }> {
    const { checkContent } = await import("./file_writes.ts");
    const checked = checkContent(id, content);
    const { finishReplacements } = await import("./session_replacement.ts");
    await finishReplacements(this.#sessions(), this);
    const { publishSession } = await import("./session_folders.ts");
    return { etag: publishSession(this.#sessions(), id, checked) };
  }

  async replaceSession(id: string, content: NewSession): Promise<{ readonly etag: string }> {
    const { checkContent } = await import("./file_writes.ts");
    const checked = checkContent(id, content);
    this.#require(id);
    await this.#finishReplacement(id);
    await this.#replaced?.(id);
    const { replaceFolder } = await import("./session_replacement.ts");
    return { etag: replaceFolder(this.#sessions(), id, checked) };
  }

  async removeSession(id: string): Promise<void> {
    await this.#finishReplacement(checkSessionId(id));
    await this.#replaced?.(id);
    const { takeSessionAway } = await import("./session_folders.ts");
    takeSessionAway(this.#sessions(), id);
    this.#takenAway.add(id);
  }

  isUnchanged(id: string, head: JournalHead): Promise<boolean> {
    return settle(() => this.#readOf(id, (file) => isUnchanged(file, head)));
  }

  async lastLine(id: string, head: JournalHead, atLeast: number): Promise<string | null> {
    // A short journal is not even opened.
    if ((offsetOf(head.etag) ?? 0) < atLeast) return null;
    const { readLastLine } = await import("./last_line.ts");
    // In brackets: null says that there is no such journal.
    return this.#readOf(id, (file) => readLastLine(file, head))[0];
  }

  async readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    if (after !== undefined && await this.isUnchanged(id, after)) return { unchanged: true };
    const { readJournalFile } = await import("./journal_file.ts");
    return this.#readOf(id, readJournalFile);
  }

  async *journalPieces(id: string, lines?: number): AsyncIterable<Uint8Array> {
    const { journalFilePieces } = await import("./pieces.ts");
    yield* journalFilePieces(() => this.#journal(id), this.#directory, id, lines);
  }

  async visitJournal(id: string, visitor: JournalVisitor): Promise<JournalVisit> {
    const { visitJournalFile } = await import("./journal_file.ts");
    return this.#readOf(id, (file) => visitJournalFile(file, visitor));
  }

  async append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
    options?: AppendOptions,
  ): Promise<{ readonly etag: string }> {
    checkJournalLines(lines);
    const { appendToJournal } = await import("./journal_append.ts");
    const etag = await appendToJournal(this.#journalFile(id), after, lines, options);
    if (etag === null) throw unknownSession(id);
    return { etag };
  }

  async rewriteLineEnds(
    id: string,
    after: JournalHead,
    options?: AppendOptions,
  ): Promise<{ readonly etag: string }> {
    const { rewriteJournal } = await import("./journal_append.ts");
    const etag = await rewriteJournal(this.#journalFile(id), after, options);
    if (etag === null) throw unknownSession(id);
    return { etag };
  }

  readBlob(key: string): Promise<Uint8Array | null> {
    const limit = readLimit(key);
    return settle(() => this.#read(key, (path) => readWithin(this.#directory, path, limit)));
  }

  async *blobPieces(key: string): AsyncIterable<Uint8Array> {
    const { filePieces } = await import("./pieces.ts");
    yield* filePieces(() => this.#path(key), this.#directory, readLimit(key));
  }

  readText(key: string): Promise<string | null> {
    const limit = readLimit(key);
    return settle(() => this.#read(key, (path) => readTextWithin(this.#directory, path, limit)));
  }

  async writeBlob(
    key: string,
    data: string | Uint8Array,
    options: { readonly durable?: boolean } = {},
  ): Promise<void> {
    const path = this.#path(key, true);
    const directory = await this.#directoryFor(key, path);
    // A lock cleans up its own directory; leftovers of killed writers in subfolders are removed
    // here.
    const within = this.#directory;
    if (directory !== within && !isSessionDirectory(key)) removeTemporaries(directory, within);
    replaceFile(path, data, { within, durable: options.durable ?? true });
  }

  async appendLine(key: string, line: string): Promise<void> {
    checkLines([line]);
    const path = this.#path(key);
    await this.#directoryFor(key, path);
    const { appendLineTo } = await import("./file_writes.ts");
    appendLineTo({ path, within: this.#directory, limit: readLimit(key) }, line);
  }

  async removeBlob(key: string): Promise<void> {
    const path = this.#path(key, true);
    const { removeBlobFile } = await import("./file_writes.ts");
    removeBlobFile(path, this.#directory);
  }

  async listBlobs(prefix: string): Promise<readonly string[]> {
    const folder = checkPrefix(prefix);
    if (folder !== FOLDERS.sessions) {
      const { listFiles } = await import("./list_files.ts");
      return listFiles(() => this.#path(folder), prefix, this.#directory);
    }
    const keys: string[] = [];
    for (const id of await this.sessions()) keys.push(...await this.listBlobs(`${prefix}${id}/`));
    return keys.sort();
  }

  async withLock<Result>(
    scope: LockScope,
    request: LockRequest,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const path = this.#lock(scope);
    if (scope !== "repository") this.#require(scope.session);
    // Of a session that is being replaced, the new copy may be all that there is.
    if (scope === "repository" || this.#isReplaced(scope.session)) {
      await makeDirectory(dirname(path), this.#directory);
    }
    let lock;
    try {
      const { acquireLock } = await import("../platform/file_lock.ts");
      lock = await acquireLock(path, {
        holder: { operation: request.operation, actor: request.actor },
        timeoutMs: request.timeoutMs,
        within: this.#directory,
      });
    } catch (error) {
      if (scope !== "repository" && isAbsent(error)) throw unknownSession(scope.session);
      throw ioError("lock", path, error);
    }
    try {
      // It may have been removed while we waited.
      if (scope !== "repository") {
        this.#require(scope.session);
        await this.#finishReplacement(scope.session);
      }
      // The writer of temporary files here has ended: this process holds the lock that it needed.
      removeTemporaries(dirname(path), this.#directory);
      if (scope === "repository") (await import("./sweep.ts")).sweepFolders(this.#directory);
      return await task();
    } finally {
      lock.release();
      if (scope !== "repository" && this.#takenAway.delete(scope.session)) {
        const { removeRemains } = await import("./session_folders.ts");
        removeRemains(this.#sessions(), scope.session);
      }
    }
  }

  async holder(scope: LockScope): Promise<LockState> {
    const { lockState } = await import("../platform/file_lock.ts");
    const found = lockState(this.#lock(scope), this.#directory);
    return found.state === "held" ? { state: "held", by: found.holder } : found;
  }

  /** @param read returns null if there is no file. */
  #read<Content>(key: string, read: (path: string) => Content | null): Content | null {
    const path = this.#path(key);
    const content = read(path);
    // A replacement may have ended, or begun to count, in between.
    return content !== null || this.#path(key) === path ? content : this.#read(key, read);
  }

  /** Does something with a journal that answers null where there is none. */
  #readOf<Content>(id: string, read: (file: JournalFile) => Content | null): Content {
    const path = this.#journal(id);
    const content = read({ path, within: this.#directory });
    if (content !== null) return content;
    if (this.#journal(id) !== path) return this.#readOf(id, read);
    throw unknownSession(id);
  }

  /** Finishes a replacement that another process started. The session must be locked. */
  async #finishReplacement(id: string): Promise<void> {
    if (!this.#isReplaced(id)) return;
    const { finishReplacement, requireOwnReplacement } = await import("./session_replacement.ts");
    requireOwnReplacement(this.#sessions(), id);
    finishReplacement(this.#sessions(), id);
  }

  /** The directory of a blob to write, created if it does not exist. */
  async #directoryFor(key: string, path: string): Promise<string> {
    const session = sessionOf(key);
    if (session !== null) this.#require(session);
    const directory = dirname(path);
    await makeDirectory(directory, this.#directory);
    return directory;
  }

  #require(id: string): void {
    if (!pathExists(this.#journal(id))) throw unknownSession(id);
  }

  #path(key: string, changes = false): string {
    const [folder, id = "", ...names] = checkKey(key).split("/");
    if (folder === FOLDERS.sessions && SESSION_ID.test(id)) {
      return join(this.#folder(id), ...names);
    }
    const isOwn = folder === KEYS.current || folder === FOLDERS.bindings;
    const ofMain = folder === FOLDERS.checkouts && id === "-";
    const name = ofMain ? names.join("/") : isOwn ? this.#own + key : key;
    return join(this.#directory, name === KEYS.current ? this.#currentName(changes) : name);
  }

  /** The old tool's `current` is never written: then the current session is recorded beside it. */
  #currentName(changes: boolean): string {
    if (!changes && !pathExists(join(this.#directory, CURRENT_BESIDE_OLD))) return KEYS.current;
    const path = join(this.#directory, KEYS.current);
    const text = readTextWithin(this.#directory, path, readLimit(KEYS.current));
    return OLD_SESSION_ID.test(text?.trim() ?? "") ? CURRENT_BESIDE_OLD : KEYS.current;
  }

  /** Where a session is: while it is replaced and the new copy counts, in that. */
  #folder(id: string): string {
    return join(this.#sessions(), this.#isReplaced(checkSessionId(id)) ? REPLACING + id : id);
  }

  #isReplaced(id: string): boolean {
    return pathExists(join(this.#sessions(), REPLACING + id, JOURNAL));
  }

  #sessions(): string {
    return join(this.#directory, FOLDERS.sessions);
  }

  #journal(id: string): string {
    return join(this.#folder(id), JOURNAL);
  }

  #journalFile(id: string): JournalFile {
    return { path: this.#journal(id), within: this.#directory };
  }

  #lock(scope: LockScope): string {
    return scope === "repository"
      ? join(this.#directory, LOCK)
      : join(this.#sessions(), checkSessionId(scope.session), LOCK);
  }
}

/** Runs `task` at once; what it throws becomes the promise's rejection. */
function settle<Result>(task: () => Result): Promise<Result> {
  try {
    return Promise.resolve(task());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** A session that cannot be read is listed: reading it reports the error. */
function mayExist(path: string): boolean {
  try {
    return pathExists(path);
  } catch {
    return true;
  }
}

async function makeDirectory(directory: string, within: string): Promise<void> {
  if (lookWithin(within, directory, "create")?.isDirectory() === true) return;
  const { requireDirectory } = await import("./file_writes.ts");
  await requireDirectory(directory);
}

/** Whether a key is directly in a session's folder. */
function isSessionDirectory(key: string): boolean {
  return key.startsWith("sessions/") && key.split("/").length === 3;
}
