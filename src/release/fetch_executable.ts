/**
 * Getting the executable of a release: downloaded, compared with the signed list, unpacked, compared
 * again.
 * @module
 */
import { promisify } from "node:util";
import { gunzip, type ZlibOptions, zstdDecompress, type ZstdOptions } from "node:zlib";
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { readReleaseFile } from "./source.ts";
import { executableFile, type Sums } from "./sums.ts";

/** More than an executable has, packed and not. */
const MOST_PACKED_BYTES = 256 * 1024 * 1024;
const MOST_UNPACKED_BYTES = 512 * 1024 * 1024;

/** What to get. */
export interface ExecutableRequest {
  readonly folder: string;
  /** The release's list of files, verified. */
  readonly sums: Sums;
  readonly target: string;
  readonly signal: AbortSignal;
}

/**
 * Downloads and unpacks the executable.
 * @throws `release_invalid` when it is not what the list says, or the list has none for the target.
 */
export async function fetchExecutable(request: ExecutableRequest): Promise<Uint8Array> {
  const { folder, sums, target, signal } = request;
  const hash = sums.executables.get(target);
  const zst = executableFile(sums.version, target, "zst");
  const name = sums.files.has(zst) ? zst : executableFile(sums.version, target, "gz");
  const packedHash = sums.files.get(name);
  if (hash === undefined || packedHash === undefined) {
    throw new OrchestratorError(
      "release_invalid",
      `Cannot use release ${sums.version}: it has no executable for ${target}`,
    );
  }
  const packed = await readReleaseFile({ folder, name, limit: MOST_PACKED_BYTES, signal });
  if (packed === null) {
    throw new OrchestratorError("network_failed", `Cannot download "${folder}/${name}": not found`);
  }
  if (sha256Hex(packed) !== packedHash) throw differs(`${folder}/${name}`);
  const limit = { maxOutputLength: MOST_UNPACKED_BYTES };
  let executable: Uint8Array;
  try {
    executable = name === zst
      ? await promisify<Uint8Array, ZstdOptions, Uint8Array>(zstdDecompress)(packed, limit)
      : await promisify<Uint8Array, ZlibOptions, Uint8Array>(gunzip)(packed, limit);
  } catch (cause) {
    throw new OrchestratorError("release_invalid", `Cannot unpack "${name}"`, { cause });
  }
  if (sha256Hex(executable) !== hash) throw differs(`the executable in ${name}`);
  return executable;
}

function differs(what: string): OrchestratorError {
  return new OrchestratorError(
    "release_invalid",
    `Cannot use "${what}": its SHA-256 differs from the published one`,
    { hint: "Try again; if it fails again, report it to the project" },
  );
}
