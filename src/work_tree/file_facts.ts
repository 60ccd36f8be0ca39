/**
 * What is at a path that a verification names.
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { isAbsent } from "../errors.ts";
import { runningSha256 } from "../platform/hash.ts";
import type { FileFacts } from "../workflow/work_record.ts";
import { LARGE_BYTES } from "../workflow/work_tree.ts";

const PIECE_BYTES = 1024 * 1024;

/**
 * Looks at a path. Links are followed; only a regular file is opened.
 * @param path relative to `root`.
 * @returns no hash for a file that cannot be read.
 * @throws what `stat` throws, except for a path that is not there.
 */
export function fileFacts(root: string, path: string): FileFacts {
  const file = resolve(root, path);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return { kind: "missing" };
  if (stats.isDirectory()) return { kind: "directory" };
  if (!stats.isFile()) return { kind: "other" };
  try {
    return contentOf(file);
  } catch (error) {
    if (isAbsent(error)) throw error;
    return { kind: "file", bytes: stats.size };
  }
}

function contentOf(path: string): FileFacts {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    if (size > LARGE_BYTES) return { kind: "file", bytes: size };
    const hash = runningSha256();
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, size + 1));
    let bytes = 0;
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) return { kind: "file", bytes, sha256: hash.hex() };
      bytes += length;
      // A file that grows while it is read.
      if (bytes > LARGE_BYTES) return { kind: "file", bytes };
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** Looks at several paths. Those that cannot be looked at are absent. */
export function factsOf(
  root: string,
  paths: readonly string[],
): Readonly<Record<string, FileFacts>> {
  const found: [string, FileFacts][] = [];
  for (const path of new Set(paths)) {
    try {
      found.push([path, fileFacts(root, path)]);
    } catch {
      continue;
    }
  }
  return Object.fromEntries(found);
}
