/**
 * Reading a snapshot: decrypt, unzip, untar, and check every byte against the manifest.
 *
 * The names in an archive are only ever compared with the names its manifest may list (see
 * `contents.ts`): nothing is created under them here. What is unknown, doubled, missing, of another
 * size or with another hash refuses the whole archive.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { runningSha256 } from "../platform/hash.ts";
import { joinBytes } from "../platform/join_bytes.ts";
import { unarmored } from "./armor.ts";
import { beginsWith, type Bytes, fromWeb, peek, through, toWeb } from "./byte_stream.ts";
import { MANIFEST } from "./contents.ts";
import { decrypt, isEncrypted, type Key } from "./encryption.ts";
import { limitError, type Limits, RATIO_MATTERS } from "./limits.ts";
import { invalid, type Manifest, type ManifestFile, parseManifest, totalSize } from "./manifest.ts";

/** How a snapshot is read. */
export interface ReadRequest {
  readonly limits: Limits;
  /** Asked for a password or identities when the file needs one. */
  readonly askKey: (needed: "password" | "identities") => Promise<Key>;
  /** Told how many bytes of state are read, and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Takes what is read; every file comes whole before the next one begins. */
export interface Sink {
  /** Called first. */
  begin(manifest: Manifest): void;
  file(file: ManifestFile): void;
  write(chunk: Uint8Array): void;
}

/** Bytes enough to tell a tar from anything else. */
const TAR_MAGIC_END = 263;

/** Entry types that carry nothing and are left out: packers like to add them. */
const IGNORED: ReadonlySet<string> = new Set(["directory", "pax-global-header"]);

/**
 * Reads a snapshot to its end.
 * @param bytes the file, encrypted or not, as bytes or as text: it is recognised by its content.
 * @param sink what it is handed to. Nothing handed over may be used before this resolves.
 * @returns the manifest, and whether the file was encrypted.
 * @throws `snapshot_invalid`, `limit_exceeded`, `format_too_new`, `password_wrong`
 */
export async function readSnapshot(
  bytes: Bytes,
  request: ReadRequest,
  sink: Sink,
): Promise<{ readonly manifest: Manifest; readonly encrypted: boolean }> {
  const binary = await unarmored(bytes, isBinary, TAR_MAGIC_END);
  const start = await peek(binary, TAR_MAGIC_END);
  const encrypted = isEncrypted(start.head);
  const opened = encrypted ? await peek(decrypt(start.all, request.askKey), TAR_MAGIC_END) : start;
  const tar = await unzipped(opened.head, opened.all, request.limits);
  return { manifest: await readTar(tar, request, sink), encrypted };
}

async function unzipped(head: Uint8Array, all: Bytes, limits: Limits): Promise<Bytes> {
  if (isGzip(head)) {
    const { createGunzip } = await import("node:zlib");
    const read = { bytes: 0 };
    const unzipped = through(counted(all, read), createGunzip({ chunkSize: 256 * 1024 }));
    return gunzipped(unzipped, read, limits);
  }
  if (isTar(head)) return all;
  throw invalid(head.length === 0 ? "it is empty" : "it is not a snapshot");
}

function isBinary(head: Uint8Array): boolean {
  return isGzip(head) || isTar(head) || isEncrypted(head);
}

function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function isTar(head: Uint8Array): boolean {
  return head.length === TAR_MAGIC_END && beginsWith(head.subarray(257), "ustar");
}

async function* counted(bytes: Bytes, read: { bytes: number }): Bytes {
  for await (const chunk of bytes) {
    read.bytes += chunk.length;
    yield chunk;
  }
}

async function* gunzipped(
  bytes: Bytes,
  read: { readonly bytes: number },
  limits: Limits,
): Bytes {
  let unpacked = 0;
  try {
    for await (const chunk of bytes) {
      unpacked += chunk.length;
      if (unpacked > RATIO_MATTERS && unpacked > read.bytes * limits.ratio) {
        throw limitError("ratio", limits);
      }
      yield chunk;
    }
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    throw invalid("it is incomplete or damaged", error);
  }
}

async function readTar(tar: Bytes, request: ReadRequest, sink: Sink): Promise<Manifest> {
  const { createTarDecoder } = await import("modern-tar");
  const reading = new Reading(request, sink);
  let failure: { readonly error: unknown } | undefined;
  const source = remember(tar, (error) => failure ??= { error });
  const decoder = createTarDecoder({ strict: true });
  const entries = toWeb(source).pipeThrough(decoder).getReader();
  let ended = false;
  try {
    for (;;) {
      const next = await entries.read();
      if (next.done) break;
      const { header, body } = next.value;
      await reading.entry(header.name, header.type ?? "file", header.size, fromWeb(body));
    }
    ended = true;
    return reading.finish();
  } catch (error) {
    const cause = failure?.error ?? error;
    if (cause instanceof OrchestratorError) throw cause;
    throw invalid("it is incomplete or damaged", cause);
  } finally {
    if (!ended) await entries.cancel(new Error("refused")).catch(() => {});
  }
}

/** The tar library passes errors on in its own way: the first one is the one to report. */
async function* remember(bytes: Bytes, onError: (error: unknown) => void): Bytes {
  try {
    yield* bytes;
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** What has been read so far. */
class Reading {
  readonly #limits: Limits;
  readonly #onProgress: ReadRequest["onProgress"];
  readonly #sink: Sink;
  readonly #files = new Map<string, ManifestFile>();
  readonly #seen = new Set<string>();
  #manifest: Manifest | undefined;
  #entries = 0;
  #done = 0;
  #total = 0;

  constructor({ limits, onProgress }: ReadRequest, sink: Sink) {
    this.#limits = limits;
    this.#onProgress = onProgress;
    this.#sink = sink;
  }

  async entry(rawName: string, type: string, size: number, body: Bytes): Promise<void> {
    if (++this.#entries > this.#limits.files + 1) throw limitError("files", this.#limits);
    const name = rawName.replace(/^(?:\.\/)+/, "");
    if (IGNORED.has(type)) {
      for await (const chunk of body) if (chunk.length > 0) throw foreign(name, type);
      return;
    }
    if (type !== "file") throw foreign(name, type);
    if (this.#manifest === undefined) return await this.#begin(name, size, body);
    await this.#file(name, size, body);
  }

  async #begin(name: string, size: number, body: Bytes): Promise<void> {
    if (name !== MANIFEST) throw invalid("its first entry is not the manifest");
    if (size > this.#limits.manifestSize) throw limitError("manifestSize", this.#limits, size);
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true }).decode(joinBytes(chunks));
    } catch (error) {
      throw invalid("its manifest is not UTF-8", error);
    }
    const manifest = parseManifest(text, this.#limits);
    for (const file of manifest.files) this.#files.set(file.name, file);
    this.#manifest = manifest;
    this.#total = totalSize(manifest.files);
    this.#sink.begin(manifest);
  }

  async #file(name: string, size: number, body: Bytes): Promise<void> {
    const file = this.#files.get(name);
    const shown = JSON.stringify(name.slice(0, 200));
    if (file === undefined) throw invalid(`it contains a file ${shown} that it does not list`);
    if (this.#seen.has(name)) throw invalid(`it contains ${shown} twice`);
    this.#seen.add(name);
    if (size !== file.size) {
      throw invalid(
        `${shown} is ${exactByteSize(size)} long (expected ${exactByteSize(file.size)})`,
      );
    }
    this.#sink.file(file);
    const hash = runningSha256();
    for await (const chunk of body) {
      hash.update(chunk);
      this.#sink.write(chunk);
      this.#onProgress?.(this.#done += chunk.length, this.#total);
    }
    if (hash.hex() !== file.sha256) {
      throw invalid(`${shown} was changed: its hash differs from the manifest`);
    }
  }

  finish(): Manifest {
    if (this.#manifest === undefined) throw invalid("it has no manifest");
    for (const { name } of this.#manifest.files) {
      if (!this.#seen.has(name)) throw invalid(`${JSON.stringify(name)} is missing`);
    }
    return this.#manifest;
  }
}

function foreign(name: string, type: string): OrchestratorError {
  return invalid(
    `it contains a ${type} ${
      JSON.stringify(name.slice(0, 200))
    }; a snapshot may only contain files`,
  );
}
