/**
 * Reading the files of a release from a server or a folder.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { ioError } from "../platform/io_error.ts";
import { joinBytes } from "../platform/join_bytes.ts";

/** How long a server may keep silent. */
const SILENCE_MS = 30_000;

/** What is read. */
export interface ReadRequest {
  /** A folder's address: `https:`, `http:` or `file:`, or a path. */
  readonly folder: string;
  readonly name: string;
  /** More bytes than this are refused. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/**
 * Reads one file of a release.
 * @returns its bytes; null when it does not exist.
 * @throws `network_failed`, `limit_exceeded`, `io_failed`, `interrupted`
 */
export async function readReleaseFile(request: ReadRequest): Promise<Uint8Array | null> {
  if (/^https?:/.test(request.folder)) return await download(request);
  const { folder, name, limit } = request;
  const path = `${folder.startsWith("file:") ? fileURLToPath(folder) : folder}/${name}`;
  try {
    if (statSync(path).size > limit) throw tooLarge(path, limit);
    return readFileSync(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return null;
    throw error instanceof OrchestratorError ? error : ioError("read", path, error);
  }
}

async function download({ folder, name, limit, signal }: ReadRequest): Promise<Uint8Array | null> {
  const address = `${folder}/${name}`;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, silence.signal]),
      redirect: "follow",
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok || response.body === null) {
      throw failed(address, `the server responded with ${response.status}`);
    }
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      size += piece.length;
      if (size > limit) throw tooLarge(address, limit);
      pieces.push(piece);
    }
    return joinBytes(pieces);
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    if (signal.aborted) {
      throw new OrchestratorError("interrupted", `Cannot download "${address}": interrupted`, {
        details: { signal: signal.reason },
      });
    }
    const reason = silence.signal.aborted
      ? `the server did not respond for ${SILENCE_MS / 1000} seconds`
      : error instanceof Error
      ? error.message
      : String(error);
    throw failed(address, reason, error);
  } finally {
    clearTimeout(timer);
  }
}

function failed(address: string, reason: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError("network_failed", `Cannot download "${address}": ${reason}`, {
    hint: "Check the network, or set ORCHESTRATOR_BASE_URL to a folder that contains a release",
    cause,
  });
}

function tooLarge(address: string, limit: number): OrchestratorError {
  return new OrchestratorError(
    "limit_exceeded",
    `Cannot download "${address}": it is larger than ${exactByteSize(limit)}`,
  );
}
