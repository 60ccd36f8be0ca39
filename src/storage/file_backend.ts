/**
 * Sessions kept as files below `.orchestrator/` (the layout of `src/README.md`, "On disk").
 *
 * A journal is `sessions/<id>/log.jsonl`; a blob is the file of its key; a hold is a kernel lock on
 * `lock` or `sessions/<id>/lock`. A session is published by renaming a finished staging folder, and
 * disappears by renaming it away, so nobody ever sees half of one.
 * @module
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { appendAndSync, fileStamp } from "../platform/append_file.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { acquireLock, isHeld, readHolder } from "../platform/file_lock.ts";
import { randomBase32 } from "../platform/random.ts";
import type {
  HolderInfo,
  HoldRequest,
  HoldScope,
  JournalHead,
  JournalRead,
  NewSession,
  StorageBackend,
} from "./backend.ts";
import { checkKey, checkSessionId, SESSION_ID } from "./keys.ts";

const JOURNAL = "log.jsonl";
const LOCK = "lock";
/** Folders being built; swept by the next creation. */
const STAGING = ".staging-";
/** Folders being taken away; swept likewise. */
const REMOVED = ".removed-";
const NEWLINE = 0x0a;

/** The file system implementation of the storage contract. */
export class FileBackend implements StorageBackend {
  readonly kind = "files";
  readonly #directory: string;

  /** @param directory absolute path of the state directory; it need not exist yet. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  sessions(): Promise<readonly string[]> {
    return settle(() => {
      const names = readNames(join(this.#directory, "sessions"));
      return names.filter((name) =>
        SESSION_ID.test(name) && existsSync(join(this.#directory, "sessions", name, JOURNAL))
      );
    });
  }

  hasSession(id: string): Promise<boolean> {
    return settle(() => SESSION_ID.test(id) && existsSync(this.#journal(id)));
  }

  createSession(id: string, content: NewSession): Promise<{ readonly mark: string }> {
    return settle(() => {
      const target = this.#session(id);
      const parent = dirname(target);
      if (existsSync(target)) {
        throw new OrchestratorError("already_exists", `Cannot create session "${id}": it exists`);
      }
      makeDirectory(parent);
      this.#sweep(parent);
      const staging = join(parent, `${STAGING}${id}-${randomBase32(30)}`);
      try {
        mkdirSync(staging);
        for (const [name, data] of Object.entries(content.blobs)) {
          const path = join(staging, name);
          makeDirectory(dirname(path));
          writeNew(path, data);
        }
        writeNew(join(staging, JOURNAL), content.lines.map((line) => line + "\n").join(""));
        writeNew(join(staging, LOCK), "");
        syncDirectory(staging);
        renameSync(staging, target);
      } catch (error) {
        rmSync(staging, { recursive: true, force: true });
        throw ioError("create", target, error);
      }
      syncDirectory(parent);
      return { mark: markOf(this.#journal(id)) };
    });
  }

  removeSession(id: string): Promise<void> {
    return settle(() => {
      const target = this.#session(id);
      const parent = dirname(target);
      const away = join(parent, `${REMOVED}${id}-${randomBase32(30)}`);
      try {
        renameSync(target, away);
      } catch (error) {
        if (systemErrorCode(error) === "ENOENT") return;
        throw ioError("remove", target, error);
      }
      syncDirectory(parent);
      try {
        rmSync(away, { recursive: true, force: true });
      } catch {
        // Gone for everyone already; what could not be deleted is swept by the next creation.
      }
    });
  }

  readJournal(id: string, after?: JournalHead): Promise<JournalRead> {
    return settle((): JournalRead => {
      const path = this.#journal(id);
      if (after !== undefined && after.mark !== "" && statMark(path) === after.mark) {
        return { unchanged: true };
      }
      // The mark is taken before the content: an append in between makes it stale, never wrong.
      const stamp = fileStamp(path);
      const bytes = this.#readJournalBytes(id);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      const text = decode(end === bytes.length ? bytes : bytes.subarray(0, end));
      const lines = text.split("\n");
      lines.pop();
      const intact = stamp !== null && stamp.size === bytes.length;
      return {
        unchanged: false,
        lines,
        mark: formatMark(end, intact && end === bytes.length ? stamp.stamp : ""),
        tornBytes: bytes.length - end,
      };
    });
  }

  readFrom(id: string, fromSeq: number): Promise<readonly string[]> {
    return settle(() => {
      const bytes = this.#readJournalBytes(id);
      let start = 0;
      for (let seq = 1; seq < fromSeq; seq++) {
        const end = bytes.indexOf(NEWLINE, start);
        if (end < 0) return [];
        start = end + 1;
      }
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end <= start) return [];
      return decode(bytes.subarray(start, end - 1)).split("\n");
    });
  }

  append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
  ): Promise<{ readonly mark: string }> {
    return settle(() => {
      const path = this.#journal(id);
      const offset = parseMark(after.mark)?.offset;
      if (offset === undefined) throw new TypeError(`unusable mark "${after.mark}"`);
      const stamp = fileStamp(path);
      if (stamp === null) throw unknownSession(id);
      if (stamp.size < offset || (stamp.size > offset && hasLineBehind(path, offset))) {
        throw new OrchestratorError(
          "state_moved",
          `Cannot append to session "${id}": its journal moved on`,
          { hint: "Run the command again" },
        );
      }
      const data = lines.map((line) => line + "\n").join("");
      const written = appendAndSync(path, data, { at: offset });
      return { mark: formatMark(written.size, written.stamp) };
    });
  }

  readBlob(key: string): Promise<Uint8Array | null> {
    return settle(() => this.#readFile(key));
  }

  readText(key: string): Promise<string | null> {
    return settle(() => {
      try {
        return readFileSync(this.#path(key), "utf8");
      } catch (error) {
        if (isAbsent(error)) return null;
        throw ioError("read", this.#path(key), error);
      }
    });
  }

  writeBlob(
    key: string,
    data: string | Uint8Array,
    options: { readonly durable?: boolean } = {},
  ): Promise<void> {
    return settle(() => {
      const path = this.#path(key);
      try {
        replaceFile(path, data, { durable: options.durable ?? true });
      } catch (error) {
        if (!isAbsent(error) && !(error instanceof OrchestratorError && isAbsent(error.cause))) {
          throw error;
        }
        makeDirectory(dirname(path));
        replaceFile(path, data, { durable: options.durable ?? true });
      }
    });
  }

  appendLine(key: string, line: string): Promise<void> {
    return settle(() => {
      const path = this.#path(key);
      if (!existsSync(path)) {
        makeDirectory(dirname(path));
        try {
          writeNew(path, "");
        } catch (error) {
          throw ioError("create", path, error);
        }
        syncDirectory(dirname(path));
      }
      const bytes = readFileSync(path);
      appendAndSync(path, line + "\n", { at: bytes.lastIndexOf(NEWLINE) + 1 });
    });
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
          if (entry.isDirectory()) walk(join(directory, entry.name), `${base}${entry.name}/`);
          else if (entry.isFile() && !entry.name.startsWith(".tmp-")) keys.push(base + entry.name);
        }
      };
      walk(this.#path(prefix.slice(0, -1)), prefix);
      return keys.sort();
    });
  }

  async hold<Result>(
    scope: HoldScope,
    request: HoldRequest,
    task: () => Promise<Result>,
  ): Promise<Result> {
    const path = this.#lock(scope);
    if (scope === "repository") makeDirectory(this.#directory);
    let lock;
    try {
      lock = await acquireLock(path, {
        holder: { operation: request.operation, actor: request.actor },
        timeoutMs: request.timeoutMs,
      });
    } catch (error) {
      if (scope !== "repository" && isAbsent(error)) throw unknownSession(scope.session);
      throw ioError("lock", path, error);
    }
    try {
      // Whoever wrote temporary files here is gone: we hold the lock they worked under.
      removeTemporaries(dirname(path));
      return await task();
    } finally {
      lock.release();
    }
  }

  holder(scope: HoldScope): Promise<HolderInfo | null> {
    return settle(() => {
      const path = this.#lock(scope);
      return isHeld(path) ? readHolder(path) : null;
    });
  }

  /** Removes what creations and removals that died have left. The repository is held. */
  #sweep(parent: string): void {
    for (const name of readNames(parent)) {
      if (name.startsWith(STAGING) || name.startsWith(REMOVED)) {
        rmSync(join(parent, name), { recursive: true, force: true });
      }
    }
  }

  #readJournalBytes(id: string): Uint8Array {
    try {
      return readFileSync(this.#journal(id));
    } catch (error) {
      if (isAbsent(error)) throw unknownSession(id);
      throw ioError("read", this.#journal(id), error);
    }
  }

  #readFile(key: string): Uint8Array | null {
    try {
      return readFileSync(this.#path(key));
    } catch (error) {
      if (isAbsent(error)) return null;
      throw ioError("read", this.#path(key), error);
    }
  }

  #path(key: string): string {
    return join(this.#directory, checkKey(key));
  }

  #session(id: string): string {
    return join(this.#directory, "sessions", checkSessionId(id));
  }

  #journal(id: string): string {
    return join(this.#session(id), JOURNAL);
  }

  #lock(scope: HoldScope): string {
    return scope === "repository"
      ? join(this.#directory, LOCK)
      : join(this.#session(scope.session), LOCK);
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

function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function unknownSession(id: string): OrchestratorError {
  return new OrchestratorError("session_unknown", `Cannot find session "${id}": there is none`, {
    hint: "orchestrator session list",
  });
}

function readNames(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError("read", directory, error);
  }
}

function makeDirectory(directory: string): void {
  try {
    const first = mkdirSync(directory, { recursive: true });
    if (first !== undefined) syncDirectory(dirname(first));
  } catch (error) {
    throw ioError("create", directory, error);
  }
}

/** Writes a file that must not exist yet, and makes it durable. */
function writeNew(path: string, data: string | Uint8Array): void {
  const descriptor = openSync(path, "wx");
  try {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    let done = 0;
    while (done < bytes.length) done += writeSync(descriptor, bytes, done);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function hasLineBehind(path: string, offset: number): boolean {
  return readFileSync(path).subarray(offset).includes(NEWLINE);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/**
 * A mark is `<offset>:<mtime in ns>`: the journal is untouched while its size is the offset and its
 * time of change is the one we left. Copies and checkouts lose the time and are read in full.
 */
function formatMark(offset: number, stamp: string): string {
  return `${offset}:${stamp}`;
}

function parseMark(mark: string): { readonly offset: number; readonly stamp: string } | null {
  const match = /^(\d+):(\d*)$/.exec(mark);
  if (match === null) return null;
  return { offset: Number(match[1]), stamp: match[2] ?? "" };
}

function statMark(path: string): string | null {
  const stamp = fileStamp(path);
  return stamp === null ? null : formatMark(stamp.size, stamp.stamp);
}

function markOf(path: string): string {
  return statMark(path) ?? "";
}
