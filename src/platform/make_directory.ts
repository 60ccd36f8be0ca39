/**
 * Making directories that are there after a power cut, too.
 * @module
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { ioError, syncDirectory } from "./atomic_file.ts";

/**
 * Creates a directory and its parents, durably. An existing one is fine.
 * @param options.mode permission bits of the created directories, before the umask. Default
 *   `0o777`.
 * @returns whether it was created.
 * @throws OrchestratorError `no_space`, `read_only`, `io_failed`
 */
export function makeDirectory(
  directory: string,
  options: { readonly mode?: number } = {},
): boolean {
  try {
    const first = mkdirSync(directory, { recursive: true, ...options });
    if (first === undefined) return false;
    // A name lasts once the directory that it is in is synced; what is in it does not carry it along.
    for (let made = directory; made.length >= first.length; made = dirname(made)) {
      syncDirectory(dirname(made));
    }
    return true;
  } catch (error) {
    throw ioError("create", directory, error);
  }
}
