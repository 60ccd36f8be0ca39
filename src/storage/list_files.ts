/**
 * The keys of blobs that are files.
 * @module
 */
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { isAbsent } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { lookWithin } from "../platform/within.ts";
import { isReserved } from "./keys.ts";

/**
 * Lists the files below a folder that may be blobs.
 * @param folderOf returns the folder's current path.
 * @param base its key, with a `/` at its end.
 * @param within the state directory: links in it are not followed.
 * @returns their keys, sorted.
 * @throws `link_refused` when the folder is reached through a link.
 */
export function listFiles(folderOf: () => string, base: string, within: string): string[] {
  const folder = folderOf();
  lookWithin(within, folder);
  const keys: string[] = [];
  const walk = (directory: string, base: string): void => {
    for (const entry of entriesOf(directory)) {
      const key = base + entry.name;
      if (isReserved(key)) continue;
      if (entry.isDirectory()) walk(join(directory, entry.name), `${key}/`);
      else if (entry.isFile()) keys.push(key);
    }
  };
  walk(folder, base);
  // It may have been removed in the meantime.
  return folderOf() === folder ? keys.sort() : listFiles(folderOf, base, within);
}

function entriesOf(directory: string): readonly Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return [];
    throw ioError("read", directory, error);
  }
}
