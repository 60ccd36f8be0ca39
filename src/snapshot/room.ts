/**
 * Whether the disk has room for what arrives: asked before anything is written, and once more before
 * the import is decided, for from then on it has to be finished.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { byteSize } from "../platform/byte_size.ts";

const MEBIBYTE = 1024 * 1024;

/** What is left free besides, in bytes: more for more that arrives, so that a small import needs little. */
const LEAST_RESERVE = MEBIBYTE;
const MOST_RESERVE = 64 * MEBIBYTE;

/** What a file takes on disk is a multiple of this, on the file systems in use. */
const DISK_BLOCK = 4096;

/** The reserve for so many bytes. */
export function reserveFor(bytes: number): number {
  return Math.min(MOST_RESERVE, LEAST_RESERVE + Math.floor(bytes / 2));
}

/** What files of these sizes take on disk, their folders not counted. */
export function bytesOnDisk(sizes: Iterable<number>): number {
  let bytes = 0;
  for (const size of sizes) bytes += Math.ceil(size / DISK_BLOCK) * DISK_BLOCK;
  return bytes;
}

/**
 * @param bytes what is about to be written.
 * @param free what the disk has left; null when it does not say.
 * @throws `no_space`
 */
export function requireRoom(bytes: number, free: number | null): void {
  const reserve = reserveFor(bytes);
  const needed = bytes + reserve;
  if (free === null || needed <= free) return;
  throw new OrchestratorError(
    "no_space",
    `Cannot import snapshot: it needs ${byteSize(needed)} of free space (${byteSize(bytes)} ` +
      `for its files, ${byteSize(reserve)} in reserve), ${
        byteSize(needed - free)
      } more than is free`,
    {
      hint: "Free some space and run the command again",
      details: { needed, reserve, free },
    },
  );
}
