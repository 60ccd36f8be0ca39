/**
 * Packs files into archives whose bytes depend on nothing but the files and the time that is given.
 * @module
 */
import { type Zippable, zipSync } from "fflate";
import { packTar } from "modern-tar";
import { gzip } from "./compression.ts";

/** A file of an archive. */
export interface ArchiveFile {
  /** With `/`. */
  readonly path: string;
  readonly data: Uint8Array;
  /** Whether it is a program. Default false. */
  readonly executable?: boolean;
}

/** Unix, which the attributes below belong to. */
const ZIP_SYSTEM_UNIX = 3;

/** Packs a `.tar.gz`. Its files belong to user and group 0. */
export async function tarGz(files: readonly ArchiveFile[], time: Date): Promise<Uint8Array> {
  const tar = await packTar(files.map(({ path, data, executable }) => ({
    header: {
      name: path,
      size: data.length,
      mode: executable === true ? 0o755 : 0o644,
      mtime: time,
      type: "file" as const,
      uid: 0,
      gid: 0,
    },
    body: data,
  })));
  return await gzip(tar);
}

/** Packs a `.zip`. */
export function zip(files: readonly ArchiveFile[], time: Date): Uint8Array {
  const entries: Zippable = {};
  for (const { path, data, executable } of files) {
    const attributes = (0o100000 | (executable === true ? 0o755 : 0o644)) * 0x10000;
    entries[path] = [data, {
      level: 9,
      mtime: localTime(time),
      os: ZIP_SYSTEM_UNIX,
      attrs: attributes,
    }];
  }
  return zipSync(entries);
}

/** Zip knows local times only: one that has the same digits in every zone. */
function localTime(time: Date): Date {
  return new Date(
    time.getUTCFullYear(),
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  );
}
