/**
 * Where a snapshot lies between its arrival and its publication: one file with the bytes of all its
 * files, in a folder of its own, and the plan beside it once everything is checked.
 *
 * ```
 * .orchestrator/.staging-import-<random>.lock    held while the import lives; made first, gone last
 * .orchestrator/.staging-import-<random>/
 *   content      the bytes of every file, one after the other
 *   plan.json    written last: from here on the next process finishes the import
 * ```
 * No name out of an archive ever becomes the name of a file here. A folder without a plan and
 * without a holder was left by a killed import, and is removed.
 * @module
 */
import { Buffer } from "node:buffer";
import {
  closeSync,
  existsSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { freeBytes } from "../platform/disk.ts";
import { type FileLock, tryLock } from "../platform/file_lock.ts";
import { runningSha256, sha256Hex } from "../platform/hash.ts";
import { parentOf } from "../platform/path.ts";
import { randomBase32 } from "../platform/random.ts";
import { removeTree } from "../platform/remove_tree.ts";
import { lookWithin, namesWithin, openWithin, readTextWithin } from "../platform/within.ts";
import { IMPORT_FOLDER } from "../project/paths.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { type Manifest, type ManifestFile, totalSize } from "./manifest.ts";
import type { Sink } from "./read.ts";
import { requireRoom } from "./room.ts";

const LOCK = ".lock";
const CONTENT = "content";
const PLAN = "plan.json";

/** A plan names each file of a snapshot once or twice. */
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/** Where in the content each file lies. */
export interface StagedFile extends ManifestFile {
  readonly offset: number;
}

/** Collects a snapshot's files on disk. Nothing is created until a manifest was accepted. */
export class Staging implements Sink, AsyncDisposable {
  readonly #parent: () => string;
  readonly #files = new Map<string, StagedFile>();
  #place: { readonly folder: string; readonly lock: FileLock | null } | undefined;
  #descriptor: number | undefined;
  #content: StagedContent | undefined;
  #settled: Promise<void> | undefined;
  #size = 0;

  /** @param parent gives an existing folder; called once it is needed. */
  constructor(parent: () => string) {
    this.#parent = parent;
  }

  get #folder(): string {
    if (this.#place === undefined) throw new TypeError("nothing was staged yet");
    return this.#place.folder;
  }

  get files(): ReadonlyMap<string, StagedFile> {
    return this.#files;
  }

  begin(manifest: Manifest): void {
    const parent = this.#parent();
    const folder = join(parent, `${IMPORT_FOLDER}${randomBase32(60)}`);
    lookWithin(parent, parent, "create");
    try {
      this.#place = { folder, lock: tryLock(folder + LOCK, { within: parent }) };
      mkdirSync(folder, { mode: PRIVATE.folder });
      this.#descriptor = openSync(join(folder, CONTENT), "wx+", PRIVATE.file);
    } catch (error) {
      throw ioError("create", folder, error);
    }
    requireRoom(totalSize(manifest.files), freeBytes(parent));
  }

  file(file: ManifestFile): void {
    this.#files.set(file.name, { ...file, offset: this.#size });
  }

  write(chunk: Uint8Array): void {
    const descriptor = this.#open();
    try {
      for (let written = 0; written < chunk.length;) {
        const count = writeSync(descriptor, chunk, written, chunk.length - written, this.#size);
        written += count;
        this.#size += count;
      }
    } catch (error) {
      throw ioError("write", join(this.#folder, CONTENT), error);
    }
  }

  /** What was staged, to be read. */
  get content(): StagedContent {
    return this.#content ??= new StagedContent(this.#open());
  }

  /** Stages something of our own behind what has arrived. */
  add(name: string, data: Uint8Array): StagedFile {
    const file = { name, size: data.length, sha256: sha256Hex(data), offset: this.#size };
    this.write(data);
    return file;
  }

  /** Begins to make durable what has arrived, while it is checked. */
  settle(): void {
    this.#settled = new Promise((resolve) => fsync(this.#open(), () => resolve()));
  }

  /** Makes the content durable, and the plan: from here on the import happens. */
  async commit(plan: string): Promise<void> {
    await this.#settled;
    try {
      // Data staged since, and the error if there was one.
      fsyncSync(this.#open());
    } catch (error) {
      throw ioError("write", join(this.#folder, CONTENT), error);
    }
    const within = parentOf(this.#folder);
    // Names too: a plan that is there without its content could never be carried out.
    syncDirectory(this.#folder);
    syncDirectory(within);
    replaceFile(join(this.#folder, PLAN), plan, { within, mode: PRIVATE.file });
  }

  /** The plan is carried out: nothing of it is needed any more. */
  finish(): void {
    removePlan(this.#folder);
  }

  #open(): number {
    if (this.#descriptor === undefined) throw new TypeError("the staging was closed");
    return this.#descriptor;
  }

  /** Closes it; the folder goes too, unless its plan was committed. */
  async [Symbol.asyncDispose](): Promise<void> {
    // The descriptor must not be reused while it is in use.
    await this.#settled;
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
    if (this.#place === undefined) return;
    const { folder, lock } = this.#place;
    if (!existsSync(join(folder, PLAN))) removeStaging(folder);
    lock?.release();
  }
}

/** How much of a journal is read at a time. */
const ROOM = 512 * 1024;

/** The bytes of staged files. Throws if they have changed since. */
export class StagedContent {
  readonly #descriptor: number;
  #room: Uint8Array | undefined;
  #compared = Buffer.alloc(0);

  /** @param descriptor the open content. */
  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** A whole file. @throws `state_corrupt` when it was altered. */
  read(file: StagedFile): Uint8Array {
    const bytes = this.range(file, 0, file.size);
    if (sha256Hex(bytes) !== file.sha256) throw altered(file);
    return bytes;
  }

  /** Bytes of a file from one offset up to another, unchecked. */
  range(file: StagedFile, from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(Math.max(0, to - from));
    for (let read = 0; read < bytes.length;) {
      read += this.#read(file, from + read, bytes.subarray(read));
    }
    return bytes;
  }

  /** Whether a file has these bytes at an offset. */
  has(file: StagedFile, from: number, bytes: Uint8Array): boolean {
    if (this.#compared.length < bytes.length) this.#compared = Buffer.alloc(bytes.length);
    const staged = this.#compared.subarray(0, bytes.length);
    for (let read = 0; read < bytes.length;) {
      read += this.#read(file, from + read, staged.subarray(read));
    }
    return staged.equals(bytes);
  }

  /**
   * A file in pieces of whole lines, each good until the next one is asked for.
   * @param options.fresh it was hashed on its way here a moment ago.
   * @throws `state_corrupt` at the end when it was altered.
   */
  *pieces(file: StagedFile, options: { readonly fresh?: boolean } = {}): Iterable<Uint8Array> {
    const hash = options.fresh === true ? null : runningSha256();
    let room = this.#room ?? new Uint8Array(ROOM);
    this.#room = undefined;
    let used = 0;
    for (let at = 0; at < file.size;) {
      if (used === room.length) {
        const larger = new Uint8Array(room.length * 2);
        larger.set(room);
        room = larger;
      }
      const most = Math.min(room.length, used + file.size - at);
      const count = this.#read(file, at, room.subarray(used, most));
      hash?.update(room.subarray(used, used + count));
      at += count;
      used += count;
      const end = at === file.size ? used : room.subarray(0, used).lastIndexOf(NEWLINE) + 1;
      if (end === 0) continue;
      yield room.subarray(0, end);
      room.copyWithin(0, end, used);
      used -= end;
    }
    if (room.length === ROOM) this.#room = room;
    if (hash !== null && hash.hex() !== file.sha256) throw altered(file);
  }

  #read(file: StagedFile, at: number, into: Uint8Array): number {
    let count: number;
    try {
      count = readSync(this.#descriptor, into, 0, into.length, file.offset + at);
    } catch (error) {
      throw ioError("read", file.name, error);
    }
    if (count === 0) throw altered(file);
    return count;
  }
}

const NEWLINE = 0x0a;

/** The error of a staged file that is not what was staged any more. */
export function altered({ name }: StagedFile): OrchestratorError {
  return new OrchestratorError(
    "state_corrupt",
    `Cannot import "${name}": it changed during the import`,
  );
}

/** Folders of imports in the state directory, living or dead. Cheap where there are none. */
export function stagingFolders(stateDirectory: string): readonly string[] {
  const names = namesWithin(stateDirectory, stateDirectory)
    .filter((name) => name.startsWith(IMPORT_FOLDER))
    .map((name) => name.endsWith(LOCK) ? name.slice(0, -LOCK.length) : name);
  return [...new Set(names)].map((name) => join(stateDirectory, name));
}

/**
 * Removes a folder without a plan, unless an import is at work in it.
 * @returns whether it is gone.
 */
export function sweepStaging(folder: string): boolean {
  let lock: FileLock | null;
  try {
    lock = tryLock(folder + LOCK, { within: parentOf(folder) });
  } catch (error) {
    throw ioError("lock", folder, error);
  }
  if (lock === null) return false;
  removeStaging(folder);
  lock.release();
  return true;
}

/** The plan of an import that was committed; null when there is none. */
export function readPlan(folder: string): string | null {
  return readTextWithin(parentOf(folder), join(folder, PLAN), MAX_PLAN_BYTES);
}

/** Runs `task` with the open content of a committed import. */
export async function withContent<Result>(
  folder: string,
  task: (content: StagedContent) => Promise<Result>,
): Promise<Result> {
  const path = join(folder, CONTENT);
  const file = openWithin(parentOf(folder), path);
  if (file === null) {
    throw new OrchestratorError("file_unknown", `Cannot read "${path}": it does not exist`, {
      details: { path },
    });
  }
  try {
    return await task(new StagedContent(file.descriptor));
  } finally {
    closeSync(file.descriptor);
  }
}

/**
 * Removes a plan for good: after a power cut it must neither be there without its content, nor be
 * carried out again over what was changed since.
 */
function removePlan(folder: string): void {
  const path = join(folder, PLAN);
  if (!existsSync(path)) return;
  removeFile(path);
  syncDirectory(folder);
}

/** Removes an import's folder: the plan first, so that a half-removed one is never carried out. */
export function removeStaging(folder: string): void {
  try {
    const within = parentOf(folder);
    lookWithin(within, folder, "remove");
    removePlan(folder);
    removeTree(folder, within);
    removeFile(folder + LOCK);
  } catch (error) {
    throw ioError("remove", folder, error);
  }
}

/** Absent is fine. */
function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}
