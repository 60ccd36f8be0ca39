/**
 * The form of a case of the storage contract, and what the cases share.
 * @module
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { OrchestratorError } from "../../src/errors.ts";
import type { ErrorCode } from "../../src/errors.ts";
import { linesFrom } from "../harness/journal_lines.ts";
import { sha256Hex } from "../../src/platform/hash.ts";
import {
  type JournalHead,
  type LockRequest,
  ORIGIN_HASH,
  type StorageBackend,
} from "../../src/storage/backend.ts";

/** A place that keeps sessions, under test. */
export interface Place {
  readonly backend: StorageBackend;
  /** A second backend on the same place, as another process has it; the same one where there is only one. */
  readonly other: StorageBackend;
  /** What accidents do, where the place can suffer them. */
  readonly accidents?: Accidents;
}

/** Accidents as the next process sees them. */
export interface Accidents {
  /** Leaves bytes behind the journal, as an append that was cut off does. */
  tear(id: string, text: string): void;
  /** Leaves bytes behind a blob of lines likewise. */
  tearBlob(key: string, text: string): void;
  /** Leaves what a creation leaves that dies before the session appears. */
  killCreation(id: string): void;
  /** Leaves what a replacement leaves that dies at a moment. */
  killReplacement(id: string, copy: ReplacingCopy, moment: ReplacingMoment): void;
  /** Leaves what a removal leaves that dies right after the session disappeared. */
  killRemoval(id: string): void;
  /** Leaves what Windows leaves of a removed session as long as the lock in its folder is open. */
  leaveRest(id: string): void;
  /** Leaves what a writer of a blob leaves that dies before the blob is replaced. */
  killWrite(key: string): void;
  /** Changes a byte of a line without changing its length. */
  edit(id: string, line: number): void;
  /** Whether anything is there besides journals, blobs and locks. */
  leftovers(): readonly string[];
}

/** When a replacement dies. */
export type ReplacingMoment =
  /** Before the new copy counts. */
  | "staged"
  /** The new copy counts, and nothing else is done. */
  | "committed"
  /** The same, and the old copy is gone. */
  | "alone"
  /** Some of the old copy's files are replaced or gone, its journal is still the old one. */
  | "halfway"
  /** All is in its place, and the new copy is still there too. */
  | "placed"
  /** Only the empty rest of the new copy is there. */
  | "ended";

/** The new copy of a session. */
export interface ReplacingCopy {
  readonly lines: readonly string[];
  /** Texts by name in the session's folder. */
  readonly blobs: Readonly<Record<string, string>>;
}

/** One promise. */
export interface StorageCase {
  readonly name: string;
  /** True when it needs a place that can suffer accidents. */
  readonly accidents?: true;
  run(place: Place): Promise<void>;
}

export const A = "aaaaaaaaaaaaa";
export const B = "bbbbbbbbbbbbb";
export const GONE = "zzzzzzzzzzzzz";
export const NONE: JournalHead = { seq: 0, hash: ORIGIN_HASH, etag: "" };

export function request(fields: Partial<LockRequest> = {}): LockRequest {
  return { operation: "test", actor: "ada", timeoutMs: 5000, ...fields };
}

export async function refused(
  code: ErrorCode,
  promise: Promise<unknown>,
): Promise<OrchestratorError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof OrchestratorError, `not an OrchestratorError: ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`not refused with ${code}`);
}

/** Makes a session and returns the head behind its last line. */
export async function made(
  backend: StorageBackend,
  id: string,
  lines: readonly string[] = ["one", "two"],
): Promise<JournalHead> {
  const { etag } = await backend.withLock(
    "repository",
    request(),
    () => backend.createSession(id, { lines, blobs: { "meta.json": `{"id":"${id}"}` } }),
  );
  return headOf(lines, etag);
}

export function headOf(lines: readonly string[], etag = ""): JournalHead {
  const last = lines.at(-1);
  return { seq: lines.length, hash: last === undefined ? ORIGIN_HASH : sha256Hex(last), etag };
}

/** Appends while holding, as every caller does. */
export async function appended(
  backend: StorageBackend,
  id: string,
  after: JournalHead,
  lines: readonly string[],
): Promise<JournalHead> {
  const { etag } = await backend.withLock(
    { session: id },
    request(),
    () => backend.append(id, after, lines),
  );
  return { seq: after.seq + lines.length, hash: headOf(lines).hash, etag };
}

/** Replaces while holding, as every caller does. */
export async function replaced(
  backend: StorageBackend,
  id: string,
  content: Parameters<StorageBackend["replaceSession"]>[1],
): Promise<string> {
  const { etag } = await backend.withLock("repository", request(), () =>
    backend.withLock(
      { session: id },
      request(),
      () => backend.replaceSession(id, content),
    ));
  return etag;
}

/** What everyone reads of a session. */
export async function copyOf(backend: StorageBackend, id: string): Promise<ReplacingCopy> {
  const blobs: Record<string, string> = {};
  for (const key of await backend.listBlobs(`sessions/${id}/`)) {
    blobs[key.slice(`sessions/${id}/`.length)] = await backend.readText(key) ?? "absent";
  }
  const lines = await linesOf(backend, id);
  const pieces = Buffer.concat(await all(backend.journalPieces(id))).toString();
  assert.equal(pieces, lines.map((line) => `${line}\n`).join(""));
  assert.deepEqual(await linesFrom(backend, id, 1), lines);
  return { lines, blobs };
}

export async function removed(backend: StorageBackend, id: string): Promise<void> {
  await backend.withLock("repository", request(), () =>
    backend.withLock(
      { session: id },
      request(),
      () => backend.removeSession(id),
    ));
}

export async function linesOf(backend: StorageBackend, id: string): Promise<readonly string[]> {
  const read = await backend.readJournal(id);
  assert.ok(!read.unchanged, "without `after` nothing can be unchanged");
  return read.lines;
}

export async function all(pieces: AsyncIterable<Uint8Array>): Promise<readonly Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const piece of pieces) list.push(piece.slice());
  return list;
}

export function accidentsOf(place: Place): Accidents {
  assert.ok(place.accidents);
  return place.accidents;
}

/** A promise and what settles it. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => open = resolve);
  return { opened, open };
}

export function never(): Promise<void> {
  return Promise.reject(new Error("this must not run"));
}
