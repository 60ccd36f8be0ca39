/**
 * Exports a snapshot: a tar of the state, gzipped, and optionally encrypted and armored.
 *
 * The same state gives the same bytes: names are sorted, owners are removed, and every time in it
 * is the time of export. (Encrypted snapshots differ each time.)
 * @module
 */
import type { RepositoryMeta } from "../project/identity.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { VERSION } from "../version.ts";
import { armored } from "./armor.ts";
import { type Bytes, through } from "./byte_stream.ts";
import { collect, type CollectedFile, type CollectRequest } from "./collect.ts";
import { MANIFEST } from "./contents.ts";
import { encrypt, type Key } from "./encryption.ts";
import { encodeManifest, type Manifest, totalSize } from "./manifest.ts";
import { BLOCK, padding, tarHeader } from "./tar_header.ts";

/** How a snapshot is taken. */
export interface ExportRequest extends CollectRequest {
  readonly repository: RepositoryMeta;
  readonly now: Date;
  /** Encrypts with it. */
  readonly key?: Key | undefined;
  /** As text instead of bytes. */
  readonly armor?: boolean;
  /** scrypt's work factor; only tests make it easier. */
  readonly workFactor?: number;
  /**
   * Told how many bytes of state are looked at, while `total` is null, and then how many of them are
   * written. What it throws ends the export.
   */
  readonly onProgress?: (done: number, total: number | null) => void;
}

/** A snapshot about to be written. */
export interface Export {
  readonly manifest: Manifest;
  /** The file's bytes; an error in the middle leaves a file that no reader accepts. */
  readonly bytes: Bytes;
}

/**
 * Takes a snapshot.
 * @throws `journal_corrupt`, `session_unknown`; while its bytes are read, `state_moved`.
 */
export async function exportSnapshot(
  backend: StorageBackend,
  request: ExportRequest,
): Promise<Export> {
  const { repository, now, key, workFactor, armor, onProgress } = request;
  const { sessions, files } = await collect(backend, {
    ...request,
    carrier: key === undefined ? "snapshot" : "encrypted",
    ...(onProgress === undefined ? {} : { onLook: (done) => onProgress(done, null) }),
  });
  const manifest: Manifest = {
    created: now.toISOString(),
    tool: VERSION,
    repository: { id: repository.id, mode: repository.mode, remote: repository.remote },
    sessions,
    files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
  };
  const archive = gzipped(tarred(manifest, files, now, onProgress));
  const bytes = key === undefined ? archive : encrypt(archive, key, workFactor);
  if (armor !== true) return { manifest, bytes };
  const label = key === undefined ? "ORCHESTRATOR SNAPSHOT" : "AGE ENCRYPTED FILE";
  return { manifest, bytes: armored(bytes, label) };
}

async function* tarred(
  manifest: Manifest,
  files: readonly CollectedFile[],
  now: Date,
  onProgress: ExportRequest["onProgress"],
): Bytes {
  const mtime = Math.floor(now.getTime() / 1000);
  const contents = new TextEncoder().encode(encodeManifest(manifest));
  yield tarHeader(MANIFEST, contents.length, mtime);
  yield contents;
  yield new Uint8Array(padding(contents.length));
  const total = totalSize(files);
  let done = 0;
  for (const { name, size, pieces } of files) {
    yield tarHeader(name, size, mtime);
    for await (const piece of pieces()) {
      yield piece;
      onProgress?.(done += piece.length, total);
    }
    yield new Uint8Array(padding(size));
  }
  yield new Uint8Array(2 * BLOCK);
}

/** The byte of a gzip header that names the system it was made on (RFC 1952 §2.3.1); 255: unknown. */
const GZIP_SYSTEM_AT = 9;

async function* gzipped(bytes: Bytes): Bytes {
  const { createGzip } = await import("node:zlib");
  let at = 0;
  for await (const chunk of through(bytes, createGzip({ chunkSize: 256 * 1024 }))) {
    const index = GZIP_SYSTEM_AT - at;
    if (index >= 0 && index < chunk.length) chunk[index] = 255;
    at += chunk.length;
    yield chunk;
  }
}
