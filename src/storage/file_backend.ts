/**
 * Sessions kept as files below `.orchestrator/` (the layout of `src/README.md`, "On disk").
 *
 * A journal is `sessions/<id>/log.jsonl`; a blob is the file of its key; a hold is a kernel lock on
 * `lock` or `sessions/<id>/lock`.
 * @module
 */
import { readdirSync, readFileSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { appendAndSync } from "../platform/append_file.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { pathExists } from "../platform/path_exists.ts";
import type {
  HolderInfo,
  HoldRequest,
  HoldScope,
  JournalHead,
  JournalRead,
  NewSession,
  StorageBackend,
} from "./backend.ts";
import { appendToJournal, readJournalFile, readLinesFrom } from "./journal_file.ts";
import {
  checkKey,
  checkLines,
  checkPrefix,
  checkSessionId,
  isReserved,
  JOURNAL,
  LOCK,
  SESSION_ID,
  sessionOf,
  unknownSession,
} from "./keys.ts";

const NEWLINE = 0x0a;

/** A folder beside the blobs that is guarded by the repository's lock: what is left in it is secret. */
const SECRETS = "secrets";

/** The file system implementation of the storage contract. */
export class FileBackend implements StorageBackend {
  readonly kind = "files";
  readonly #directory: string;
  /** Sessions that were removed, until whoever held them lets go. */
  readonly #takenAway = new Set<string>();

  /** @param directory absolute path of the state directory; it need not exist yet. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  sessions(): Promise<readonly string[]> {
    return settle(() =>
      readNames(this.#sessions()).filter((name) =>
        SESSION_ID.test(name) && mayExist(join(this.#sessions(), name, JOURNAL))
      )
    );
  }

  hasSession(id: string): Promise<boolean> {
    return settle(() => SESSION_ID.test(id) && pathExists(this.#journal(id)));
  }

  async createSession(id: string, content: NewSession): Promise<{ readonly mark: string }> {
    checkSessionId(id);
    if ("length" in content.lines) checkLines(content.lines);
    const checked: NewSession = {
      lines: content.lines,
      blobs: checkNames(id, content.blobs),
      derived: (mark) => checkNames(id, content.derived?.(mark) ?? {}),
    };
    const { publishSession } = await import("./session_folders.ts");
    return { mark: publishSession(this.#sessions(), id, checked) };
  }

  async removeSession(id: string): Promise<void> {
    checkSessionId(id);
    const { takeSessionAway } = await import("./session_folders.ts");
    takeSessionAway(this.#sessions(), id);
    this.#takenAway.add(id);
  }

  readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    return settle(() => present(id, readJournalFile(this.#journal(id), after)));
  }

  async *journalPieces(id: string): AsyncIterable<Uint8Array> {
    const path = this.#journal(id);
    const { filePieces, journalLines } = await import("./pieces.ts");
    try {
      yield* journalLines(filePieces(path));
    } catch (error) {
      if (error instanceof OrchestratorError && error.code === "file_unknown") {
        throw unknownSession(id);
      }
      throw error;
    }
  }

  readFrom(id: string, fromSeq: number): Promise<readonly string[]> {
    return settle(() => present(id, readLinesFrom(this.#journal(id), fromSeq)));
  }

  append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
  ): Promise<{ readonly mark: string }> {
    return settle(() => {
      checkLines(lines);
      return { mark: present(id, appendToJournal(this.#journal(id), after, lines)) };
    });
  }

  readBlob(key: string): Promise<Uint8Array | null> {
    return settle(() => this.#read(key, (path) => readFileSync(path)));
  }

  async *blobPieces(key: string): AsyncIterable<Uint8Array> {
    const path = this.#path(key);
    const { filePieces } = await import("./pieces.ts");
    yield* filePieces(path);
  }

  readText(key: string): Promise<string | null> {
    return settle(() => this.#read(key, (path) => readFileSync(path, "utf8")));
  }

  async writeBlob(
    key: string,
    data: string | Uint8Array,
    options: { readonly durable?: boolean } = {},
  ): Promise<void> {
    const path = this.#path(key);
    const directory = await this.#directoryFor(key, path);
    // A hold sweeps its own directory; what a killed writer left further down is swept here.
    if (directory !== this.#directory && !isSessionDirectory(key)) removeTemporaries(directory);
    replaceFile(path, data, { durable: options.durable ?? true });
  }

  async appendLine(key: string, line: string): Promise<void> {
    checkLines([line]);
    const path = this.#path(key);
    const directory = await this.#directoryFor(key, path);
    if (!pathExists(path)) {
      removeTemporaries(directory);
      return replaceFile(path, line + "\n");
    }
    let at: number;
    try {
      at = readFileSync(path).lastIndexOf(NEWLINE) + 1;
    } catch (error) {
      throw ioError("read", path, error);
    }
    appendAndSync(path, line + "\n", { at });
  }

  removeBlob(key: string): Promise<void> {
    return settle(() => {
      const path = this.#path(key);
      try {
        unlinkSync(path);
      } catch (error) {
        if (isAbsent(error)) return;
        throw ioError("remove", path, error);
      }
      syncDirectory(dirname(path));
    });
  }

  listBlobs(prefix: string): Promise<readonly string[]> {
    return settle(() => {
      const keys: string[] = [];
      const walk = (directory: string, base: string): void => {
        let entries;
        try {
          entries = readdirSync(directory, { withFileTypes: true });
        } catch (error) {
          if (isAbsent(error)) return;
          throw ioError("read", directory, error);
        }
        for (const entry of entries) {
          const key = base + entry.name;
          if (isReserved(key)) continue;
          if (entry.isDirectory()) walk(join(directory, entry.name), `${key}/`);
          else if (entry.isFile()) keys.push(key);
        }
      };
      walk(join(this.#directory, checkPrefix(prefix)), prefix);
      return keys.sort();
    });
  }

  async hold<Result>(
    scope: HoldScope,
    request: HoldRequest,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const path = this.#lock(scope);
    if (scope === "repository") await makeDirectory(this.#directory);
    else this.#require(scope.session);
    let lock;
    try {
      const { acquireLock } = await import("../platform/file_lock.ts");
      lock = await acquireLock(path, {
        holder: { operation: request.operation, actor: request.actor },
        timeoutMs: request.timeoutMs,
      });
    } catch (error) {
      if (scope !== "repository" && isAbsent(error)) throw unknownSession(scope.session);
      throw ioError("lock", path, error);
    }
    try {
      // It may have been removed while we waited.
      if (scope !== "repository") this.#require(scope.session);
      // Whoever wrote temporary files here is gone: we hold the lock they worked under.
      removeTemporaries(dirname(path));
      if (scope === "repository") sweepSecrets(join(dirname(path), SECRETS));
      return await task();
    } finally {
      lock.release();
      if (scope !== "repository" && this.#takenAway.delete(scope.session)) {
        const { clearAway } = await import("./session_folders.ts");
        clearAway(this.#sessions(), scope.session);
      }
    }
  }

  async holder(scope: HoldScope): Promise<HolderInfo | null> {
    const { isHeld, readHolder } = await import("../platform/file_lock.ts");
    const path = this.#lock(scope);
    try {
      return isHeld(path) ? readHolder(path) : null;
    } catch {
      // A lock of another user's, or a system without locks: nobody can tell.
      return null;
    }
  }

  #read<Content>(key: string, read: (path: string) => Content): Content | null {
    const path = this.#path(key);
    try {
      return read(path);
    } catch (error) {
      if (isAbsent(error)) return null;
      throw ioError("read", path, error);
    }
  }

  /** The directory of a blob that is about to be written, made when it is not there. */
  async #directoryFor(key: string, path: string): Promise<string> {
    const session = sessionOf(key);
    if (session !== null) this.#require(session);
    const directory = dirname(path);
    await makeDirectory(directory);
    return directory;
  }

  #require(id: string): void {
    if (!pathExists(this.#journal(id))) throw unknownSession(id);
  }

  #path(key: string): string {
    return join(this.#directory, checkKey(key));
  }

  #sessions(): string {
    return join(this.#directory, "sessions");
  }

  #journal(id: string): string {
    return join(this.#sessions(), checkSessionId(id), JOURNAL);
  }

  #lock(scope: HoldScope): string {
    return scope === "repository"
      ? join(this.#directory, LOCK)
      : join(this.#sessions(), checkSessionId(scope.session), LOCK);
  }
}

/** The same among the secrets; those of another user are theirs to sweep. */
function sweepSecrets(directory: string): void {
  try {
    removeTemporaries(directory);
  } catch (error) {
    const forbidden = error instanceof OrchestratorError && error.details?.["system"] === "EACCES";
    if (!forbidden) throw error;
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

/** A session that the system cannot look at is listed: whoever reads it says what is wrong. */
function mayExist(path: string): boolean {
  try {
    return pathExists(path);
  } catch {
    return true;
  }
}

async function makeDirectory(directory: string): Promise<void> {
  const stat = statOf(directory);
  if (stat?.isDirectory()) return;
  if (stat !== undefined) {
    throw new OrchestratorError(
      "already_exists",
      `Cannot create "${directory}": something that is not a directory has this name`,
      { hint: "Rename it, then run the command again" },
    );
  }
  const { makeDirectory } = await import("./session_folders.ts");
  makeDirectory(directory);
}

function statOf(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw ioError("read", path, error);
  }
}

function readNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError("read", directory, error);
  }
}

function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function present<Value>(id: string, value: Value | null): Value {
  if (value === null) throw unknownSession(id);
  return value;
}

function checkNames(
  id: string,
  blobs: Readonly<Record<string, string | Uint8Array>>,
): Readonly<Record<string, string | Uint8Array>> {
  for (const name of Object.keys(blobs)) checkKey(`sessions/${id}/${name}`);
  return blobs;
}

/** Whether a key lies in a session's folder itself, not further down. */
function isSessionDirectory(key: string): boolean {
  return key.startsWith("sessions/") && key.split("/").length === 3;
}
