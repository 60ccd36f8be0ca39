/**
 * Compresses what is released. The same input gives the same bytes on every system, with one version
 * of Deno.
 * @module
 */
import { promisify } from "node:util";
import { constants, gzip as gzipCallback, zstdCompress as zstdCallback } from "node:zlib";

const gzipBytes = promisify(gzipCallback);
const zstdBytes = promisify(zstdCallback);

/** Best for executables within a minute and a half each; see `scripts/release/README.md`. */
export const BEST_ZSTD_LEVEL = 19;

/** Every `zstd` unpacks a window of 128 MiB without being asked to. */
const WINDOW_LOG = 27;

/** Where gzip's header names the system it was written on; 255 is "unknown". */
const SYSTEM_BYTE = 9;
const SYSTEM_UNKNOWN = 255;

/** Compresses with gzip, without name and time. */
export async function gzip(data: Uint8Array): Promise<Uint8Array> {
  const packed = await gzipBytes(data, { level: 9 });
  packed[SYSTEM_BYTE] = SYSTEM_UNKNOWN;
  return packed;
}

/** Compresses with Zstandard, with a checksum at the end. */
export async function zstd(data: Uint8Array, level: number): Promise<Uint8Array> {
  return await zstdBytes(data, {
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}
